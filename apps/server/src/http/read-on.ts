import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Limits of idle time, total time and bytes: beyond them, the sender has given up on the answer or is no honest caller. */
const silentMs = 5000;
const longestMs = 30_000;
const mostBytes = 128 * 1024 * 1024;

/**
 * Lets callers receive an answer that was sent before their body was complete, such as 413.
 *
 * A connection that ends with such an answer would be closed with bytes still coming. The kernel then resets it, and a
 * reset discards what the other side has not read yet: browsers, which send all before they read, report a broken
 * connection, and nginx makes 502 of it. So we close our side and discard what comes until the caller closes too: the
 * "lingering close" of other servers.
 */
export function readOnAfterAnswer(server: Server): void {
  server.on('request', (request, response) => {
    const { headers, socket } = request;
    if (!('content-length' in headers || 'transfer-encoding' in headers)) return;
    // Before Node's own listener, which closes the connection when it must end.
    response.prependListener('finish', () => {
      if (!request.complete) socket.destroySoon = () => closeSlowly(socket);
    });
  });
}

function closeSlowly(socket: Socket): void {
  socket.end();
  // Bypasses the parser: what comes is bytes, never another request.
  socket.removeAllListeners('data');
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > mostBytes) socket.destroy();
  });
  socket.resume();
  socket.setTimeout(silentMs, () => socket.destroy());
  const late = setTimeout(() => socket.destroy(), longestMs).unref();
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(late));
}
