import type { IncomingHttpHeaders } from 'node:http';
import { closeCodes, errorCodes, liveSocket } from '@causerie/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { AppError } from '../../errors.ts';
import { asWork } from '../../platform/faults/index.ts';
import { createPlaces, type LimitPolicy } from '../../platform/limits/index.ts';
import { FrameWriter } from '../../platform/sockets/index.ts';
import type { InSession } from '../accounts/index.ts';
import type { Live } from './live.ts';

/** How long a client has to receive the reason of the close; one that reads nothing is then cut. */
const goodbyeMs = 5000;

type Deps = {
  live: Live;
  requireSession(request: { headers: IncomingHttpHeaders }): Promise<InSession>;
  originOf(request: FastifyRequest): string;
  limit: LimitPolicy;
  /** Counts an open socket; call the returned function when it ends. */
  countStream(kind: 'socket'): () => void;
  stopping: AbortSignal;
};

/** The endpoint of live sockets. Sign-in and limits are checked over HTTP, before the upgrade. See docs/live.md. */
export function registerLiveSocket(app: FastifyInstance, deps: Deps): void {
  const sockets = createPlaces({ each: deps.live.maxSockets });
  const admitted = new WeakMap<FastifyRequest, InSession>();

  app.route({
    method: 'GET',
    url: liveSocket.path,
    config: { limit: deps.limit },
    schema: { hide: true },
    async preHandler(request) {
      if (!request.ws) return;
      if (deps.stopping.aborted) throw new AppError('stopping', undefined, { retryAfter: 1 });
      const found = await deps.requireSession(request);
      const leave = sockets.take(found.person.id);
      if (typeof leave === 'string')
        throw new AppError('too_many_feeds', `You may have at most ${deps.live.maxSockets} sockets open. Close some.`, {
          retryAfter: 5,
        });
      const { socket } = request.raw;
      // Also when the caller left meanwhile: no event reports that one.
      if (socket.destroyed) leave();
      else socket.once('close', leave);
      admitted.set(request, found);
    },
    async handler(_request, reply) {
      reply.header('upgrade', 'websocket');
      throw new AppError('upgrade_required');
    },
    wsHandler: (socket, request) => talk(socket, request, admitted.get(request)!),
  });

  function talk(socket: WebSocket, request: FastifyRequest, { person, sessionId }: InSession): void {
    const { log } = request;
    const { authorization, cookie } = request.headers;
    const stream = request.raw.socket;
    const writer = new FrameWriter(socket, stream);
    const close = (code: number, reason: string) => {
      connection.end();
      clearInterval(looking);
      if (socket.readyState !== socket.OPEN) return;
      writer.flush();
      socket.close(code, reason);
      setTimeout(() => socket.terminate(), goodbyeMs).unref();
    };
    const connection = deps.live.connect({ person, sessionId, origin: deps.originOf(request), writer, log, close });
    const fail = () => close(closeCodes.fault, 'fault');

    // Before the first await: an early message would be lost.
    socket.on('message', (data, isBinary) => {
      asWork(fail, () => connection.receive(isBinary ? null : String(data)));
    });
    socket.on('ping', () => connection.charge());
    socket.on('pong', () => connection.charge());

    let read = 0;
    let taken = 0;
    const looking = setInterval(() => {
      // A client that takes its frames is alive, though its pong is queued behind them.
      const lives = stream.bytesRead > read || (writer.buffered > 0 && writer.taken > taken) || connection.isSlow;
      if (!lives) return socket.terminate();
      read = stream.bytesRead;
      taken = writer.taken;
      socket.ping();
      // Tokens expire by themselves.
      deps.requireSession({ headers: { authorization, cookie } }).catch((error: unknown) => {
        if (error instanceof AppError && errorCodes[error.code].status < 500)
          close(closeCodes.signedOut, 'sign in again');
      });
    }, deps.live.times.pingMs).unref();

    const streamEnds = deps.countStream('socket');
    const opened = performance.now();
    socket.once('error', () => connection.end());
    socket.once('close', (code) => {
      clearInterval(looking);
      connection.end();
      streamEnds();
      log.info({ path: liveSocket.path, code, ms: Math.round(performance.now() - opened) }, 'socket closed');
    });
    if (deps.stopping.aborted) close(closeCodes.restarting, 'retry_ms=1000');
  }
}
