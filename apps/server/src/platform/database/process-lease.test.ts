import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { type Database, openDatabase } from './index.ts';
import { acquireProcessLease, type LeaseLimits, type ProcessLease } from './process-lease.ts';
import { startExternal } from './testing/external.ts';
import { type TestDatabase, testDatabase } from './testing.ts';

const silent = { info() {}, warn() {}, error() {} };
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

async function lease(on: Database = database, limits?: LeaseLimits, log = silent): Promise<ProcessLease> {
  const taken = await acquireProcessLease(on, log, limits);
  onTestFinished(() => taken.close());
  return taken;
}

/** A process of its own that holds a lease. */
async function startHolder(url: string): Promise<{ key: string; signal(name: NodeJS.Signals): void }> {
  const script = `
    import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    import { acquireProcessLease } from ${JSON.stringify(join(import.meta.dirname, 'process-lease.ts'))};
    const log = { info() {}, warn() {}, error() {} };
    const database = await openDatabase({ DATA_DIR: '/nowhere', DATABASE_URL: ${JSON.stringify(url)} }, log);
    console.log((await acquireProcessLease(database, log)).key);
    setInterval(() => {}, 1000);`;
  const child = spawn(
    process.execPath,
    ['--conditions=@causerie/source', '--input-type=module-typescript', '-e', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the holder of a lease ended with ${code} before it said its key`);
  });
  const [key] = await Promise.race([once(createInterface({ input: child.stdout! }), 'line'), ended]);
  ended.catch(() => {});
  return { key: String(key), signal: (name) => void child.kill(name) };
}

const rowsOf = async (key: string) =>
  (await database.pool.query('SELECT beat FROM processes WHERE key = $1', [key])).rows as { beat: number }[];

it('a process that closes its lease is dead at once, and leaves nothing', async () => {
  const [one, other] = [await lease(), await lease()];
  expect(await one.look(one.key)).toBe('alive');
  expect(await one.look(other.key)).toBe('alive');
  expect(await one.verdictOn(other.key)).toBe('alive');
  await other.close();
  expect(await one.look(other.key)).toBe('dead');
  expect(await one.verdictOn(other.key)).toBe('dead');
  expect(await rowsOf(other.key)).toEqual([]);
});

it('a process that is killed is dead to all who ask, and never alive to any', async () => {
  const [one, other] = [await lease(), await lease()];
  const victim = await startHolder(database.url);
  expect(await one.look(victim.key)).toBe('alive');
  victim.signal('SIGKILL');
  await vi.waitFor(async () => expect(await one.look(victim.key)).toBe('unsure'));
  // Many at the same moment: none takes another for the holder of the lock.
  const looks = Array.from({ length: 60 }, (_, i) => (i % 2 ? one : other).look(victim.key));
  expect(await Promise.all(looks)).not.toContain('alive');
  const asked = performance.now();
  const statements = vi.spyOn(database.pool, 'query');
  const verdicts = Promise.all(Array.from({ length: 20 }, () => one.verdictOn(victim.key)));
  expect(new Set(await verdicts)).toEqual(new Set(['dead']));
  // A look each, and then one for all of them every quarter of a second; the other process watches as well.
  expect(statements.mock.calls.length).toBeLessThan(20 + (2 * (performance.now() - asked)) / 250 + 10);
  statements.mockRestore();
  // What is certain stays so.
  expect(await one.look(victim.key)).toBe('dead');
  expect(await other.verdictOn(victim.key)).toBe('dead');
});

it('a frozen process is dead after the limit, and alive when it goes on', async () => {
  const one = await lease(database, { beatMs: 500, pollMs: 50, quietMs: 800, frozenMs: 1500 });
  const victim = await startHolder(database.url);
  victim.signal('SIGSTOP');
  expect(await one.look(victim.key)).toBe('alive');
  await vi.waitFor(async () => expect(await one.look(victim.key)).toBe('dead'), { timeout: 15_000, interval: 200 });
  expect(await one.verdictOn(victim.key)).toBe('dead');
  victim.signal('SIGCONT');
  await vi.waitFor(async () => expect(await one.look(victim.key)).toBe('alive'), { timeout: 15_000 });
});

it('nobody is taken for frozen while no beat can be written', async () => {
  const limits = { beatMs: 100, pollMs: 50, quietMs: 300, frozenMs: 1500 };
  const [one, other] = [await lease(database, limits), await lease(database, limits)];
  const client = await database.connect();
  onTestFinished(() => client.end());
  await client.query('BEGIN');
  await client.query('LOCK TABLE processes IN EXCLUSIVE MODE');
  const before = await rowsOf(other.key);
  const heard = new Set<string>();
  for (const until = performance.now() + 3500; performance.now() < until; await sleep(50))
    heard.add(await one.look(other.key));
  expect(await rowsOf(other.key)).toEqual(before);
  await client.query('COMMIT');
  expect(heard).toEqual(new Set(['alive']));
  await vi.waitFor(async () => expect(await rowsOf(other.key)).not.toEqual(before), { timeout: 10_000 });
});

it('a process of the version before, with a lock and no row, is alive while it holds it', async () => {
  const one = await lease(database, { beatMs: 500, pollMs: 50, quietMs: 500, frozenMs: 100 });
  const client = await database.connect();
  await client.query('SELECT pg_advisory_lock(4711)');
  expect(await one.verdictOn('4711')).toBe('alive');
  await sleep(200);
  expect(await one.verdictOn('4711')).toBe('alive');
  await client.end();
  await vi.waitFor(async () => expect(await one.verdictOn('4711')).toBe('dead'));
});

it('a row that is gone is put back; one that nobody needs is removed at the next start', async () => {
  const one = await lease();
  await database.pool.query(`INSERT INTO processes VALUES (1, 1, now() - interval '25 hours'), (2, 1, now())`);
  await database.pool.query('DELETE FROM processes WHERE key = $1', [one.key]);
  await vi.waitFor(async () => expect(await rowsOf(one.key)).toHaveLength(1), { timeout: 10_000 });
  await lease();
  expect(await rowsOf('1')).toEqual([]);
  expect(await rowsOf('2')).toHaveLength(1);
});

it('a connection that is cut is made again, while the process stays alive', async () => {
  const [one, other] = [await lease(), await lease()];
  const cut = async () =>
    (
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks
         WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = $1`,
        [other.key],
      )
    ).rowCount;
  expect(await cut()).toBe(1);
  expect(await one.verdictOn(other.key)).toBe('alive');
  await vi.waitFor(async () => expect(await cut()).toBe(1), { timeout: 10_000 });
  expect(await one.verdictOn(other.key)).toBe('alive');
});

