import { type ConstructorOptions, PgBoss } from 'pg-boss';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../database/testing.ts';
import { createRegistry } from '../telemetry/registry.ts';
import { createJobs } from './index.ts';

let database: TestDatabase;
let queue: PgBoss;

beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
  const executeSql = (text: string, values?: unknown[]) => database.pool.query(text, values);
  queue = new PgBoss({
    db: { executeSql } as NonNullable<ConstructorOptions['db']>,
    supervise: false,
    schedule: false,
  });
  await queue.start();
});
afterAll(async () => {
  await queue.stop({ graceful: false });
  await database.close();
});

const never = '0 0 1 1 *';
const wait = { timeout: 30_000 };

function newProcess(name: string, work: () => Promise<void>) {
  const warnings: string[] = [];
  const registry = createRegistry();
  const jobs = createJobs(database, { warn: (_, message) => warnings.push(message) }, registry);
  jobs.define(name, work, never);
  return { jobs, warnings, figures: async () => (await registry.metrics()).split('\n') };
}
const scheduled = async () => (await queue.getSchedules()).map(({ name, cron }) => `${name} ${cron}`);
const states = async (name: string) => (await queue.findJobs(name)).map(({ state }) => state);

it('of several processes one does the work, and closing waits for it', async () => {
  await queue.createQueue('tidy', { policy: 'short', retryLimit: 2, retryDelay: 60 });
  await queue.send('tidy', {});
  const began: string[] = [];
  const ended: string[] = [];
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const processes = ['first', 'second', 'third'].map((process) =>
    newProcess('tidy', async () => {
      began.push(process);
      await gate;
      ended.push(process);
    }),
  );
  for (const { jobs } of processes) jobs.start();
  await vi.waitFor(() => expect(began).toHaveLength(1), wait);
  const closed = Promise.all(processes.map(({ jobs }) => jobs.close()));
  expect(ended).toEqual([]);
  finish();
  await closed;
  expect(ended).toEqual(began);
  expect(await states('tidy')).toEqual(['completed']);
  expect(await scheduled()).toEqual([`tidy ${never}`]);
  expect(processes.flatMap(({ warnings }) => warnings)).toEqual([]);
});

it('work that fails is told of and will be tried again', async () => {
  await queue.createQueue('fail', { policy: 'short', retryLimit: 2, retryDelay: 60 });
  await queue.send('fail', {});
  const { jobs, warnings, figures } = newProcess('fail', () => Promise.reject(new Error('broken')));
  jobs.start();
  await vi.waitFor(async () => expect(await states('fail')).toEqual(['retry']), wait);
  expect(warnings).toEqual(['a job failed']);
  expect(await figures()).toContain('causerie_jobs_total{job="fail",state="failed"} 1');
  expect(await figures()).toContain('causerie_jobs_total{job="fail",state="done"} 0');
  await jobs.close();
});

it('work can be done at once; a name nobody knows is a mistake', async () => {
  let done = 0;
  const { jobs } = newProcess('now', async () => {
    done++;
  });
  await jobs.run('now');
  expect(done).toBe(1);
  await expect(jobs.run('other')).rejects.toThrow('No job is called other');
  await jobs.close();
});

it('a database that refuses is only warned of', async () => {
  const warnings: string[] = [];
  const jobs = createJobs(
    {
      pool: { query: () => Promise.reject(new Error('permission denied to create schema')) },
      listen: () => Promise.reject(new Error('nobody listens')),
    },
    { warn: (_, message) => warnings.push(message) },
    createRegistry(),
  );
  jobs.define('tidy', async () => {}, never);
  jobs.start();
  await vi.waitFor(() => expect(warnings).toContain('the jobs could not be started; trying again in a minute'), wait);
  await jobs.close();
});

/** Waits until the worker of a queue has looked once and waits for its next poll, a minute later. */
async function untilIdle(name: string) {
  await vi.waitFor(async () => {
    const { rows } = await database.pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    expect(rows).not.toEqual([]);
    expect(await queue.getQueue(name)).toMatchObject({ notify: true });
  }, wait);
  await new Promise((resolve) => setTimeout(resolve, 300));
}

it('work that is woken begins at once, in another process, and does not wait for the poll', async () => {
  const began: number[] = [];
  const worker = newProcess('wake', async () => void began.push(performance.now()));
  const web = newProcess('wake', () => Promise.reject(new Error('not here')));
  worker.jobs.start();
  web.jobs.start({ wakesOnly: true });
  await untilIdle('wake');
  for (let round = 1; round <= 3; round++) {
    web.jobs.wake('wake');
    // Half of what it polls; some milliseconds are usual.
    await vi.waitFor(() => expect(began).toHaveLength(round), { timeout: 30_000 });
  }
  await Promise.all([worker.jobs.close(), web.jobs.close()]);
  expect([...worker.warnings, ...web.warnings]).toEqual([]);
});

it('it is woken again once the database is back', async () => {
  let done = 0;
  const { jobs, warnings } = newProcess('back', async () => void done++);
  jobs.start();
  await untilIdle('back');
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  // While nobody listens: found when it listens again.
  await queue.send('back', {});
  await vi.waitFor(() => expect(done).toBe(1), wait);
  jobs.wake('back');
  await vi.waitFor(() => expect(done).toBe(2), wait);
  await jobs.close();
  expect(warnings).toEqual([]);
});

it('woken often while it waits, it is done once; woken while it runs, once more', async () => {
  let done = 0;
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { jobs } = newProcess('often', async () => {
    await gates[done++]?.promise;
  });
  jobs.start();
  await untilIdle('often');
  jobs.wake('often');
  await vi.waitFor(() => expect(done).toBe(1), wait);
  for (let time = 0; time < 20; time++) jobs.wake('often');
  await vi.waitFor(async () => expect((await states('often')).sort()).toEqual(['active', 'created']), wait);
  gates[0]!.resolve();
  await vi.waitFor(() => expect(done).toBe(2), wait);
  gates[1]!.resolve();
  await jobs.close();
  // The last of the twenty may come once the second run has begun: it asks for a third.
  expect((await states('often')).length).toBeLessThanOrEqual(3);
});

it('before it is started, and where it cannot be, work is done here', async () => {
  let done = 0;
  const early = newProcess('here', async () => void done++);
  early.jobs.wake('here');
  await early.jobs.close();
  expect(done).toBe(1);

  const warnings: string[] = [];
  const refused = { ...database, pool: { query: () => Promise.reject(new Error('permission denied')) } };
  const jobs = createJobs(refused, { warn: (_, message) => warnings.push(message) }, createRegistry());
  jobs.define('here', async () => void done++);
  jobs.start({ wakesOnly: true });
  jobs.wake('here');
  await vi.waitFor(() => expect(done).toBe(2), wait);
  expect(warnings).toEqual(['the jobs could not be started; trying again in a minute']);
  await jobs.close();
});
