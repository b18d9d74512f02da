import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../platform/telemetry/log.ts';

/** What a process needs beside its callers: database, files, models, and what it was started with. */
const reserved = 256;

/** A connection that brings nothing for so long has to make room when others come. */
const idleMs = 1000;
const warnEveryMs = 10_000;

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
 * say nothing keep nobody out, those that are idle go when nine tenths are taken.
 */
export function limitConnections(server: Server, most: number, log: Pick<Log, 'warn'>): void {
  if (Number.isFinite(most)) server.maxConnections = most;
  const crowd = most * 0.9;
  const open = new Set<Socket>();
  /** Those without a request in flight, and since when; the longest first. */
  const idle = new Map<Socket, number>();
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
  const makeRoom = () => {
    if (open.size < crowd) return;
    const before = performance.now() - idleMs;
    for (const [socket, since] of idle) {
      if (since > before) break;
      forget(socket);
      socket.destroy();
    }
  };

  server.on('connection', (socket) => {
    open.add(socket);
    idle.set(socket, performance.now());
    socket.once('close', () => forget(socket));
  });
  const inFlight = new WeakMap<Socket, number>();
  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = inFlight.get(socket)! - 1;
      inFlight.set(socket, left);
      if (left === 0 && !socket.destroyed) idle.set(socket, performance.now());
    });
  });
  // At set times, since nothing happens here when a connection is closed at once.
  const room = setInterval(makeRoom, idleMs / 4).unref();
  server.once('close', () => clearInterval(room));
  server.on('drop', () => warn('all connections are taken; more are closed at once'));
  // Without a listener an accept that fails (no descriptor left) would end the process.
  server.on('error', (error) => warn('a connection could not be taken', { err: error }));
}
