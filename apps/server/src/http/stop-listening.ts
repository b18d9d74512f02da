import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';

/** How long a connection that was just opened may take to bring its request. */
const settleMs = 300;

/**
 * Takes no more connections, and lets those that have just come say what they came for.
 *
 * `http.Server.close` would not do: with the door it also shuts every connection that has no request yet, a proxy's fresh
 * one included. The proxy has then sent a message that it may not send twice, and answers 502. Closing only the door
 * leaves those that wait in the kernel's queue; right after a poll for events there are none.
 */
export async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  await afterPoll();
  NetServer.prototype.close.call(server);
  await sleep(settleMs);
}
