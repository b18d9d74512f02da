import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';

/** How long a new connection may take to bring its request. Without new connections nothing is awaited. */
const settleMs = 300;

/**
 * Turns of the event loop without a new connection after which the queue counts as empty, and the turn at which we close
 * anyhow.
 */
const quietTurns = 3;
const mostTurns = 1000;
/** A caller who connects after the last look is reset, so the server closes in a turn that was short. */
const shortTurnMs = 0.5;

/**
 * Stops accepting connections, and lets the newest ones send their request.
 *
 * `http.Server.close` would not do: it also closes every connection that has no request yet, a proxy's fresh one included.
 * The proxy has then sent a message that it may not send twice, and answers 502. Closing only the listening socket resets
 * the connections in the kernel's queue, with the same 502. libuv accepts one connection a turn (since 1.45), so the queue
 * is empty only when turns pass without one: with a single turn and six callers at once, one restart of eight gave a 502.
 */
export async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  let quiet = 0;
  const heard = () => {
    quiet = 0;
  };
  server.on('connection', heard);
  let tookMs = Number.POSITIVE_INFINITY;
  for (let turn = 0; (quiet < quietTurns || tookMs > shortTurnMs) && turn < mostTurns; turn++) {
    quiet++;
    const began = performance.now();
    await afterPoll();
    tookMs = performance.now() - began;
  }
  server.off('connection', heard);
  NetServer.prototype.close.call(server);
  if ((await countConnections(server)) > 0) await sleep(settleMs);
}

const countConnections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
