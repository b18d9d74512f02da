import pg from 'pg';
import { AppError } from '../../errors.ts';
import { createWatch, type Watch } from './watch.ts';

// A bigint is a counter or a time here, far below 2^53; every reader would have to convert text.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** The longest time of a statement; a client that waits longer has given up. */
const statementTimeout = 30_000;

const lostConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // the administrator ended the connection
  '57P02', // the server crashed
  '57P03', // the server is starting or stopping
  '57P05', // idle for too long
  '53100', // the disk is full
  '53200', // out of memory
  '53300', // too many connections
]);
// Errors of pg itself, which carry no code.
const lostConnectionText =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Connection ended|read ECONN)/;

/** NUL characters, which PostgreSQL refuses in text (22021) and in jsonb (22P05); no honest request holds one. */
const nulErrors = new Set(['22021', '22P05']);

/** Whether the error means that the database is away, rather than that the statement was wrong. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isConnectionLoss)) return true;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return lostConnection.has(code) || code.startsWith('08');
  return lostConnectionText.test(error.message);
}

const diskFull = '53100';
const deadlock = '40P01';
/** How often a statement that met a deadlock is retried; each time, another statement in its way has finished. */
const mostDeadlocks = 4;
/** A full disk counts as full for at least this long. */
const fullForMs = 30_000;

/** Throws the error again; a lost connection becomes the refusal that routes answer with 503 and `Retry-After`. */
function rethrow(error: unknown): never {
  if (nulErrors.has(String((error as { code?: unknown }).code)))
    throw new AppError('bad_request', 'The request holds a character that cannot be kept (NUL).', { cause: error });
  if ((error as { code?: unknown }).code === diskFull)
    throw new AppError('disk_full', 'The disk of the database is full.', { cause: error, retryAfter: 60 });
  throw isConnectionLoss(error)
    ? new AppError('database_unavailable', undefined, { cause: error, retryAfter: 2 })
    : error;
}

/** A pool that recovers by itself. Every promise fails with `AppError('database_unavailable')` when the database is away. */
export class Pool extends pg.Pool {
  readonly #watch: Watch;
  #fullAt = Number.NEGATIVE_INFINITY;

  /** @param patienceMs how long a statement may wait for a connection */
  constructor(connection: pg.ClientConfig, size: number, patienceMs = 5000) {
    super({
      ...connection,
      max: size,
      connectionTimeoutMillis: patienceMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      statement_timeout: statementTimeout,
      // The server's limit does not help when the server is frozen or the network swallows packets.
      query_timeout: statementTimeout + 2000,
    });
    const clients = new Set<pg.PoolClient>();
    this.#watch = createWatch(
      (signal) => ask(connection, signal),
      () => {
        // Drops connections whose answers are lost; the pool opens new ones when the database is back.
        for (const client of clients) streamOf(client).destroy();
      },
    );
    // Without a listener, a connection that breaks would end the process: the pool listens to idle ones, and nothing
    // listens to a lent one between two statements of a transaction.
    this.on('error', () => {});
    this.on('remove', (client) => clients.delete(client));
    this.on('connect', (client) => {
      clients.add(client);
      client.on('error', () => {});
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: unknown[]) => {
        const statement = args[0] as { submit?: unknown } | undefined;
        // The callback form (the pool's own, see `query`) and a cursor return no promise.
        if (typeof args.at(-1) === 'function' || typeof statement?.submit === 'function') return query(...args);
        return this.#guard(() => query(...args) as Promise<unknown>);
      }) as typeof client.query;
    });
  }

  /** Whether the database recently failed to write because its disk is full. */
  get diskIsFull(): boolean {
    return performance.now() - this.#fullAt < fullForMs;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): unknown {
    if (callback) return super.connect(callback);
    return this.#guard(
      () => super.connect(),
      (client) => client.release(),
    );
  }

  override query: pg.Pool['query'] = ((...args: unknown[]) => {
    const query = super.query as (...args: unknown[]) => unknown;
    if (typeof args.at(-1) === 'function') return query.apply(this, args);
    // The statement met a deadlock and was rolled back, so it has changed nothing, and the other one has finished. There
    // may be a third.
    const attempt = (left: number): Promise<unknown> =>
      this.#guard(() => query.apply(this, args) as Promise<unknown>).catch((error) =>
        error.code === deadlock && left > 0 ? attempt(left - 1) : Promise.reject(error),
      );
    return attempt(mostDeadlocks);
  }) as pg.Pool['query'];

  override end(): Promise<void> {
    this.#watch.close();
    return super.end();
  }

  #guard<T>(work: () => Promise<T>, late?: (value: T) => void): Promise<T> {
    return this.#watch.watch(work, late).catch((error) => {
      if ((error as { code?: unknown }).code === diskFull) this.#fullAt = performance.now();
      return rethrow(error);
    });
  }
}

/** Runs the simplest query, over a connection of its own. */
async function ask(connection: pg.ClientConfig, signal: AbortSignal): Promise<void> {
  const client = new pg.Client(connection);
  client.on('error', () => {});
  signal.addEventListener('abort', () => streamOf(client).destroy(), { once: true });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
}

/** The socket, which the types omit: a connection that hangs cannot be closed politely. */
export const streamOf = (client: pg.ClientBase) =>
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream;
