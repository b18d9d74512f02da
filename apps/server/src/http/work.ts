import type { FastifyInstance } from 'fastify';
import { asWork } from '../platform/faults/index.ts';
import { sendError } from './errors.ts';

/** Makes each request a piece of work of its own: a fault that escapes in it is answered with 500, or cuts its answer off. */
export function registerWork(app: FastifyInstance): void {
  // As late as can be: reading the body would lose the context.
  app.addHook('preHandler', (request, reply, done) => {
    const fail = (fault: unknown) => {
      if (reply.raw.headersSent) reply.raw.destroy();
      else sendError(request, reply, fault);
    };
    asWork(fail, done);
  });
}
