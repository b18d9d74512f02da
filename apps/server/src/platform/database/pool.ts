import pg from 'pg';
import { AppError } from '../../errors.ts';

// A bigint is a counter or a time here, far below 2^53; text would have to be converted by every reader.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** No statement may run longer; a client that waits longer gave up. */
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

/** NUL, which PostgreSQL keeps in no text (22021) and in no jsonb (22P05); nothing honest holds it. */
const unkeepable = new Set(['22021', '22P05']);

/** Whether the error says that the database is away, rather than that the statement was wrong. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isConnectionLoss)) return true;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return lostConnection.has(code) || code.startsWith('08');
  return lostConnectionText.test(error.message);
}

/** Throws the error on; a lost connection becomes the refusal that the doors answer with 503 and `Retry-After`. */
function rethrow(error: unknown): never {
  if (unkeepable.has(String((error as { code?: unknown }).code)))
    throw new AppError('bad_request', 'The request holds a character that cannot be kept (NUL).', { cause: error });
  throw isConnectionLoss(error)
    ? new AppError('database_unavailable', undefined, { cause: error, retryAfter: 2 })
    : error;
}

/** A pool that heals by itself, and whose every promise fails with `AppError('database_unavailable')` when the database is away. */
export class Pool extends pg.Pool {
  constructor(connection: pg.ClientConfig, size: number) {
    super({
      ...connection,
      max: size,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      statement_timeout: statementTimeout,
      // The server's limit does not help when the server is frozen or the network swallows packets.
      query_timeout: statementTimeout + 2000,
    });
    // Without a listener, a connection that breaks would end the process: the pool listens to idle ones, and nobody to those
    // that are lent out, between two statements of a transaction.
    this.on('error', () => {});
    this.on('connect', (client) => {
      client.on('error', () => {});
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: unknown[]) => {
        const result = query(...args);
        return result instanceof Promise ? result.catch(rethrow) : result;
      }) as typeof client.query;
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): unknown {
    return callback ? super.connect(callback) : super.connect().catch(rethrow);
  }

  override query: pg.Pool['query'] = ((...args: unknown[]) => {
    const result = (super.query as (...args: unknown[]) => unknown)(...args);
    return result instanceof Promise ? result.catch(rethrow) : result;
  }) as pg.Pool['query'];
}
