import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Database } from './open-database.ts';
import { streamOf } from './pool.ts';
import { createVerdicts, type Verdict, type VerdictLimits } from './process-verdicts.ts';

/**
 * How the processes of one installation know which of them live.
 *
 * Each holds a session-level advisory lock on a key of its own, through a connection that does nothing else, and a row
 * whose `beat` it advances. A held lock proves at once that a process lives. A free one does not prove that it is dead: a
 * restart of the database frees all locks, and a frozen process keeps its own. The beat decides (see process-verdicts.ts).
 */
export type ProcessLease = {
  /** The key of this process, a bigint as text. */
  key: string;
  /**
   * What is known about the process with this key, at once. The first look at a process whose lock is free returns `unsure`
   * and starts watching it. Throws `database_unavailable`.
   */
  look(key: string): Promise<Verdict>;
  /**
   * Whether it lives, as soon as that is certain: at once for a living process and for one that closed its lease, after two
   * seconds of watching for one that died. Throws `database_unavailable` when the database meanwhile fails to answer this,
   * or the renewal of one's own lease.
   */
  verdictOn(key: string): Promise<Exclude<Verdict, 'unsure'>>;
  /** Gives up the lease: the others take this process for dead from now on. */
  close(): Promise<void>;
};

/** In milliseconds; parameters, so that a test need not wait. */
export type LeaseLimits = VerdictLimits & {
  /** How often a process advances its beat. */
  beatMs: number;
};

const defaultLimits: LeaseLimits = { beatMs: 500, pollMs: 250, quietMs: 2000, frozenMs: 15_000 };

/** The database gives up a beat after this many intervals (two seconds), since something holds the row … */
const longestBeats = 4;
/** … and without an answer after this many (three seconds), the connection hangs and is replaced. */
const patienceBeats = 6;
/** How long one attempt to connect may take. A lost packet is sent again only a second later. */
const connectPatienceMs = 3000;
const firstWaitMs = 100;
const longestWaitMs = 500;
/** How long closing the lease may take when the database does not answer. */
const closePatienceMs = 2000;

type Log = { info(details: object, message: string): void; warn(details: object, message: string): void };
/** The lease's own connection, whether it holds the lock, and whether the row is known to exist. */
type Holder = {
  client: Client;
  locked: boolean;
  known: boolean;
  renewal?: Promise<void> | undefined;
  unanswered: number;
};

/**
 * Takes the lease of this process and keeps it through outages of the database: it reconnects, takes the lock again, and
 * restores the row. With an exclusive database there are no other processes, and every other key is dead.
 */
export async function acquireProcessLease(
  database: Pick<Database, 'connect' | 'pool' | 'exclusive'>,
  log: Log,
  limits = defaultLimits,
): Promise<ProcessLease> {
  const key = String(randomInt(2 ** 47));
  if (database.exclusive) return leaseWithoutOthers(key);

  let closed = false;
  let beat = 0;
  let holder: Holder | null = null;
  let outage = false;

  const verdicts = createVerdicts(database.pool, limits);
  const hold = (client: Client): Holder => {
    const mine: Holder = { client, locked: false, known: false, unanswered: 0 };
    holder = mine;
    client.on('end', () => lose(mine, new Error('the connection is lost')));
    return mine;
  };
  /** The lock first: while nothing can be written, it alone proves to the others that this process lives. */
  const renew = async (mine: Holder) => {
    // An earlier connection may still hold it, if the database has not noticed its end; the next beat tries again.
    if (!mine.locked)
      mine.locked = (await mine.client.query(lockStatement, [key, longestBeats * limits.beatMs])).rows[0].mine;
    await mine.client.query(beatStatement, [key, ++beat]);
    // From now on the row is on the disk. A beat that a crash loses has been repeated by then, so beats need not wait for
    // the disk.
    if (!mine.known) await mine.client.query('SET synchronous_commit = off');
    mine.known = true;
    if (outage) log.info({}, 'the lease of this process is renewed again');
    outage = false;
  };
  const startRenewal = (mine: Holder) => {
    mine.unanswered = 0;
    mine.renewal = renew(mine)
      .catch((error) => {
        if (holder === mine) noteOutage(error);
      })
      .finally(() => {
        mine.renewal = undefined;
      });
  };
  /** A process that cannot renew its own lease must not judge that of another. */
  const noteOutage = (error: unknown) => {
    if (closed) return;
    verdicts.resetObservations();
    if (!outage)
      log.warn({ error: (error as Error).message }, 'the lease of this process cannot be renewed; trying again');
    outage = true;
  };
  const lose = (mine: Holder, error: Error) => {
    if (holder !== mine) return;
    holder = null;
    noteOutage(error);
    void reconnect();
  };
  const reconnect = async () => {
    for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, longestWaitMs)) {
      await sleep(wait, undefined, { ref: false });
      if (closed) return;
      const client = await database.connect(connectPatienceMs).catch(noteOutage);
      if (closed) return void client?.end().catch(() => {});
      if (client) return startRenewal(hold(client));
    }
  };

  const first = await database.connect();
  try {
    await renew(hold(first));
    await first.query(`DELETE FROM processes WHERE seen_at < now() - interval '1 day'`);
  } catch (error) {
    closed = true;
    await first.end().catch(() => {});
    throw error;
  }
  const beating = setInterval(() => {
    const mine = holder;
    if (!mine) return;
    if (!mine.renewal) return startRenewal(mine);
    // Counted in beats, not by the clock: while this process stands still, it can read no answer.
    if (++mine.unanswered < patienceBeats) return;
    lose(mine, new Error('the database does not answer'));
    streamOf(mine.client).destroy();
  }, limits.beatMs).unref();

  return {
    key,
    look: async (other) => (other === key ? 'alive' : verdicts.look(other)),
    verdictOn: async (other) => (other === key ? 'alive' : verdicts.verdictOn(other)),
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(beating);
      verdicts.close();
      const mine = holder;
      holder = null;
      if (!mine) return;
      const leave = async () => {
        await mine.renewal;
        await mine.client.query('DELETE FROM processes WHERE key = $1', [key]);
        await mine.client.end();
      };
      await Promise.race([leave().catch(() => {}), sleep(closePatienceMs, undefined, { ref: false })]);
      streamOf(mine.client).destroy();
    },
  };
}

const lockStatement = `SELECT set_config('statement_timeout', $2, false), pg_try_advisory_lock($1::bigint) AS mine`;
const beatStatement = `INSERT INTO processes (key, beat, seen_at) VALUES ($1, $2, now())
  ON CONFLICT (key) DO UPDATE SET beat = EXCLUDED.beat, seen_at = EXCLUDED.seen_at`;

function leaseWithoutOthers(key: string): ProcessLease {
  const judge = async (other: string) => (other === key ? 'alive' : 'dead');
  return { key, look: judge, verdictOn: judge, async close() {} };
}
