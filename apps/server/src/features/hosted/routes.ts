import { pipeline } from 'node:stream/promises';
import { hostedRoutes } from '@causerie/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AppError } from '../../errors.ts';
import { optionsOf } from '../../http/contract.ts';
import type { LimitPolicy } from '../../platform/limits/index.ts';
import type { InSession } from '../accounts/index.ts';
import type { Hosted } from './hosted.ts';

type Deps = { hosted: Hosted; requireSession(request: FastifyRequest): Promise<InSession>; limit: LimitPolicy };

const proxyPath = '/api/chatkit/proxy/';
/** How often the caller's session is checked while an answer is relayed. */
const watchEveryMs = 2500;

/** The routes of hosted ChatKit: one gives the browser a secret, the other relays its requests. */
export function registerHostedRoutes(app: FastifyInstance, { hosted, requireSession, limit }: Deps): void {
  app.withTypeProvider<ZodTypeProvider>().route({
    ...optionsOf(hostedRoutes.createSession),
    handler: async (request) => hosted.createSession(await requireSession(request)),
  });

  // In a scope of its own: here bodies are forwarded unread.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    // Browsers send a preflight request; the CORS of the whole server sets the answer's headers.
    scope.options(`${proxyPath}*`, { config: { limit }, schema: { hide: true } }, async (_request, reply) =>
      reply.code(204).send(),
    );
    scope.route({
      ...optionsOf(hostedRoutes.proxy),
      config: { limit },
      handler: async (request, reply) => {
        const { raw } = request;
        // Checked before any decoding: `POST http://elsewhere/…` is routed here too and begins differently.
        if (!raw.url?.startsWith(proxyPath)) throw new AppError('not_found');
        const gone = new AbortController();
        reply.raw.on('close', () => gone.abort());
        const target = raw.url.slice(proxyPath.length);
        const answer = await hosted.relay({ target, headers: request.headers, body: raw }, gone.signal);
        const headers = reply.getHeaders();
        reply.hijack();
        for (const [name, value] of Object.entries({ ...headers, ...answer.headers }))
          if (value !== undefined) reply.raw.setHeader(name, value);
        // nginx buffers the answer unless told not to.
        reply.raw.setHeader('x-accel-buffering', 'no');
        reply.raw.setHeader('cache-control', 'no-store, no-transform');
        reply.raw.writeHead(answer.status);
        reply.raw.flushHeaders();
        // An outage of the database signs nobody out.
        const watch = setInterval(() => {
          hosted.isSignedIn(request.headers).then(
            (still) => still || reply.raw.destroy(),
            () => {},
          );
        }, watchEveryMs).unref();
        reply.raw.on('close', () => clearInterval(watch));
        await pipeline(answer.body, reply.raw).catch((error) => {
          // The head of the answer has left: the connection is cut, so that no client takes a part for the whole.
          reply.raw.destroy();
          if (!gone.signal.aborted) request.log.warn({ err: error }, 'a relayed answer broke off');
        });
      },
    });
  });
}
