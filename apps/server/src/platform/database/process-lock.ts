import { randomInt } from 'node:crypto';
import type { Client, Pool } from 'pg';

/**
 * How the processes of one installation know which of them live.
 *
 * Each holds a session-level advisory lock on a key of its own, through a connection that does nothing else. The moment a
 * process dies, the kernel closes its socket and PostgreSQL frees the lock: no heartbeat, no clock, no delay. (A pooler
 * in transaction mode breaks this; the guide says to connect without one.)
 */
export type ProcessLock = {
  /** The key of this process, a bigint as text. */
  key: string;
  /** Whether the process with this key still holds its lock. */
  isAlive(key: string): Promise<boolean>;
  close(): Promise<void>;
};

export async function acquireProcessLock(
  connect: () => Promise<Client>,
  pool: Pool,
  log: { warn(details: object, message: string): void },
): Promise<ProcessLock> {
  const key = String(randomInt(2 ** 47));
  let closed = false;
  let client: Client | null = null;

  const hold = async () => {
    const fresh = await connect();
    fresh.on('error', () => {});
    fresh.on('end', () => void again());
    await fresh.query('SELECT pg_advisory_lock($1::bigint)', [key]);
    client = fresh;
  };
  const again = async () => {
    client = null;
    for (let wait = 100; !closed; wait = Math.min(wait * 2, 3000)) {
      try {
        await hold();
        return;
      } catch (error) {
        log.warn(
          { error: (error as Error).message },
          'the process lock is lost while the database is away; trying again',
        );
        await new Promise((resolve) => setTimeout(resolve, wait).unref());
      }
    }
  };
  await hold();

  return {
    key,
    async isAlive(other) {
      if (other === key) return true;
      const { rows } = await pool.query('SELECT pg_try_advisory_xact_lock($1::bigint) AS dead', [other]);
      return !rows[0].dead;
    },
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}
