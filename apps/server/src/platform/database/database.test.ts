import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { type Database, openDatabase } from './index.ts';
import { testDatabase } from './testing.ts';
import { transaction } from './transaction.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const directory = mkdtempSync(join(tmpdir(), 'causerie-database-'));
await chmod(directory, 0o755);
afterAll(() => rm(directory, { recursive: true, force: true }));

const told: string[] = [];
const log = {
  info: (_details: object, message: string) => void told.push(message),
  warn: (_details: object, message: string) => void told.push(message),
  error: (_details: object, message: string) => void told.push(message),
};
const open = (DATA_DIR: string) => openDatabase({ DATA_DIR } as never, log);

/** A server process that owns the database in `dataDir` until it is killed. */
async function holder(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<{ child: ChildProcess; said: string }> {
  const script = `
    import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    const log = { info() {}, warn() {}, error() {} };
    const settings = { DATA_DIR: ${JSON.stringify(dataDir)}, DATABASE_URL: process.env.DATABASE_URL };
    try { const { pool } = await openDatabase(settings, log); await pool.query('SELECT 1'); console.log('open'); }
    catch (error) { console.log(error.message); process.exit(1); }
    setInterval(() => {}, 1000);`;
  const child = spawn(
    process.execPath,
    ['--conditions=@causerie/source', '--input-type=module-typescript', '-e', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    },
  );
  const [said] = await once(createInterface({ input: child.stdout! }), 'line');
  return { child, said: String(said) };
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function until(works: () => Promise<unknown>, seconds = 15): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(30)) {
    try {
      await works();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

it('a test database has all tables and is its own', async () => {
  const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
  await one.pool.query(`INSERT INTO people (id, email, name) VALUES ('usr_1', 'a@b.example', 'A')`);
  expect((await one.pool.query('SELECT id FROM people')).rowCount).toBe(1);
  expect((await two.pool.query('SELECT id FROM people')).rowCount).toBe(0);
  await Promise.all([one.close(), two.close()]);
});

it('what was committed is there after a restart; it listens to nobody but us, and writes to the disk', async () => {
  const dataDir = join(directory, 'restart');
  let database = await open(dataDir);
  const show = async (name: string) => (await database.pool.query(`SHOW ${name}`)).rows[0][name];
  expect(database.exclusive).toBe(true);
  expect(await show('listen_addresses')).toBe('');
  expect(await show('fsync')).toBe('on');
  expect(await show('server_encoding')).toBe('UTF8');
  expect(((await stat(join(dataDir, 'postgres'))).mode & 0o777).toString(8)).toBe('700');
  if (isRoot) expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
  await database.pool.query('CREATE TABLE kept (n int)');
  const pid = await postmasterOf(dataDir);
  await database.close();
  expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  expect(await isGone(pid)).toBe(true);
  database = await open(dataDir);
  expect((await database.pool.query('SELECT * FROM kept')).rowCount).toBe(0);
  await database.close();
});

it('a second server on the same directory is refused by name; the database of a killed one is taken over', async () => {
  const dataDir = join(directory, 'adopt');
  const { child, said } = await holder(dataDir);
  expect(said).toBe('open');
  const pid = await postmasterOf(dataDir);

  const message = `DATA_DIR ${dataDir} is in use by another server (process ${child.pid}). Stop it, or give this one a DATA_DIR of its own.`;
  await expect(open(dataDir)).rejects.toThrow(message);
  expect(await postmasterOf(dataDir)).toBe(pid);

  child.kill('SIGKILL');
  await once(child, 'exit');
  const database = await open(dataDir);
  expect(await postmasterOf(dataDir)).toBe(pid);
  expect(told).toContain('took over the database that a killed server left running');
  await database.close();
  expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
});

it('of three servers that start at once on a new directory, one gets it', async () => {
  const dataDir = join(directory, 'race');
  const started = await Promise.all([holder(dataDir), holder(dataDir), holder(dataDir)]);
  expect(started.filter(({ said }) => said === 'open')).toHaveLength(1);
  expect(started.filter(({ said }) => /is in use by another server/.test(said))).toHaveLength(2);
  for (const { child } of started) child.kill('SIGKILL');
  await (await open(dataDir)).close();
});

it('everything killed at once, and a number in postmaster.pid that is another process now', async () => {
  const dataDir = join(directory, 'power');
  const { child } = await holder(dataDir);
  const pid = await postmasterOf(dataDir);
  child.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  await until(async () => expect(await isGone(pid)).toBe(true));
  // A process of the same account, as PostgreSQL would find it after the machine restarted.
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  const stranger = spawn('sleep', ['60'], { ...(isRoot ? { uid, gid } : {}), stdio: 'ignore' });
  const file = join(dataDir, 'postgres/postmaster.pid');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(stranger.pid)));
  const database = await open(dataDir);
  await database.health();
  await database.close();
  expect(stranger.exitCode).toBeNull();
  stranger.kill();
});

it('a database that dies is brought back; meanwhile callers hear when to come again', async () => {
  const dataDir = join(directory, 'revive');
  const database = await open(dataDir);
  await database.pool.query('CREATE TABLE kept (n int)');
  const pid = await postmasterOf(dataDir);
  const pending = database.pool.query('SELECT pg_sleep(20)').catch((error: unknown) => error);
  const inTransaction = transaction(database.pool, async (client) => {
    process.kill(pid, 'SIGKILL');
    await pending;
    await client.query('SELECT 1');
  });
  for (const error of [await pending, await inTransaction.catch((caught: unknown) => caught)]) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'database_unavailable', retryAfter: 2 });
  }
  await until(() => database.health());
  expect((await database.pool.query('SELECT * FROM kept')).rowCount).toBe(0);
  expect(await postmasterOf(dataDir)).not.toBe(pid);
  await database.close();
});

