import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { cookiesOf, type Server, world } from '../../../testing/world.ts';
import { hasRedis } from '../../platform/redis/testing.ts';

const month = 30 * 86_400;
const open = (env: Record<string, string> = {}) => world({ env: { RATE_LIMIT_PER_MINUTE: '100', ...env }, people: [] });

type Headers = Record<string, string>;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const signUp = async (server: Server, name: string): Promise<string> => (await server.signUp(name)).token;
const wish = (enabled = false, id = 'wf_test') => ({
  workflow: { id },
  chatkit_configuration: { file_upload: { enabled } },
});
const create = (server: Server, token: string, payload: object = wish(), headers: Headers = {}) =>
  server.post('/api/create-session', payload, { ...bearer(token), ...headers });
const threads = (server: Server, token: string) =>
  server.post('/api/chatkit', { type: 'threads.list', params: {} }, bearer(token));
const metric = async (server: Server, name: string) => {
  return (await server.app.metrics.metrics()).split('\n').filter((line) => line.startsWith(name));
};

describe('POST /api/create-session', () => {
  it('gives a token and a cookie of thirty days, of the exact shape', async () => {
    const { server } = await open();
    const ann = await signUp(server, 'ann');
    const answer = await create(server, ann, { ...wish(true), user: 'usr_other', role: 'admin' });
    expect(answer.status).toBe(200);
    const body = answer.body;
    const { id } = (await server.get('/api/v1/auth/me', bearer(ann))).body;
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
    expect(answer.headers['set-cookie']).toEqual([
      `chatkit_session=${body.token}; Max-Age=${month}; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    expect(await metric(server, 'chatkit_sessions_created_total{')).toEqual([
      'chatkit_sessions_created_total{workflow_id="wf_test"} 1',
    ]);
    expect(await metric(server, 'chatkit_session_duration_seconds_count')).toEqual([
      'chatkit_session_duration_seconds_count 1',
    ]);
    expect(await metric(server, 'chatkit_active_sessions')).toEqual(['chatkit_active_sessions 1']);

    const { server: secure } = await open({ PUBLIC_URL: 'https://chat.example' });
    const other = await create(secure, await signUp(secure, 'bob'));
    expect(String(other.headers['set-cookie'])).toMatch(/; Secure$/);
    expect(other.body.chatkit_configuration.file_upload.enabled).toBe(false);
  });

  it('refuses strangers and wrong bodies', async () => {
    const { server, clock } = await open();
    expect((await server.post('/api/create-session', wish())).status).toBe(401);
    const ann = await signUp(server, 'ann');
    for (const payload of [
      {},
      { workflow: {} },
      { workflow: { id: '' } },
      wish(false, 'x'.repeat(201)),
      wish(false, 'a"b\n'),
    ])
      expect((await create(server, ann, payload)).status).toBe(422);
    // Nor does a session make sessions.
    clock.advance(61_000);
    const { token } = (await create(server, ann)).body;
    expect((await create(server, token)).status).toBe(401);
  });

  it('refuses the sixth session of a minute, or one more than RATE_LIMIT_SESSIONS_PER_MINUTE', async () => {
    const { server } = await open();
    const [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
    for (let count = 0; count < 5; count++) expect((await create(server, ann)).status).toBe(200);
    const refused = await create(server, ann);
    expect(refused.status).toBe(429);
    expect(refused.headers['ratelimit-policy']).toBe('"sessions";q=5;w=60');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await create(server, bob)).status).toBe(200);
    const { server: generous } = await open({ RATE_LIMIT_SESSIONS_PER_MINUTE: '8' });
    const cat = await signUp(generous, 'cat');
    for (let count = 0; count < 8; count++) expect((await create(generous, cat)).status).toBe(200);
    expect((await create(generous, cat)).status).toBe(429);
  });

  it('counts a hundred workflows by name, and those that anybody makes up beyond them together', async () => {
    const { server } = await open({ RATE_LIMIT_SESSIONS_PER_MINUTE: '0' });
    const ann = await signUp(server, 'ann');
    for (let count = 0; count < 110; count++) await create(server, ann, wish(false, `wf_${count}`));
    expect(await metric(server, 'chatkit_sessions_created_total{')).toHaveLength(101);
    expect(await metric(server, 'chatkit_sessions_created_total{workflow_id="other"}')).toEqual([
      'chatkit_sessions_created_total{workflow_id="other"} 10',
    ]);
  });
});

it('counts the same after a restart, and in every process', async () => {
  const { server: first, startProcess, clock } = await open();
  await create(first, await signUp(first, 'ann'));
  const second = await startProcess();
  const figures = async (server: Server) => [
    ...(await metric(server, 'chatkit_sessions_created_total{')),
    ...(await metric(server, 'chatkit_active_sessions ')),
  ];
  const right = ['chatkit_sessions_created_total{workflow_id="wf_test"} 1', 'chatkit_active_sessions 1'];
  expect(await figures(second)).toEqual(right);
  expect(await figures(first)).toEqual(right);
  clock.reset();
  clock.advance((month + 1) * 1000);
  expect(await figures(second)).toEqual([right[0], 'chatkit_active_sessions 0']);
});

describe('a session', () => {
  it('opens the chat as its owner, and nothing else', async () => {
    const { server } = await open();
    const ann = await signUp(server, 'ann');
    const { token } = (await create(server, ann)).body;
    expect((await threads(server, token)).status).toBe(200);
    expect((await server.get('/api/v1/auth/me', bearer(token))).status).toBe(401);
    expect((await server.post('/api/chatkit/session', {}, bearer(token))).status).toBe(401);
    for (const wrong of [`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, `${token}A`, 'cks_', 'cks_x'])
      expect((await threads(server, wrong)).status).toBe(401);
    // The cookie alone opens nothing: other sites could make the browser send it.
    const cookie = { cookie: `chatkit_session=${token}` };
    expect((await server.post('/api/chatkit', { type: 'threads.list', params: {} }, cookie)).status).toBe(401);
  });

  it('refuses files unless it may take them', async () => {
    const { server } = await open();
    const ann = await signUp(server, 'ann');
    const params = { name: 'a.txt', size: 3, mime_type: 'text/plain' };
    const form =
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\nabc\r\n--x--\r\n';
    // The router finds the door by each of these addresses.
    const doors = ['/api/attachments', '/api/%61ttachments', '/%61pi/attachments', '/api/attachments?x=1'];
    const upload = async (enabled: boolean) => {
      const { token } = (await create(server, ann, wish(enabled))).body;
      const announced = await Promise.all(
        ['/api/chatkit', '/api/%63hatkit'].map((url) =>
          server.post(url, { type: 'attachments.create', params }, bearer(token)),
        ),
      );
      const direct = await Promise.all(
        doors.map((url) =>
          server.post(url, form, { ...bearer(token), 'content-type': 'multipart/form-data; boundary=x' }),
        ),
      );
      return [...announced, ...direct].map(({ status }) => status);
    };
    expect(await upload(false)).toEqual(Array(6).fill(403));
    expect(await upload(true)).toEqual(Array(6).fill(200));
  });

  it('is continued by the browser that has its cookie, and only for the same person and workflow', async () => {
    const { server, clock } = await open({ RATE_LIMIT_SESSIONS_PER_MINUTE: '0' });
    const [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
    const first = (await create(server, ann)).body;
    const cookie = { cookie: `other=1; chatkit_session=${first.token}` };
    clock.advance(3_600_000);
    const again = (await create(server, ann, wish(true), cookie)).body;
    expect([again.token, again.session_id, again.created_at]).toEqual([
      first.token,
      first.session_id,
      first.created_at,
    ]);
    expect(again.expires_at).toBeGreaterThanOrEqual(first.expires_at + 3600);
    expect(again.chatkit_configuration.file_upload.enabled).toBe(true);
    expect((await create(server, bob, wish(), cookie)).body.session_id).not.toBe(first.session_id);
    expect((await create(server, ann, wish(false, 'wf_other'), cookie)).body.session_id).not.toBe(first.session_id);
    expect((await create(server, ann, wish(), { cookie: 'chatkit_session=cks_made-up' })).status).toBe(200);
  });

  it('ends after thirty days, and with the account', async () => {
    const { server, clock } = await open();
    const ann = await signUp(server, 'ann');
    const { token } = (await create(server, ann)).body;
    expect((await threads(server, token)).status).toBe(200);
    // Who somebody is may be remembered for five seconds.
    const set = async (change: string) => {
      await server.database.pool.query(change);
      clock.advance(6000);
    };
    await set('UPDATE people SET banned = true');
    expect((await threads(server, token)).status).toBe(401);
    await set('UPDATE people SET banned = false');
    expect((await threads(server, token)).status).toBe(200);
    clock.reset();
    clock.advance((month - 60) * 1000);
    expect((await threads(server, token)).status).toBe(200);
    clock.reset();
    clock.advance((month + 1) * 1000);
    expect((await threads(server, token)).status).toBe(401);

    const bob = await signUp(server, 'bob');
    const other = (await create(server, bob)).body;
    expect((await threads(server, other.token)).status).toBe(200);
    await set('DELETE FROM people');
    expect((await threads(server, other.token)).status).toBe(401);
  });

  it('ends with the session that made it, is listed beside it, and can be ended by itself', async () => {
    const { server } = await open();
    const person = await server.signUp('ann');
    const ann = person.token;
    const other = (await server.signIn(person)).token;
    const [one, two, three] = await Promise.all(
      [ann, ann, other].map(async (by) => (await create(server, by, wish(), { 'user-agent': 'Firefox/1' })).body),
    );
    type Row = { id: string; kind: string; user_agent: string };
    const list = async (): Promise<Row[]> => (await server.get('/api/account/sessions', bearer(other))).body.data;
    const listed = (await list()).filter(({ kind }) => kind === 'chatkit');
    expect(listed.map(({ id }) => id).sort()).toEqual([one, two, three].map(({ session_id }) => session_id).sort());
    expect(listed[0]!.user_agent).toBe('Firefox/1');
    const end = (id: string) => server.send('DELETE', `/api/account/sessions/${id}`, undefined, bearer(other));
    expect((await end(one.session_id)).status).toBe(204);
    expect((await end(one.session_id)).status).toBe(404);
    const statuses = async () =>
      Promise.all([one, two, three].map(async ({ token }) => (await threads(server, token)).status));
    expect(await statuses()).toEqual([401, 200, 200]);

    const left = await server.post('/api/v1/auth/logout', {}, bearer(ann));
    expect(left.headers['set-cookie']).toEqual(['chatkit_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
    expect(await statuses()).toEqual([401, 401, 200]);
    expect((await list()).map(({ kind }) => kind).sort()).toEqual(['chatkit', 'program']);
    // All sessions but the one that asks.
    await server.send('DELETE', '/api/account/sessions', undefined, bearer(other));
    expect(await statuses()).toEqual([401, 401, 401]);
    expect((await list()).map(({ kind }) => kind)).toEqual(['program']);
  });

  it('made by a browser ends as it signs out, with its cookie', async () => {
    const { server } = await open({ PUBLIC_URL: 'https://chat.example' });
    const headers = { host: 'chat.example', 'sec-fetch-site': 'same-origin' };
    const signedUp = await server.post(
      '/api/auth/sign-up/email',
      { email: 'ann@example.org', password: 'correct horse' },
      headers,
    );
    const cookie = cookiesOf(signedUp);
    const { token } = (await server.post('/api/create-session', wish(), { ...headers, cookie })).body;
    const listed = () =>
      server.post('/api/chatkit', { type: 'threads.list', params: {} }, { ...headers, ...bearer(token) });
    expect((await listed()).status).toBe(200);
    const left = await server.send('POST', '/api/auth/sign-out', undefined, { ...headers, cookie });
    expect(left.status).toBe(204);
    expect(left.headers['set-cookie']).toContain(
      '__Host-chatkit_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
    expect((await listed()).status).toBe(401);
  });

  it('stores no token', async () => {
    const { server } = await open();
    const { token } = (await create(server, await signUp(server, 'ann'))).body;
    const { rows } = await server.database.pool.query('SELECT * FROM chatkit_sessions');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

it.skipIf(!hasRedis)(
  'keeps sessions in Redis with their time to live, for all processes, and outlives Redis',
  async () => {
    const { servers, redis } = await world({ redis: true, processes: 2, people: [] });
    const [here, there] = [servers[0]!, servers[1]!];
    const ready = async (server: Server) => (await server.get('/ready')).body.status;
    const ann = await signUp(here, 'ann');
    const { token } = (await create(here, ann)).body;
    expect((await threads(there, token)).status).toBe(200);

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
    expect((await threads(here, token)).status).toBe(200);
    const made = (await create(here, ann)).body;
    expect((await threads(there, made.token)).status).toBe(200);

    // It comes back having forgotten everything.
    await redis.start();
    await vi.waitFor(async () => expect(await ready(there)).toBe('ok'), { timeout: 10_000 });
    for (const each of [token, made.token]) expect((await threads(there, each)).status).toBe(200);
  },
);
