import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';

/** How long a connection that was just opened may take to bring its request. Where there is none, nothing is waited for. */
const settleMs = 300;

/** Turns of the event loop without a new connection after which nobody waits at the door, and when we close it anyhow. */
const quietTurns = 3;
const mostTurns = 1000;
/** Whoever knocks after the last look is reset: so the door is closed in a turn that was over quickly. */
const shortTurnMs = 0.5;

/**
 * Takes no more connections, and lets those that have just come say what they came for.
 *
 * `http.Server.close` would not do: with the door it also shuts every connection that has no request yet, a proxy's fresh
 * one included. The proxy has then sent a message that it may not send twice, and answers 502. Closing only the door
 * leaves those that wait in the kernel's queue: they are reset, with the same 502. libuv takes one connection a turn (since
 * 1.45), so the queue is empty only when turns pass without one: a single turn, six callers at once, was a 502 in one
 * restart of eight.
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
