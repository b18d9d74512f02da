import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { hasRedis, testRedis } from '../../platform/redis/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-sessions-'));
afterAll(() => rmSync(directory, { recursive: true }));

const month = 30 * 86_400;
let clock = 0;
const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (let one = opened.pop(); one; one = opened.pop()) await one.close();
});

async function database(): Promise<TestDatabase> {
  const made = await testDatabase();
  opened.push(made);
  return made;
}
async function open(env: Record<string, string> = {}, on?: TestDatabase): Promise<App> {
  clock = 0;
  const app = await createApp(
    loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent', AUTH_SECRET_KEY: 'k'.repeat(40), ...env }, directory),
    { database: on ?? (await database()), now: () => Date.now() + clock },
  );
  opened.push(app);
  return app;
}

type Headers = Record<string, string>;
const post = (app: App, url: string, payload: object, headers: Headers = {}) =>
  app.http.inject({ method: 'POST', url, payload, headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const register = async (app: App, email: string): Promise<string> =>
  (await post(app, '/api/v1/auth/register', { email, password: 'correct horse' })).json().access_token;
const wish = (enabled = false, id = 'wf_test') => ({
  workflow: { id },
  chatkit_configuration: { file_upload: { enabled } },
});
const create = (app: App, token: string, payload: object = wish(), headers: Headers = {}) =>
  post(app, '/api/create-session', payload, { ...bearer(token), ...headers });
const threads = (app: App, token: string) =>
  post(app, '/api/chatkit', { type: 'threads.list', params: {} }, bearer(token));
const metric = async (app: App, name: string) => {
  return (await app.metrics.metrics()).split('\n').filter((line) => line.startsWith(name));
};

describe('POST /api/create-session', () => {
  it('gives a token and a cookie of thirty days, of the exact shape', async () => {
    const app = await open();
    const ann = await register(app, 'ann@example.org');
    const answer = await create(app, ann, { ...wish(true), user: 'usr_other', role: 'admin' });
    expect(answer.statusCode).toBe(200);
    const body = answer.json();
    const { id } = (await app.http.inject({ url: '/api/v1/auth/me', headers: bearer(ann) })).json();
    expect(body).toEqual({
      token: expect.stringMatching(/^cks_[\w-]{43}$/),
      client_secret: body.token,
      session_id: expect.stringMatching(/^cks_[0-9a-f]{36}$/),
      user: id,
      workflow: { id: 'wf_test' },
      chatkit_configuration: { file_upload: { enabled: true } },
      created_at: expect.any(Number),
      expires_at: body.created_at + month,
    });
    expect(answer.headers['set-cookie']).toBe(
      `chatkit_session=${body.token}; Max-Age=${month}; Path=/; HttpOnly; SameSite=Lax`,
    );
    expect(await metric(app, 'chatkit_sessions_created_total{')).toEqual([
      'chatkit_sessions_created_total{workflow_id="wf_test"} 1',
    ]);
    expect(await metric(app, 'chatkit_session_duration_seconds_count')).toEqual([
      'chatkit_session_duration_seconds_count 1',
    ]);
    expect(await metric(app, 'chatkit_active_sessions')).toEqual(['chatkit_active_sessions 1']);

    const secure = await open({ PUBLIC_URL: 'https://chat.example' });
    const other = await create(secure, await register(secure, 'bob@example.org'));
    expect(other.headers['set-cookie']).toMatch(/; Secure$/);
    expect(other.json().chatkit_configuration.file_upload.enabled).toBe(false);
  });

  it('refuses strangers and wrong bodies', async () => {
    const app = await open();
    expect((await post(app, '/api/create-session', wish())).statusCode).toBe(401);
    const ann = await register(app, 'ann@example.org');
    for (const payload of [
      {},
      { workflow: {} },
      { workflow: { id: '' } },
      wish(false, 'x'.repeat(201)),
      wish(false, 'a"b\n'),
    ])
      expect((await create(app, ann, payload)).statusCode).toBe(422);
    // Nor does a session make sessions.
    clock = 61_000;
    const { token } = (await create(app, ann)).json();
    expect((await create(app, token)).statusCode).toBe(401);
  });

  it('the sixth of a minute is refused; RATE_LIMIT_SESSIONS_PER_MINUTE says how many may be', async () => {
    const app = await open();
    const [ann, bob] = [await register(app, 'ann@example.org'), await register(app, 'bob@example.org')];
    for (let count = 0; count < 5; count++) expect((await create(app, ann)).statusCode).toBe(200);
    const refused = await create(app, ann);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['ratelimit-policy']).toBe('"sessions";q=5;w=60');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await create(app, bob)).statusCode).toBe(200);
    const generous = await open({ RATE_LIMIT_SESSIONS_PER_MINUTE: '8' });
    const cat = await register(generous, 'cat@example.org');
    for (let count = 0; count < 8; count++) expect((await create(generous, cat)).statusCode).toBe(200);
    expect((await create(generous, cat)).statusCode).toBe(429);
  });

  it('workflows that anybody can make up do not make metrics without end', async () => {
    const app = await open({ RATE_LIMIT_SESSIONS_PER_MINUTE: '0' });
    const ann = await register(app, 'ann@example.org');
    for (let count = 0; count < 110; count++) await create(app, ann, wish(false, `wf_${count}`));
    expect(await metric(app, 'chatkit_sessions_created_total{')).toHaveLength(101);
    expect(await metric(app, 'chatkit_sessions_created_total{workflow_id="other"}')).toEqual([
      'chatkit_sessions_created_total{workflow_id="other"} 10',
    ]);
  });
});

