import { healthRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { optionsOf } from './contract.ts';

/** Checks of what the process needs to be of use, by name; each rejects on failure. */
export type Checks = Record<string, () => Promise<unknown>>;

/** Checks of what the process can do without for a while, by name. */
export type Conveniences = Record<string, () => State | Promise<State>>;

/** `full`: the disk is full. People can read, and learn why they cannot write. */
type State = 'up' | 'down' | 'full';

const words = { up: 'ok', down: 'degraded', full: 'full' } as const;

/** A result is reused for this time, so that frequent callers do not load the database. */
const rememberMs = 1000;

/** A check that runs at most once a second, however many callers ask at the same time. */
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
    // Each caller gets the rejection; this handler is for the stored promise.
    asked.catch(() => {});
    answer = asked;
    return asked;
  };
}

/**
 * `/health`: the process answers (restart it when it does not). `/ready`: everything it needs answers too (send it traffic
 * only then). A failed optional part makes the server "degraded", which is still ready.
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
