import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { Config } from '../config.ts';
import type { Log } from '../platform/telemetry/log.ts';
import { limitConnections, mostConnections } from './connections.ts';
import { registerDocs } from './docs.ts';
import { validateBodyLeniently } from './empty-body.ts';
import { answerUnreadable, registerErrors, sendError } from './errors.ts';
import { type Checks, type Conveniences, registerHealth } from './health.ts';
import { registerJsonBody } from './json-body.ts';
import { refuseUnderPressure } from './pressure.ts';
import { readOnAfterAnswer } from './read-on.ts';
import { bareHeaders, registerSecurity } from './security.ts';
import { isUpgrade, registerSockets } from './sockets.ts';
import { registerStaticFiles, type StaticRoots } from './static-files.ts';
import { registerTelemetry, type Telemetry } from './telemetry.ts';
import { registerWork } from './work.ts';
import { limitWriting } from './write-deadline.ts';

/** The host, for callers that only pass it on. */
export type Http = FastifyInstance;

/** The dependencies of the host beyond the settings. */
export type HttpParts = {
  checks: Checks;
  /** Parts that the server can do without for a while. */
  conveniences?: Conveniences;
  roots: StaticRoots;
  version: string;
  telemetry?: Telemetry;
  /** Aborted when the server stops: from then on no connection is kept alive. */
  stopping?: AbortSignal;
};

/**
 * The HTTP host with everything that holds for all routes. Add routes to it afterwards, with zod schemas; it does not
 * listen yet. `close()` lets requests in flight end.
 */
export async function createHttp(config: Config, log: Log, parts: HttpParts): Promise<FastifyInstance> {
  const bare = bareHeaders(config);
  const app = Fastify({
    loggerInstance: log,
    // Our one line a request replaces Fastify's two.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    // Fastify's defaults allow both: a body that drips in forever, and callers that choose their own address.
    bodyLimit: 1_048_576,
    // Ten megabytes over a slow line take a minute or two.
    requestTimeout: 120_000,
    keepAliveTimeout: 72_000,
    http: {
      headersTimeout: 20_000,
      connectionsCheckingInterval: 5000,
      requireHostHeader: false,
      shouldUpgradeCallback: isUpgrade,
    },
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? config.TRUSTED_PROXIES : false,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    // While the server closes, requests over open connections are still answered; everything behind them still works.
    return503OnClosing: false,
    genReqId: ({ headers }) => {
      // A proxy's id ties its log to ours; an id of unusual form could forge or inflate log lines.
      const given = headers['x-request-id'];
      return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
    },
    // Fastify itself answers what it refuses before there is a request: broken HTTP, headers that are too large.
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket as Socket, bare),
    frameworkErrors: (error, request, reply) => {
      (reply as FastifyReply).headers(bare);
      void sendError(request as FastifyRequest, reply as FastifyReply, error);
    },
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validateBodyLeniently);
  app.setSerializerCompiler(serializerCompiler);
  readOnAfterAnswer(app.server);
  limitConnections(app.server, config.MAX_CONNECTIONS ?? mostConnections(), log);
  limitWriting(app.server, config.WRITE_TIMEOUT * 1000);
  registerErrors(app);
  registerJsonBody(app);
  registerRequestLog(app);
  if (parts.telemetry) registerTelemetry(app, parts.telemetry);
  const { stopping } = parts;
  if (stopping) {
    app.addHook('onRequest', async (_request, reply) => {
      if (stopping.aborted) reply.header('connection', 'close');
    });
  }
  await registerSecurity(app, config);
  await registerSockets(app, config);
  refuseUnderPressure(app);
  registerWork(app);
  await registerDocs(app, parts.version);
  registerHealth(app, parts.checks, parts.conveniences ?? {});
  await registerStaticFiles(app, parts.roots);
  return app;
}

/** One line a request: method, path, status, duration. No query (it may hold a name), no header, no body. */
function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    // Ten of our own listen for the end of an answer, and Fastify for more: Node would warn of a leak that there is not.
    reply.raw.setMaxListeners(30);
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const path = request.url.split('?', 1)[0];
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ method: request.method, path, status: reply.raw.statusCode, ms }, 'request');
  });
}
