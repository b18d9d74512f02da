import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../../config.ts';
import type { DatabaseLog } from './database-log.ts';
import { type Embedded, startEmbedded } from './embedded.ts';
import { type Listener, listen } from './listen.ts';
import { migrate } from './migrate.ts';
import { isConnectionLoss, Pool } from './pool.ts';

/**
 * The database of this process. Statements on a hot path are prepared by name. A lost connection fails as
 * `AppError('database_unavailable')`.
 */
export type Database = {
  pool: Pool;
  /**
   * A few connections kept aside, for what must be written whatever else is asked: nobody's statements stand before it, and
   * it waits as long as it must for those beside it.
   */
  reserved: Pool;
  /** Whether this process is the only one that may use it, as it is with the embedded one. */
  exclusive: boolean;
  /**
   * A connection of one's own, outside the pool and without time limits, for LISTEN and session locks. End it yourself. It is
   * made within `patienceMs` (10 seconds), or not.
   */
  connect(patienceMs?: number): Promise<pg.Client>;
  /** Hears what is sent to a channel, over a connection of its own and through outages. */
  listen(channel: string, listener: Listener): Promise<{ close(): Promise<void> }>;
  /** Resolves when the database answers within two seconds. */
  health(): Promise<void>;
  /** A server that starts meanwhile on the same DATA_DIR waits for the end of this one, instead of being refused. */
  announceClose(): void;
  /** Closes the connections; the embedded PostgreSQL is stopped. */
  close(): Promise<void>;
};

const reservedConnections = 3;
const reservedPatienceMs = 60_000;

type Settings = Pick<Config, 'DATA_DIR' | 'DATABASE_URL'> &
  Partial<Pick<Config, 'DATABASE_CONNECT_RETRIES' | 'DATABASE_CONNECT_DELAY' | 'DATABASE_POOL_SIZE'>>;

/**
 * Opens the database of `DATABASE_URL`, or starts the embedded one, and brings its tables up to date.
 * @throws Error with one readable line when that cannot be done; it names the host, never the password.
 */
export async function openDatabase(config: Settings, log: DatabaseLog): Promise<Database> {
  let embedded: Embedded | undefined;
  let connection: pg.ClientConfig;
  if (config.DATABASE_URL) connection = { connectionString: config.DATABASE_URL };
  else {
    embedded = await startEmbedded(config.DATA_DIR, log);
    connection = embedded.connection;
  }
  connection = { ...connection, application_name: `causerie ${process.pid}` };

  const connect = async (patienceMs = 10_000) => {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: patienceMs, keepAlive: true });
    client.on('error', () => {}); // Whoever needs to know listens to 'end'.
    await client.connect();
    return client;
  };

  try {
    const first = await connectAtLast(connect, config, log);
    try {
      const done = await migrate(first);
      if (done.length > 0) log.info({ migrations: done }, 'the tables are up to date');
    } finally {
      await first.end();
    }
  } catch (error) {
    await embedded?.stop();
    throw error;
  }

  const pool = new Pool(connection, config.DATABASE_POOL_SIZE ?? 10);
  const reserved = new Pool(connection, reservedConnections, reservedPatienceMs);
  let closing: Promise<void> | undefined;
  return {
    pool,
    reserved,
    exclusive: embedded !== undefined,
    connect,
    listen: (channel, listener) => listen(connect, channel, listener),
    async health() {
      await Promise.race([
        pool.query('SELECT 1'),
        sleep(2000, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer within 2 s'))),
      ]);
    },
    announceClose: () => embedded?.announceStop(),
    close() {
      closing ??= Promise.all([pool.end(), reserved.end()]).then(() => embedded?.stop());
      return closing;
    },
  };
}

/** An external database may start later than we do, as in a compose file. What waiting does not cure is told at once. */
async function connectAtLast(
  connect: () => Promise<pg.Client>,
  { DATABASE_URL, DATABASE_CONNECT_RETRIES = 10, DATABASE_CONNECT_DELAY = 1 }: Settings,
  log: DatabaseLog,
): Promise<pg.Client> {
  const host = DATABASE_URL ? new URL(DATABASE_URL.replace('@/', '@localhost/')).host : 'the embedded database';
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      const reason = describe(error);
      if (!isConnectionLoss(error)) throw new Error(`DATABASE_URL: ${host} refuses: ${reason}`, { cause: error });
      if (attempt >= DATABASE_CONNECT_RETRIES)
        throw new Error(`DATABASE_URL: ${host} does not answer (${reason}), tried ${attempt + 1} times`, {
          cause: error,
        });
      log.warn({ host, reason, attempt: attempt + 1 }, 'the database does not answer yet');
      await sleep(DATABASE_CONNECT_DELAY * 1000);
    }
  }
}

/** A host with several addresses fails with a list whose own message is empty. */
function describe(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return (first as NodeJS.ErrnoException).code ?? (first as Error).message;
}
