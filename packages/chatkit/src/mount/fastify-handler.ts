import type { ServerResponse } from 'node:http';
import { answer, type MountOptions, type Processes } from './node-handler.ts';

/** The members of a Fastify request that a mount needs. */
export type FastifyLikeRequest = {
  body: unknown;
  headers: Record<string, string | string[] | undefined>;
};

/** The members of a Fastify reply that a mount needs. */
export type FastifyLikeReply = {
  raw: ServerResponse;
  hijack(): unknown;
  getHeaders(): Record<string, number | string | string[] | undefined>;
};

/**
 * Mounts a server on a Fastify route. The body is what Fastify has parsed, so its own `bodyLimit` rules; headers that
 * hooks have set on the reply are sent.
 *
 * ```ts
 * app.post('/chatkit', createFastifyHandler(server, { context: (request) => userOf(request) }));
 * ```
 */
export function createFastifyHandler<Context, Request extends FastifyLikeRequest>(
  server: Processes<Context>,
  { context, pingMs, logger = console }: Omit<MountOptions<Request, Context>, 'bodyLimit'>,
): (request: Request, reply: FastifyLikeReply) => Promise<void> {
  return async (request, reply) => {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    await answer(reply.raw, { pingMs, logger }, async (signal) =>
      server.process(request.body as object, await context(request), { signal }),
    );
  };
}
