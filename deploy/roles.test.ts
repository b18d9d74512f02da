import { expect, it, vi } from 'vitest';
import { testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { startServer } from './testing/processes.ts';

it('leaves the jobs to the worker: a web process never opens their queue', async () => {
  const database = await testDatabase();
  const env = { DATABASE_URL: database.url, AUTH_SECRET_KEY: 'k'.repeat(40), LOG_LEVEL: 'warn' };
  const queueIsThere = async () => {
    const { rows } = await database.pool.query(
      "SELECT 1 FROM information_schema.schemata WHERE schema_name = 'pgboss'",
    );
    return rows.length > 0;
  };
  const web = await startServer({ ...env, ROLE: 'web' });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await queueIsThere()).toBe(false);
  const worker = await startServer({ ...env, ROLE: 'worker' });
  await vi.waitFor(async () => expect(await queueIsThere()).toBe(true), { timeout: 10_000 });
  expect((await fetch(`http://127.0.0.1:${worker.port}/health`)).status).toBe(200);
  expect(await web.stop()).toBe(0);
  expect(await worker.stop()).toBe(0);
  await database.close();
});
