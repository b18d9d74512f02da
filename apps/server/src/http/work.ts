import type { FastifyInstance } from 'fastify';
import { asWork } from '../platform/faults/index.ts';
import { sendError } from './errors.ts';

/** Runs each request in its own context: an error that escapes in it answers 500, or cuts the answer off. */
export function registerWork(app: FastifyInstance): void {
  // The latest possible hook: reading the body would lose the context.
  app.addHook('preHandler', (request, reply, done) => {
    const fail = (fault: unknown) => {
      if (reply.raw.headersSent) reply.raw.destroy();
      else sendError(request, reply, fault);
    };
    asWork(fail, done);
  });
}
