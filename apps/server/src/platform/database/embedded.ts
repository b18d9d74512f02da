import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import type { DatabaseLog } from './database-log.ts';
import { type Account, chooseAccount } from './embedded-account.ts';
import { type Binaries, findBinaries } from './embedded-binaries.ts';
import { isConnectionLoss } from './pool.ts';

const run = promisify(execFile);
const version = '18';
const port = 5432; // Only names the socket file: TCP is off.
const user = 'causerie';
const database = 'causerie';
/** The server that holds this advisory lock, in the database `postgres`, owns the cluster. */
const ownerLock = 0xca05e21e;
const ownerName = `causerie owner ${process.pid}`;
/** The longest path of a Unix socket: 108 bytes on Linux, 104 on macOS, with the closing zero. */
const longestSocket = process.platform === 'linux' ? 107 : 103;

/** A PostgreSQL that belongs to this process until `stop`. */
export type Embedded = {
  /** The options to connect to it. */
  connection: { host: string; port: number; user: string; database: string };
  /** Whether it was found running, left behind by a server that was killed. */
  adopted: boolean;
  /** Announces that `stop` follows after some remaining work: a server that starts meanwhile waits for it. */
  announceStop(): void;
  stop(): Promise<void>;
};

/** The suffix of the owner's connection name once it has announced its stop. */
const stoppingMark = ', stopping';

/** Another living server owns the directory. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
}

type Postmaster = { pid: number; socketDirectory: string };
type Options = {
  /** Extra `name=value` settings, for the tests' cluster. */
  settings?: string[];
};

/**
 * Starts PostgreSQL in `<dataDir>/postgres`, or takes over the one that runs there.
 *
 * There is no lock file to go stale. The cluster is made elsewhere and moved into place, PostgreSQL itself lets only one
 * postmaster run on a directory, and of the servers that then connect, one gets an advisory lock: it is the owner. The
 * kernel closes the connection of a process that dies, however it dies, so the lock is free the moment its holder is gone.
 *
 * Nobody else can connect: there is no TCP, and the socket lies in a directory that only its account may enter. If the
 * owner has announced its stop, this waits for it, however long its last answers take: a restart may be quicker than they
 * are.
 * @throws DataDirInUseError when another living server owns it; Error with what to do otherwise
 */
export async function startEmbedded(
  dataDir: string,
  log: DatabaseLog,
  { settings = [] }: Options = {},
): Promise<Embedded> {
  const cluster = join(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`DATA_DIR must be a folder that can be written to (${error.message})`, { cause: error });
  });
  const binaries = await findBinaries(dataDir);
  const account = await chooseAccount(cluster, binaries.directory);
  await createCluster(cluster, binaries, account, log);

  let stopping = false;
  let owner: pg.Client;
  const take = async () => {
    const start = () => launch(cluster, dataDir, binaries, account, settings);
    let found = await reach(cluster, start);
    // The stopping server took the database with it.
    while (!(await own(found.client, dataDir, log))) found = await reach(cluster, start);
    owner = found.client;
    owner.on('end', () => void recover());
    return found;
  };
  // PostgreSQL died under us (out of memory, a stray kill). Restart it; meanwhile routes answer 503.
  const recover = async () => {
    for (let wait = 50; !stopping; wait = Math.min(wait * 2, 5000)) {
      try {
        log.warn({}, 'the embedded database went away; starting it again');
        await take();
        log.info({}, 'the embedded database is back');
        return;
      } catch (error) {
        log.error({ error: (error as Error).message }, 'the embedded database does not start');
        await sleep(wait, undefined, { ref: false });
      }
    }
  };

  const { socketDirectory, adopted, client } = await take();
  if ((await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])).rowCount === 0)
    await client.query(`CREATE DATABASE ${database}`);
  if (adopted) log.info({}, 'took over the database that a killed server left running');

  return {
    connection: { host: socketDirectory, port, user, database },
    adopted,
    announceStop() {
      owner.query(`SET application_name = '${ownerName}${stoppingMark}'`).catch(() => {});
    },
    async stop() {
      stopping = true;
      await halt(cluster);
      await owner.end().catch(() => {});
    },
  };
}