it('where this process is the only one, every other key is dead at once', async () => {
  const statements = vi.spyOn(database.pool, 'query');
  const only = await lease({ ...database, exclusive: true });
  const other = await lease();
  expect(await only.verdictOn(only.key)).toBe('alive');
  expect(await only.look(other.key)).toBe('dead');
  expect(await only.verdictOn('4712')).toBe('dead');
  expect(statements).not.toHaveBeenCalled();
  statements.mockRestore();
});

it('two processes stay alive to each other while their database crashes, restarts, is away and hangs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'causerie-lease-'));
  const external = await startExternal(directory);
  const databases = await Promise.all(
    [1, 2].map(() => openDatabase({ DATA_DIR: directory, DATABASE_URL: external.url }, silent)),
  );
  const told: string[] = [];
  const log = {
    info: (_details: object, message: string) => void told.push(message),
    warn: (_details: object, message: string) => void told.push(message),
  };
  const one = await acquireProcessLease(databases[0]!, log);
  const other = await acquireProcessLease(databases[1]!, silent);
  const stranger = await startHolder(external.url);

  const heard = { alive: 0, dead: 0, unsure: 0, refused: 0 };
  let over = false;
  const asking = (
    [
      [one, other.key],
      [other, one.key],
      [one, stranger.key],
    ] as const
  ).flatMap(([asker, key]) =>
    (['look', 'verdictOn'] as const).map(async (how) => {
      for (; !over; await sleep(20)) {
        const verdict = await asker[how](key).catch((error) => {
          expect(error).toMatchObject({ code: 'database_unavailable' });
          return 'refused' as const;
        });
        heard[verdict]++;
      }
    }),
  );
  const allAlive = () =>
    vi.waitFor(
      async () => {
        expect(await one.look(other.key)).toBe('alive');
        expect(await other.look(one.key)).toBe('alive');
        expect(await one.look(stranger.key)).toBe('alive');
      },
      { timeout: 20_000 },
    );
  try {
    await allAlive();

    // The end of one backend by a signal is a crash: the postmaster ends all others, and recovers.
    const { rows } = await databases[0]!.pool.query('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0].pid, 'SIGKILL');
    await vi.waitFor(() => expect(heard.refused).toBeGreaterThan(0), { timeout: 10_000 });
    await allAlive();
    await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 10_000 });
    expect(told).toEqual([
      'the lease of this process cannot be renewed; trying again',
      'the lease of this process is renewed again',
    ]);

    // Away for longer than a silent process is waited for.
    await external.close();
    await sleep(2500);
    await external.start();
    await allAlive();
    await vi.waitFor(() => expect(told).toHaveLength(4), { timeout: 10_000 });

    external.freeze();
    await sleep(4000);
    external.thaw();
    await allAlive();
    // And a while later still.
    await sleep(2500);
    await allAlive();
    expect(heard.dead).toBe(0);
    expect(heard.alive).toBeGreaterThan(100);
    expect(heard.refused).toBeGreaterThan(0);
  } finally {
    over = true;
    await Promise.all(asking);
    await Promise.all([one.close(), other.close()]);
    await Promise.all(databases.map((opened) => opened.close()));
    await external.close();
    await rm(directory, { recursive: true, force: true });
  }
}, 90_000);
