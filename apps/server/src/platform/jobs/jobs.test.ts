import { type ConstructorOptions, PgBoss } from 'pg-boss';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../database/testing.ts';
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
  const jobs = createJobs(database.pool, { warn: (_, message) => warnings.push(message) });
  jobs.schedule(name, never, work);
  return { jobs, warnings };
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
  const { jobs, warnings } = newProcess('fail', () => Promise.reject(new Error('broken')));
  jobs.start();
  await vi.waitFor(async () => expect(await states('fail')).toEqual(['retry']), wait);
  expect(warnings).toEqual(['a job failed']);
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
    { query: () => Promise.reject(new Error('permission denied to create schema')) },
    { warn: (_, message) => warnings.push(message) },
  );
  jobs.schedule('tidy', never, async () => {});
  jobs.start();
  await vi.waitFor(() => expect(warnings).toContain('the jobs could not be started; trying again in a minute'), wait);
  await jobs.close();
});
