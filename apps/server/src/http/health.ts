import { healthRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { optionsOf } from './contract.ts';

/** What must work for the process to be of use, by name; each check rejects when it does not. */
export type Checks = Record<string, () => Promise<unknown>>;

/** What the process can do without for a while, by name. */
export type Conveniences = Record<string, () => State | Promise<State>>;

/** `full`: a disk that takes nothing more. People can read, and are told why they cannot write. */
type State = 'up' | 'down' | 'full';

const words = { up: 'ok', down: 'degraded', full: 'full' } as const;

/** What was found is believed for so long: whoever asks often asks only us. */
const rememberMs = 1000;

/** A check that asks once in a second, however many want to know at the same time. */
export function remembered<T>(check: () => Promise<T>): () => Promise<T> {
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<T> | undefined;
  let asking = false;
  return () => {
    if (answer && (asking || performance.now() - askedAt < rememberMs)) return answer;
    asking = true;
    const asked = check().finally(() => {
      asking = false;
      askedAt = performance.now();
    });
    // Whoever asks hears of a failure; this is for the promise that is kept.
    asked.catch(() => {});
    answer = asked;
    return asked;
  };
}

/**
 * `/health`: the process answers (restart it when not). `/ready`: what it needs answers too (send it traffic only then). A
 * convenience that is away makes the server "degraded", which is still ready.
 */
export function registerHealth(app: FastifyInstance, checks: Checks, conveniences: Conveniences): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.route({ ...optionsOf(healthRoutes.health), handler: async () => ({ status: 'ok' }) });
  routes.route({
    ...optionsOf(healthRoutes.ready),
    handler: async (_request, reply) => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          const works = await check().then(
            () => true,
            () => false,
          );
          return [name, works ? 'ok' : 'failed'] as const;
        }),
      );
      const ready = results.every(([, state]) => state === 'ok');
      if (!ready) reply.code(503).header('retry-after', '2');
      const rest = await Promise.all(
        Object.entries(conveniences).map(async ([name, state]) => [name, words[await state()]] as const),
      );
      const degraded = rest.some(([, state]) => state !== 'ok');
      return {
        status: ready ? (degraded ? ('degraded' as const) : ('ok' as const)) : ('failed' as const),
        checks: Object.fromEntries([...results, ...rest]),
      };
    },
  });
}