it('a path too long for a socket works', async () => {
  const dataDir = join(directory, 'long', 'x'.repeat(100));
  const database = await open(dataDir);
  await database.health();
  await database.close();
});

it.skipIf(!isRoot)('as root, below a directory that only root may enter', async () => {
  const closed = join(directory, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const database = await open(join(closed, 'data'));
  await database.health();
  await database.close();
  expect((await stat(closed)).mode & 0o777).toBe(0o700);
});

it('the database of another version is refused, not touched', async () => {
  const dataDir = join(directory, 'version');
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '12\n');
  await expect(open(dataDir)).rejects.toThrow(/made by PostgreSQL 12; this server brings 18/);
});

// Debian and its kind keep the programs out of the PATH.
const ofDebian = ['18', '17', '16', '15']
  .map((version) => `/usr/lib/postgresql/${version}/bin`)
  .find((path) => existsSync(path));

// Elsewhere it is skipped (apt-get install postgresql brings it); in CI a missing part is a failure.
it.skipIf(!ofDebian && !process.env.CI)(
  'an external PostgreSQL: waited for, migrated by three processes at once, lost and found again',
  async () => {
    const home = join(directory, 'external');
    await mkdir(home);
    let ids: { uid?: number; gid?: number } = {};
    if (isRoot) {
      const entry = (await readFile('/etc/passwd', 'utf8'))
        .split('\n')
        .find((line) => line.startsWith('postgres:'))!
        .split(':');
      ids = { uid: Number(entry[2]), gid: Number(entry[3]) };
      await chown(home, ids.uid!, ids.gid!);
    }
    await run(`${ofDebian}/initdb`, ['-D', join(home, 'data'), '-U', 'me', '--auth=trust', '--no-sync'], {
      ...ids,
      cwd: '/',
    });
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as { port: number };
    free.close();
    const start = () =>
      spawn(
        `${ofDebian}/postgres`,
        [
          '-D',
          join(home, 'data'),
          '-p',
          String(port),
          '-k',
          home,
          '-c',
          'listen_addresses=127.0.0.1',
          '-c',
          'fsync=off',
        ],
        { ...ids, cwd: '/', stdio: 'ignore' },
      );
    const DATABASE_URL = `postgresql://me:secret@127.0.0.1:${port}/postgres`;
    const settings = { DATA_DIR: home, DATABASE_URL, DATABASE_CONNECT_DELAY: 0.05 };

    await expect(openDatabase({ ...settings, DATABASE_CONNECT_RETRIES: 1 }, log)).rejects.toThrow(
      `DATABASE_URL: 127.0.0.1:${port} does not answer (ECONNREFUSED), tried 2 times`,
    );
    // The database comes up while the servers already try.
    const servers = Promise.all([1, 2, 3].map(() => holder(home, { DATABASE_URL })));
    await sleep(100);
    let server = start();
    let database: Database | undefined;
    try {
      expect((await servers).map(({ said }) => said)).toEqual(['open', 'open', 'open']);
      for (const { child } of await servers) child.kill('SIGKILL');
      database = await openDatabase({ ...settings, DATABASE_CONNECT_RETRIES: 100 }, log);
      expect(database.exclusive).toBe(false);
      const names = (await database.pool.query('SELECT name FROM migrations ORDER BY name')).rows.map(
        (row) => row.name,
      );
      const { migrations } = await import('../../../migrations/index.ts');
      expect(names).toEqual(Object.keys(migrations).sort());

      await expect(
        openDatabase({ ...settings, DATABASE_URL: DATABASE_URL.replace('/postgres', '/nothing') }, log),
      ).rejects.toThrow(/DATABASE_URL: .* refuses: 3D000/);

      server.kill('SIGKILL');
      await once(server, 'exit');
      await expect(database.pool.query('SELECT 1')).rejects.toMatchObject({ code: 'database_unavailable' });
      await until(async () => {
        server = start();
        const early = once(server, 'exit').then(() => Promise.reject(new Error('not yet')));
        await Promise.race([early, until(() => connectOnce(DATABASE_URL), 5)]);
      });
      await until(() => database!.health());
    } finally {
      await database?.close();
      server.kill('SIGQUIT');
    }
  },
  60_000,
);

async function connectOnce(url: string): Promise<void> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  await client.end();
}

/** Ended, though perhaps nobody took note of it: the init of a container may not. */
async function isGone(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return line.slice(line.lastIndexOf(')') + 2, line.lastIndexOf(')') + 3) === 'Z';
}
