import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../platform/telemetry/log.ts';

/** What a process needs beside its callers: database, files, models, and what it was started with. */
const reserved = 256;

/** Time is counted in looks: after a moment in which this process stood still, nobody is blamed for what waits to be read. */
const lookEveryMs = 250;
/** A connection without a request for so long has to make room when others come: a second … */
const idleLooks = 4;
/** … and so has one whose request brings less than this in three seconds. The slowest phone line is quicker. */
const slow = { bytes: 4096, looks: 12 };
const warnEveryMs = 10_000;

/**
 * How many callers may wait to be taken while this process has its hands full; the system takes its own limit
 * (net.core.somaxconn) where that is less. With the 511 of Node, of 3 000 who came within seconds some were reset.
 */
export const mostWaiting = 4096;

/**
 * How many callers this process can hold: what its limit of file descriptors leaves, and at least half of it. Without
 * descriptors it could neither answer nor ask the database; Node throws in places that nobody expects it.
 */
export function mostConnections(): number {
  // Otherwise it asks the name of every host that this process is connected to.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: number | 'unlimited' } };
  };
  const limit = userLimits?.open_files?.soft;
  return typeof limit === 'number' ? Math.max(limit - reserved, Math.floor(limit / 2)) : Number.POSITIVE_INFINITY;
}

/**
 * Takes at most `most` connections at once; those beyond it are closed at once. So that strangers who open connections and
 * say nothing, or a letter now and then, keep nobody out, some go when nine tenths are taken: those that wait for a request,
 * or for the rest of its head, and those whose body makes no progress. An upload over a slow line stays.
 */
export function limitConnections(server: Server, most: number, log: Pick<Log, 'warn'>): void {
  if (Number.isFinite(most)) server.maxConnections = most;
  const crowd = most * 0.9;
  const open = new Set<Socket>();
  let looks = 0;
  /** Those without a request in flight, and since which look; the longest first. */
  const idle = new Map<Socket, number>();
  /** Requests whose body is not through, and at which look they had last brought as much as an honest caller. */
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
      // What waits to be read here is waited for by the caller, not the other way round.
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
      // As Node itself says that a request took too long: 408.
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
      // Answered before its body was through: the rest of it is nothing that anybody waits for.
      coming.delete(request);
      const left = inFlight.get(socket)! - 1;
      inFlight.set(socket, left);
      if (left === 0 && !socket.destroyed) idle.set(socket, looks);
    });
  });
  // Who opens a socket has somebody's session, says little, and is bounded by those who keep it.
  server.on('upgrade', ({ socket }) => idle.delete(socket));
  // At set times, since nothing happens here when a connection is closed at once.
  const look = setInterval(() => {
    looks++;
    lookAtBodies();
    makeRoom();
  }, lookEveryMs).unref();
  server.once('close', () => clearInterval(look));
  server.on('drop', () => warn('all connections are taken; more are closed at once'));
  // Without a listener an accept that fails (no descriptor left) would end the process. Before it listens, an error is its
  // reason not to, which whoever starts it tells.
  server.once('listening', () => {
    server.on('error', (error) => warn('a connection could not be taken', { err: error }));
  });
}
