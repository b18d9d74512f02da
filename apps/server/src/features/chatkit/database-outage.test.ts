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
