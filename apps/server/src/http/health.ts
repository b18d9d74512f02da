import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

/** What must work for the process to be of use, by name; each check rejects when it does not. */
export type Checks = Record<string, () => Promise<unknown>>;

/** What the process can do without for a while, by name. */
export type Conveniences = Record<string, () => 'up' | 'down'>;

/**
 * `/health`: the process answers (restart it when not). `/ready`: what it needs answers too (send it traffic only then). A
 * convenience that is away makes the server "degraded", which is still ready.
 */
export function registerHealth(app: FastifyInstance, checks: Checks, conveniences: Conveniences): void {
  app.get(
    '/health',
    {
      schema: { tags: ['health'], summary: 'The process answers', response: { 200: z.object({ status: z.string() }) } },
    },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/ready',
    { schema: { tags: ['health'], summary: 'All that the server needs answers' } },
    async (_request, reply) => {
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
      const rest = Object.entries(conveniences).map(
        ([name, health]) => [name, health() === 'up' ? 'ok' : 'degraded'] as const,
      );
      const degraded = rest.some(([, state]) => state === 'degraded');
      return {
        status: ready ? (degraded ? 'degraded' : 'ok') : 'failed',
        checks: Object.fromEntries([...results, ...rest]),
      };
    },
  );
}