async function createCluster(cluster: string, binaries: Binaries, account: Account, log: DatabaseLog): Promise<void> {
  const found = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${cluster} cannot be read (${error.code}): it belongs to another user.`);
  });
  if (found !== undefined) {
    if (found.trim() !== version)
      throw new Error(
        `${cluster} was made by PostgreSQL ${found.trim()}; this server brings ${version}. Dump and restore it.`,
      );
    // A copy made by root belongs to root.
    if (account.ids && (await stat(cluster)).uid === 0)
      await run('chown', ['-R', `${account.ids.uid}:${account.ids.gid}`, cluster]);
    return;
  }

  log.info({ directory: cluster }, 'making the database, once');
  await removeLeftovers(cluster);
  // Made beside its place and moved there at the end: a start cut short leaves no half cluster, and of two simultaneous
  // starts one wins.
  const draft = `${cluster}.new-${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { mode: 0o700 });
  if (account.ids) await chown(draft, account.ids.uid, account.ids.gid);
  const make = account.command(binaries.initdb, [
    ...['--pgdata', draft, '--username', user, '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8'],
    // PostgreSQL's own C.UTF-8: the same order on every machine, and a new libc breaks no index.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-sync', '--no-instructions'],
  ]);
  try {
    await run(make.file, make.args, { ...make.ids, cwd: '/', env: environment(binaries) });
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return; // Another start was faster.
    // `docker run --user 1234`: PostgreSQL needs a name for the account that it runs as.
    if (/could not look up effective user ID/.test(stderr ?? ''))
      throw new Error(
        `The embedded database needs a user with a name, and user id ${process.getuid?.()} has none. Add it to /etc/passwd, start the server as another user, or set DATABASE_URL.`,
      );
    throw new Error(`The embedded database could not be made: ${lastLines(stderr || message)}`);
  }
  // The files of initdb reach the disk while the server already answers; its own writes are always synced.
  const sync = account.command(binaries.initdb, ['--sync-only', '--pgdata', cluster]);
  spawn(sync.file, sync.args, { ...sync.ids, cwd: '/', env: environment(binaries), stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

async function removeLeftovers(cluster: string): Promise<void> {
  const parent = join(cluster, '..');
  for (const name of await readdir(parent)) {
    if (!name.startsWith('postgres.new-')) continue;
    const { mtimeMs } = await stat(join(parent, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 60_000) await rm(join(parent, name), { recursive: true, force: true });
  }
}

type Launch = { failure: () => string | undefined };

/** Starts the postmaster, detached from this process: it outlives a kill, and Ctrl+C does not reach it before us. */
async function launch(
  cluster: string,
  dataDir: string,
  binaries: Binaries,
  account: Account,
  settings: string[],
): Promise<Launch> {
  const socketDirectory = await chooseSocketDirectory(cluster, account);
  const options = [
    'listen_addresses=',
    `unix_socket_directories="${socketDirectory.replaceAll('"', '""')}"`,
    'unix_socket_permissions=0700',
    `port=${port}`,
    'max_connections=100',
    'fsync=on',
    'log_timezone=UTC',
    'timezone=UTC',
    'jit=off',
    ...settings,
  ];
  const logFile = join(dataDir, 'postgres.log');
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  const output = openSync(logFile, size > 10_000_000 ? 'w' : 'a', 0o600);
  const start = account.command(binaries.postgres, ['-D', cluster, ...options.flatMap((option) => ['-c', option])]);
  let failure: string | undefined;
  try {
    const child = spawn(start.file, start.args, {
      ...start.ids,
      cwd: '/',
      env: environment(binaries),
      detached: true,
      stdio: ['ignore', output, output],
    });
    child.on('error', (error) => {
      failure = error.message;
    });
    child.on('exit', (code, signal) => {
      failure = `it ended with ${signal ?? code}; see ${logFile}`;
    });
    child.unref();
  } finally {
    closeSync(output);
  }
  return { failure: () => failure };
}

/** The cluster's own directory, which is private already; where its path is too long for a socket, a private one in /tmp. */
async function chooseSocketDirectory(cluster: string, account: Account): Promise<string> {
  const name = `/.s.PGSQL.${port}`;
  if (Buffer.byteLength(cluster + name) <= longestSocket) return cluster;
  const base = Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp';
  const made = await mkdtemp(join(base, 'causerie-'));
  await chmod(made, 0o700);
  if (account.ids) await chown(made, account.ids.uid, account.ids.gid);
  return made;
}

/** Connects to the cluster's postmaster, starting one where none runs. */
async function reach(
  cluster: string,
  start: () => Promise<Launch>,
): Promise<{ client: pg.Client; socketDirectory: string; adopted: boolean }> {
  let launched: Launch | undefined;
  const patience = performance.now() + 5000;
  // Replaying a long log takes time; the answer that the server is starting comes at once.
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(15)) {
    const postmaster = await readPostmaster(cluster);
    if (postmaster) {
      const client = await connect(postmaster.socketDirectory);
      if (client) return { client, socketDirectory: postmaster.socketDirectory, adopted: !launched };
      if (isAlive(postmaster.pid) && !(await isPostgres(postmaster.pid))) await removeStale(cluster, postmaster.pid);
    }
    const running = postmaster && isAlive(postmaster.pid);
    const failure = launched?.failure();
    // It ends when another server's postmaster was faster; then that one is running. It also ends while children of a
    // killed postmaster still hold its memory; they notice that and exit.
    if (failure && !running && performance.now() > patience)
      throw new Error(`The embedded database does not start: ${failure}`);
    if (!running && (!launched || failure)) {
      if (failure) await sleep(150);
      launched = await start();
    }
  }
  throw new Error(`The embedded database in ${cluster} does not answer.`);
}

/**
 * Takes the owner's lock, and waits for it while the owner is stopping.
 * @returns false when the database goes away first
 * @throws DataDirInUseError, which names the owner
 */
async function own(client: pg.Client, dataDir: string, log: DatabaseLog): Promise<boolean> {
  let waits = false;
  try {
    for (let tries = 0; ; tries++) {
      const { rows } = await client.query('SELECT pg_try_advisory_lock($1::bigint) AS mine', [ownerLock]);
      if (rows[0].mine) return true;
      await sleep(100);
      // The connection of a server that was killed a moment ago may not be closed in PostgreSQL yet.
      const holder = tries < 15 ? undefined : await nameOfOwner(client);
      if (holder === undefined) continue;
      const who = /\d+/.exec(holder)?.[0];
      if (!holder.endsWith(stoppingMark)) {
        await client.end();
        throw new DataDirInUseError(
          `DATA_DIR ${dataDir} is in use by another server (process ${who}). Stop it, or give this one a DATA_DIR of its own.`,
        );
      }
      // Its process ends in time, no matter what hangs (main.ts), and the lock with it.
      if (!waits) log.info({ process: who }, 'waiting for the server that is stopping');
      waits = true;
    }
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    await client.end().catch(() => {});
    return false;
  }
}

async function nameOfOwner(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query(
    `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
    [ownerLock],
  );
  return rows[0]?.name;
}

/** Connects for the owner's lock; undefined while the server is not ready. */
async function connect(socketDirectory: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    host: socketDirectory,
    port,
    user,
    database: 'postgres',
    application_name: ownerName,
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => {}); // 'end' follows, and has a listener.
  try {
    await client.connect();
    return client;
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
}

/** Asks for a fast shutdown and waits for it: connections are closed, the log is flushed, the next start is instant. */
async function halt(cluster: string): Promise<void> {
  const postmaster = await readPostmaster(cluster);
  // The process id of another container means nothing here.
  if (!postmaster || !(await isPostgres(postmaster.pid))) return;
  process.kill(postmaster.pid, 'SIGINT');
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(10))
    if ((await readPostmaster(cluster))?.pid !== postmaster.pid) break;
  // Removing that file is its last act before it ends. In a container without an init, nothing reaps the process.
  for (const deadline = performance.now() + 300; performance.now() < deadline && isAlive(postmaster.pid); )
    await sleep(2);
  if (postmaster.socketDirectory !== cluster) await rm(postmaster.socketDirectory, { recursive: true, force: true });
}

/** `postmaster.pid`, line by line: pid, directory, start time, port, socket directory, … */
async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = await readFile(join(cluster, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
  const pid = Number(lines[0]);
  return pid > 0 && lines[4] ? { pid, socketDirectory: lines[4] } : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** After a restart of the machine or container, the process id in a left-over file may belong to any process. */
async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() =>
    run('ps', ['-p', String(pid), '-o', 'comm=']).then(
      ({ stdout }) => stdout,
      () => '',
    ),
  );
  return /postgres/.test(command);
}

/** PostgreSQL refuses to start while a living process of the same account has the process id in the file. */
async function removeStale(cluster: string, pid: number): Promise<void> {
  if ((await readPostmaster(cluster))?.pid === pid) await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** PostgreSQL needs none of our environment, and some of it (PGDATA, secrets) must not reach it. */
function environment({ libraries }: Binaries): NodeJS.ProcessEnv {
  return {
    ...{ PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' },
    ...(libraries ? { LD_LIBRARY_PATH: libraries, DYLD_LIBRARY_PATH: libraries } : {}),
  };
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ');
}
