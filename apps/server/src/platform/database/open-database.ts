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
   * A few reserved connections, for writes that must succeed whatever else is asked: no other statement delays them, and a
   * write waits as long as it must for the others there.
   */
  reserved: Pool;
  /** Whether no other process may use it, as with the embedded one. */
  exclusive: boolean;
  /**
   * A connection of one's own, outside the pool and without time limits, for LISTEN and session locks. The caller ends it.
   * Fails unless it connects within `patienceMs` (10 seconds).
   */
  connect(patienceMs?: number): Promise<pg.Client>;
  /** Listens to a channel, over a connection of its own and through outages. */
  listen(channel: string, listener: Listener): Promise<{ close(): Promise<void> }>;
  /** Resolves when the database answers within two seconds. */
  health(): Promise<void>;
  /** Makes a server that starts meanwhile on the same DATA_DIR wait for the end of this one, instead of being refused. */
  announceClose(): void;
  /** Closes the connections and stops the embedded PostgreSQL. */
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
    client.on('error', () => {}); // Callers that need to know listen to 'end'.
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

/**
 * Waits for an external database that starts later, as in a compose file. An error that waiting cannot cure is thrown at
 * once.
 */
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

/** The error for a host with several addresses is a list whose own message is empty. */
function describe(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return (first as NodeJS.ErrnoException).code ?? (first as Error).message;
}
