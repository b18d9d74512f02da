import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { streamOf } from './pool.ts';

/** Receives the messages of a channel (NOTIFY). */
export type Listener = {
  onMessage(payload: string): void;
  /** Called each time listening begins: earlier messages are lost. */
  onListening(): void;
};

const firstWaitMs = 500;
const longestWaitMs = 15_000;
/** How often the connection is checked, since a network that swallows packets never closes one. */
const beatMs = 30_000;

/**
 * Listens to a channel over a connection of its own, and reconnects when it is lost. Resolves once it listens, or has
 * failed to for the first time. LISTEN needs a session of its own, which a pooler in between (PgBouncer in transaction
 * mode) does not give.
 */
export async function listen(
  connect: () => Promise<Client>,
  channel: string,
  listener: Listener,
): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController();
  const tried = Promise.withResolvers<void>();
  let connection: Client | undefined;

  const listenOnce = async (): Promise<void> => {
    const client = await connect();
    connection = client;
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('notification', ({ payload }) => payload !== undefined && listener.onMessage(payload));
    const beating = setInterval(() => endUnlessItAnswers(client), beatMs).unref();
    try {
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      if (closing.signal.aborted) return;
      listener.onListening();
      tried.resolve();
      await ended;
    } finally {
      clearInterval(beating);
      connection = undefined;
      client.end().catch(() => {});
    }
  };
  const keepListening = async (): Promise<void> => {
    let wait = firstWaitMs;
    while (!closing.signal.aborted) {
      const began = performance.now();
      await listenOnce().catch(() => {});
      tried.resolve();
      wait = performance.now() - began > longestWaitMs ? firstWaitMs : Math.min(wait * 2, longestWaitMs);
      await sleep(wait, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  };

  const listening = keepListening();
  await tried.promise;
  return {
    async close() {
      closing.abort();
      await connection?.end().catch(() => {});
      await listening;
    },
  };
}

/** Ends the connection when one check has no answer before the next. */
function endUnlessItAnswers(client: Client): void {
  const late = setTimeout(() => streamOf(client).destroy(), beatMs).unref();
  client.query('SELECT 1').then(
    () => clearTimeout(late),
    () => clearTimeout(late),
  );
}
