import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../platform/telemetry/log.ts';

/** File descriptors that a process needs beside its callers: database, files, models, and those it started with. */
const reserved = 256;

/** Time is counted in looks: after a pause of this process, no caller is blamed for data that waits to be read. */
const lookEveryMs = 250;
/** A connection without a request for this time is closed when others need room: a second … */
const idleLooks = 4;
/** … and so is one whose request brings less than this in three seconds. The slowest phone line is quicker. */
const slow = { bytes: 4096, looks: 12 };
const warnEveryMs = 10_000;

/**
 * How many connections may wait to be accepted while this process is busy; the system takes its own limit
 * (net.core.somaxconn) where that is lower. With Node's 511, some of 3 000 callers who came within seconds were reset.
 */
export const mostWaiting = 4096;

/**
 * How many connections this process can hold: what its limit of file descriptors leaves, and at least half of it. Without
 * descriptors it could neither answer nor ask the database, and Node throws in unexpected places.
 */
export function mostConnections(): number {
  // Otherwise the report resolves the name of every host that this process is connected to.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: number | 'unlimited' } };
  };
  const limit = userLimits?.open_files?.soft;
  return typeof limit === 'number' ? Math.max(limit - reserved, Math.floor(limit / 2)) : Number.POSITIVE_INFINITY;
}

/**
 * Takes at most `most` connections; it closes further ones at once. Strangers who open connections and send nothing, or a
 * letter now and then, must keep nobody out. So when nine tenths are taken, it closes connections that wait for a request
 * or for the rest of its head, and those whose body makes no progress. An upload over a slow line stays.
 */
export function limitConnections(server: Server, most: number, log: Pick<Log, 'warn'>): void {
  if (Number.isFinite(most)) server.maxConnections = most;
  const crowd = most * 0.9;
  const open = new Set<Socket>();
  let looks = 0;
  /** Connections without a request in flight, and since which look; the longest first. */
  const idle = new Map<Socket, number>();
  /** Requests with an incomplete body, and the look at which they had last brought as much as an honest caller. */
  const coming = new Map<IncomingMessage, { bytes: number; at: number }>();
  let warned = Number.NEGATIVE_INFINITY;
  const warn = (message: string, details: object = {}) => {
    if (performance.now() - warned < warnEveryMs) return;
    warned = performance.now();
    log.warn({ open: open.size, most, ...details }, message);
  };
  const forget = (socket: Socket) => {
    open.delete(socket);
    idle.delete(socket);
  };
  const lookAtBodies = () => {
    for (const [request, mark] of coming) {
      const { socket, complete, readableLength } = request;
      if (complete || socket.destroyed) coming.delete(request);
      // After a pause of this process the data waits for us, and the caller is not to blame.
      else if (readableLength > 0 || socket.bytesRead - mark.bytes >= slow.bytes) {
        mark.bytes = socket.bytesRead;
        mark.at = looks;
      }
    }
  };
  const makeRoom = () => {
    if (open.size < crowd) return;
    for (const [socket, since] of idle) {
      if (since > looks - idleLooks) break;
      forget(socket);
      socket.destroy();
    }
    for (const [{ socket }, { at }] of coming) {
      if (at > looks - slow.looks) continue;
      forget(socket);
      // Node itself answers a request that took too long with 408.
      server.emit('clientError', Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
    }
  };

  server.on('connection', (socket) => {
    open.add(socket);
    idle.set(socket, looks);
    socket.once('close', () => forget(socket));
  });
  const inFlight = new WeakMap<Socket, number>();
  server.on('request', (request, response) => {
    const { headers, socket } = request;
    idle.delete(socket);
    inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
    if ('content-length' in headers || 'transfer-encoding' in headers)
      coming.set(request, { bytes: socket.bytesRead, at: looks });
    response.once('close', () => {
      // Answered before its body was complete: nobody waits for the rest of it.
      coming.delete(request);
      const left = inFlight.get(socket)! - 1;
      inFlight.set(socket, left);
      if (left === 0 && !socket.destroyed) idle.set(socket, looks);
    });
  });
  // The caller who opens a socket has a session and sends little, and the sockets have limits of their own.
  server.on('upgrade', ({ socket }) => idle.delete(socket));
  // On a timer, since a connection that is closed at once triggers no event here.
  const look = setInterval(() => {
    looks++;
    lookAtBodies();
    makeRoom();
  }, lookEveryMs).unref();
  server.once('close', () => clearInterval(look));
  server.on('drop', () => warn('all connections are taken; more are closed at once'));
  // Without a listener, an accept that fails (no descriptor left) would end the process. Before the server listens, an
  // error is the reason why it cannot, and the caller of listen reports it.
  server.once('listening', () => {
    server.on('error', (error) => warn('a connection could not be taken', { err: error }));
  });
}