it('the counts are right again after a restart, and the same in every process', async () => {
  const data = await database();
  const first = await open({}, data);
  await create(first, await register(first, 'ann@example.org'));
  const second = await open({}, data);
  const figures = async (app: App) => [
    ...(await metric(app, 'chatkit_sessions_created_total{')),
    ...(await metric(app, 'chatkit_active_sessions ')),
  ];
  const right = ['chatkit_sessions_created_total{workflow_id="wf_test"} 1', 'chatkit_active_sessions 1'];
  expect(await figures(second)).toEqual(right);
  expect(await figures(first)).toEqual(right);
  clock = (month + 1) * 1000;
  expect(await figures(second)).toEqual([right[0], 'chatkit_active_sessions 0']);
});

describe('a session', () => {
  it('opens the chat as its owner, and nothing else', async () => {
    const app = await open();
    const ann = await register(app, 'ann@example.org');
    const { token } = (await create(app, ann)).json();
    expect((await threads(app, token)).statusCode).toBe(200);
    expect((await app.http.inject({ url: '/api/v1/auth/me', headers: bearer(token) })).statusCode).toBe(401);
    expect((await post(app, '/api/chatkit/session', {}, bearer(token))).statusCode).toBe(401);
    for (const wrong of [`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, `${token}A`, 'cks_', 'cks_x'])
      expect((await threads(app, wrong)).statusCode).toBe(401);
    // The cookie alone opens nothing: other sites could make the browser send it.
    const cookie = { cookie: `chatkit_session=${token}` };
    expect((await post(app, '/api/chatkit', { type: 'threads.list', params: {} }, cookie)).statusCode).toBe(401);
  });

  it('without file uploads takes no files', async () => {
    const app = await open();
    const ann = await register(app, 'ann@example.org');
    const params = { name: 'a.txt', size: 3, mime_type: 'text/plain' };
    const form =
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nabc\r\n--x--\r\n';
    // The router finds the door by each of these addresses.
    const doors = ['/api/attachments', '/api/%61ttachments', '/%61pi/attachments', '/api/attachments?x=1'];
    const upload = async (enabled: boolean) => {
      const { token } = (await create(app, ann, wish(enabled))).json();
      const announced = await Promise.all(
        ['/api/chatkit', '/api/%63hatkit'].map((url) =>
          post(app, url, { type: 'attachments.create', params }, bearer(token)),
        ),
      );
      const direct = await Promise.all(
        doors.map((url) =>
          app.http.inject({
            method: 'POST',
            url,
            payload: form,
            headers: { ...bearer(token), 'content-type': 'multipart/form-data; boundary=x' },
          }),
        ),
      );
      return [...announced, ...direct].map(({ statusCode }) => statusCode);
    };
    expect(await upload(false)).toEqual(Array(6).fill(403));
    expect(await upload(true)).toEqual(Array(6).fill(200));
  });

  it('is continued by the browser that has its cookie, and only for the same person and workflow', async () => {
    const app = await open({ RATE_LIMIT_SESSIONS_PER_MINUTE: '0' });
    const [ann, bob] = [await register(app, 'ann@example.org'), await register(app, 'bob@example.org')];
    const first = (await create(app, ann)).json();
    const cookie = { cookie: `other=1; chatkit_session=${first.token}` };
    clock = 3_600_000;
    const again = (await create(app, ann, wish(true), cookie)).json();
    expect([again.token, again.session_id, again.created_at]).toEqual([
      first.token,
      first.session_id,
      first.created_at,
    ]);
    expect(again.expires_at).toBeGreaterThanOrEqual(first.expires_at + 3600);
    expect(again.chatkit_configuration.file_upload.enabled).toBe(true);
    expect((await create(app, bob, wish(), cookie)).json().session_id).not.toBe(first.session_id);
    expect((await create(app, ann, wish(false, 'wf_other'), cookie)).json().session_id).not.toBe(first.session_id);
    expect((await create(app, ann, wish(), { cookie: 'chatkit_session=cks_made-up' })).statusCode).toBe(200);
  });

  it('ends after thirty days, and with the account', async () => {
    const shared = await database();
    const app = await open({}, shared);
    const ann = await register(app, 'ann@example.org');
    const { token } = (await create(app, ann)).json();
    expect((await threads(app, token)).statusCode).toBe(200);
    // Who somebody is may be remembered for five seconds.
    const set = async (change: string) => {
      await shared.pool.query(change);
      clock += 6000;
    };
    await set('UPDATE people SET banned = true');
    expect((await threads(app, token)).statusCode).toBe(401);
    await set('UPDATE people SET banned = false');
    expect((await threads(app, token)).statusCode).toBe(200);
    clock = (month - 60) * 1000;
    expect((await threads(app, token)).statusCode).toBe(200);
    clock = (month + 1) * 1000;
    expect((await threads(app, token)).statusCode).toBe(401);

    const bob = await register(app, 'bob@example.org');
    const other = (await create(app, bob)).json();
    expect((await threads(app, other.token)).statusCode).toBe(200);
    await set('DELETE FROM people');
    expect((await threads(app, other.token)).statusCode).toBe(401);
  });

  it('ends with the session that made it, is listed beside it, and can be ended by itself', async () => {
    const app = await open();
    const ann = await register(app, 'ann@example.org');
    const login = async () =>
      (await post(app, '/api/v1/auth/login', { email: 'ann@example.org', password: 'correct horse' })).json();
    const other = (await login()).access_token;
    const [one, two, three] = await Promise.all(
      [ann, ann, other].map(async (by) => (await create(app, by, wish(), { 'user-agent': 'Firefox/1' })).json()),
    );
    type Row = { id: string; kind: string; user_agent: string };
    const list = async (): Promise<Row[]> =>
      (await app.http.inject({ url: '/api/account/sessions', headers: bearer(other) })).json().data;
    const listed = (await list()).filter(({ kind }) => kind === 'chatkit');
    expect(listed.map(({ id }) => id).sort()).toEqual([one, two, three].map(({ session_id }) => session_id).sort());
    expect(listed[0]!.user_agent).toBe('Firefox/1');
    const end = (id: string) =>
      app.http.inject({ method: 'DELETE', url: `/api/account/sessions/${id}`, headers: bearer(other) });
    expect((await end(one.session_id)).statusCode).toBe(204);
    expect((await end(one.session_id)).statusCode).toBe(404);
    const statuses = async () =>
      Promise.all([one, two, three].map(async ({ token }) => (await threads(app, token)).statusCode));
    expect(await statuses()).toEqual([401, 200, 200]);

    const left = await post(app, '/api/v1/auth/logout', {}, bearer(ann));
    expect(left.headers['set-cookie']).toEqual(['chatkit_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
    expect(await statuses()).toEqual([401, 401, 200]);
    expect((await list()).map(({ kind }) => kind).sort()).toEqual(['chatkit', 'program']);
    // All sessions but the one that asks.
    await app.http.inject({ method: 'DELETE', url: '/api/account/sessions', headers: bearer(other) });
    expect(await statuses()).toEqual([401, 401, 401]);
    expect((await list()).map(({ kind }) => kind)).toEqual(['program']);
  });

  it('made by a browser ends as it signs out, with its cookie', async () => {
    const app = await open({ PUBLIC_URL: 'https://chat.example' });
    const headers = { host: 'chat.example', 'sec-fetch-site': 'same-origin' };
    const signUp = await post(
      app,
      '/api/auth/sign-up/email',
      { email: 'ann@example.org', password: 'correct horse' },
      headers,
    );
    const cookie = [signUp.headers['set-cookie']]
      .flat()
      .map((each) => String(each).split(';', 1)[0])
      .join('; ');
    const { token } = (await post(app, '/api/create-session', wish(), { ...headers, cookie })).json();
    const listed = () =>
      app.http.inject({
        method: 'POST',
        url: '/api/chatkit',
        payload: { type: 'threads.list', params: {} },
        headers: { ...headers, ...bearer(token) },
      });
    expect((await listed()).statusCode).toBe(200);
    const left = await app.http.inject({ method: 'POST', url: '/api/auth/sign-out', headers: { ...headers, cookie } });
    expect(left.statusCode).toBe(204);
    expect(left.headers['set-cookie']).toContain(
      '__Host-chatkit_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
    expect((await listed()).statusCode).toBe(401);
  });

  it('its token is written nowhere', async () => {
    const shared = await database();
    const app = await open({}, shared);
    const { token } = (await create(app, await register(app, 'ann@example.org'))).json();
    const { rows } = await shared.pool.query('SELECT * FROM chatkit_sessions');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

it.skipIf(!hasRedis)(
  'sessions are in Redis with their time to live, for all processes, and survive Redis',
  async () => {
    const redis = await testRedis();
    opened.push({ close: () => redis.kill() });
    const shared = await database();
    const env = { REDIS_URL: redis.url };
    const [here, there] = [await open(env, shared), await open(env, shared)];
    const ready = async (app: App) => (await app.http.inject('/ready')).json().status;
    for (const app of [here, there]) await vi.waitFor(async () => expect(await ready(app)).toBe('ok'));
    const ann = await register(here, 'ann@example.org');
    const { token } = (await create(here, ann)).json();
    expect((await threads(there, token)).statusCode).toBe(200);

    const client = new Redis(redis.url, { lazyConnect: true });
    await client.connect();
    const [key, ...others] = await client.keys('causerie:chatkit-session:*');
    expect(others).toEqual([]);
    expect(key).not.toContain(token);
    const left = await client.ttl(key!);
    expect(left).toBeGreaterThan(month - 60);
    expect(left).toBeLessThanOrEqual(month);
    expect(await client.get(key!)).not.toContain(token);
    client.disconnect();

    await redis.kill();
    await vi.waitFor(async () => expect(await ready(here)).toBe('degraded'));
    expect((await threads(here, token)).statusCode).toBe(200);
    const made = (await create(here, ann)).json();
    expect((await threads(there, made.token)).statusCode).toBe(200);

    // It comes back having forgotten everything.
    await redis.start();
    await vi.waitFor(async () => expect(await ready(there)).toBe('ok'), { timeout: 10_000 });
    for (const each of [token, made.token]) expect((await threads(there, each)).statusCode).toBe(200);
  },
);
