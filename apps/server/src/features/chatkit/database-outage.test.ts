import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { startExternal } from '../../platform/database/testing/external.ts';
import { createLog } from '../../platform/telemetry/log.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'causerie-outage-'));
let postgres: Awaited<ReturnType<typeof startExternal>>;
let app: App;
let url: string;
let token: string;

beforeAll(async () => {
  postgres = await startExternal(path.join(directory, 'external'));
  const config = loadConfig({ DATA_DIR: directory, DATABASE_URL: postgres.url }, directory);
  app = await createApp(config, { log: createLog('silent') });
  await app.http.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(app.http.server.address() as { port: number }).port}`;
  const response = await fetch(`${url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.org', password: 'a long enough password' }),
  });
  token = ((await response.json()) as { access_token: string }).access_token;
});
afterAll(async () => {
  await app.close();
  await postgres.close();
  rmSync(directory, { recursive: true, force: true });
});

const input = { content: [{ type: 'input_text', text: 'hello' }], attachments: [], inference_options: {} };
const post = (type: string, params: object) =>
  fetch(`${url}/api/chatkit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ type, params }),
  });

it('answers 503 with Retry-After while the database is away, and goes on when it is back, nothing lost', async () => {
  const before = await (await post('threads.create', { input })).text();
  const { id } = JSON.parse(before.slice(6, before.indexOf('\n'))).thread;

  await postgres.close();
  for (const [type, params] of [
    ['threads.list', {}],
    ['threads.create', { input }],
    ['threads.add_user_message', { thread_id: id, input }],
  ] as const) {
    const refused = await post(type, params);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await refused.json()).toMatchObject({ error: { code: 'database_unavailable' } });
  }
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await fetch(`${url}/ready`)).status).toBe(503);

  await postgres.start();
  await vi.waitFor(async () => expect((await fetch(`${url}/ready`)).status).toBe(200), { timeout: 15_000 });
  const { data } = (await (await post('items.list', { thread_id: id })).json()) as { data: unknown[] };
  expect(data).toHaveLength(2);
  expect(await (await post('threads.add_user_message', { thread_id: id, input })).text()).toContain(
    'assistant_message',
  );
}, 60_000);

it('answers 503 within five seconds while the database hangs, and goes on when it is back', async () => {
  postgres.freeze();
  // What this machine itself stood still is not the server's doing: a busy one comes to its timers late.
  let stood = 0;
  let looked = performance.now();
  const clock = setInterval(() => {
    const now = performance.now();
    if (now - looked > 100) stood += now - looked - 50;
    looked = now;
  }, 50);
  try {
    const asked = performance.now();
    const took: number[] = [];
    // More than there are connections, so that some wait for one.
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, turn) => {
        const answer = turn > 0 ? await post('threads.list', {}) : await post('threads.create', { input });
        took.push(performance.now() - asked - stood);
        return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
      }),
    );
    expect(new Set(answers.map(String))).toEqual(new Set(['503,database_unavailable']));
    // Time limits alone would take ten and more.
    expect(Math.max(...took)).toBeLessThan(5000);
    // Known by now: nobody waits again.
    const again = performance.now();
    expect((await post('threads.list', {})).status).toBe(503);
    expect(performance.now() - again).toBeLessThan(1000);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  } finally {
    clearInterval(clock);
    postgres.thaw();
  }
  await vi.waitFor(async () => expect((await fetch(`${url}/ready`)).status).toBe(200), { timeout: 15_000 });
  expect(await (await post('threads.create', { input })).text()).toContain('assistant_message');
}, 60_000);

it('lets a statement take its time while the database answers others', async () => {
  const { database } = app;
  const { rows } = await database.pool.query(`SELECT pg_sleep(6), 'done' AS word`);
  expect(rows[0].word).toBe('done');
}, 30_000);

it('says that the disk is full when it is, and in /ready too', async () => {
  // As PostgreSQL says it.
  const { pool } = app.database;
  await pool.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
  await pool.query('CREATE TRIGGER full_disk BEFORE INSERT ON items EXECUTE FUNCTION full_disk()');
  const refused = await post('threads.create', { input });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60']);
  expect(await refused.json()).toMatchObject({ error: { code: 'disk_full', message: /disk/ } });
  await vi.waitFor(async () => {
    const ready = await fetch(`${url}/ready`);
    // People can read.
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'degraded', checks: { disk: 'full' } }]);
  });
  expect((await post('threads.list', {})).status).toBe(200);
  await pool.query('DROP TRIGGER full_disk ON items');
  expect(await (await post('threads.create', { input })).text()).toContain('assistant_message');
});

it('looks whether it is ready once a second, however many ask', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const health = vi.spyOn(app.database.pool, 'query');
  const asked = performance.now();
  const answers = await Promise.all(Array.from({ length: 300 }, () => fetch(`${url}/ready`)));
  expect(answers.map(({ status }) => status)).toEqual(Array(300).fill(200));
  expect(health.mock.calls.length).toBeLessThanOrEqual(2 + (performance.now() - asked) / 1000);
  health.mockRestore();
});
