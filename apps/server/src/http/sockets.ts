import type { IncomingMessage } from 'node:http';
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { isOriginAllowed } from './security.ts';

declare module 'fastify' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface FastifyContextConfig {
    /** A WebSocket endpoint. */
    socket?: boolean;
  }
}

/** The largest incoming message, in bytes; a larger one ends its socket with 1009. */
const mostMessageBytes = 64 * 1024;
/** The most fragments of a message: a flood of empty ones costs as much as a large one. */
const mostFragments = 64;

/**
 * A page can set no header on a WebSocket, and addresses end up in logs. So a token comes as a subprotocol, beside that of
 * the endpoint.
 */
const bearerProtocol = 'causerie.bearer.';

/** Other requests to upgrade, such as to HTTP/2 over plain text, are answered as if they had not asked. */
export function isUpgrade({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * WebSockets, for routes with `websocket: true` or `wsHandler`. They run through all hooks first, so that a socket is
 * refused like any request, in HTTP. Checks the origin of the page, and moves the token of a subprotocol into the header
 * where all routes look for it.
 *
 * The owner of the sockets closes them before the server stops. Sockets left then are cut: nothing else would end them,
 * since Node no longer counts them among its connections.
 */
export async function registerSockets(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: mostMessageBytes,
      maxFragments: mostFragments,
      perMessageDeflate: false,
      // The token is never echoed; a browser expects one of the subprotocols it offered.
      handleProtocols: (offered) => offered.values().next().value ?? false,
    },
    // `ws` answers the other side's mistakes with the code for each. An error thrown by an endpoint is our own fault.
    errorHandler(error, socket, request) {
      if (!('code' in error && String(error.code).startsWith('WS_ERR_')) && socket.readyState === socket.OPEN) {
        request.log.error({ err: error }, 'a socket failed');
        socket.close(1011);
      }
    },
    preClose(done) {
      // A caller over an open connection gets no answer any more.
      app.server.on('upgrade', (_request, stream) => stream.destroy());
      for (const socket of app.websocketServer.clients) socket.terminate();
      app.websocketServer.close(() => done());
    },
  });
  app.addHook('onRoute', (route) => {
    if (route.websocket || route.wsHandler) route.config = { ...route.config, socket: true };
  });
  app.addHook('onRequest', async (request) => {
    if (!request.ws) return;
    if (!request.routeOptions.config?.socket) throw new AppError('not_found', 'There is no WebSocket here.');
    const { headers } = request;
    const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    const token = offered?.find((name) => name.startsWith(bearerProtocol));
    if (offered && token) {
      headers.authorization ??= `Bearer ${token.slice(bearerProtocol.length)}`;
      const others = offered.filter((name) => !name.startsWith(bearerProtocol));
      if (others.length > 0) headers['sec-websocket-protocol'] = others.join(', ');
      else delete headers['sec-websocket-protocol'];
    }
    if (!isOriginAllowed(request, config)) throw new AppError('csrf_refused');
  });
}
