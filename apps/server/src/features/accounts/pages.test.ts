import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';

// What pages of browsers are given beyond their cookie, and what they say beside it.

const directory = mkdtempSync(join(tmpdir(), 'causerie-pages-'));
afterAll(() => rmSync(directory, { recursive: true }));

let database: TestDatabase;
const opened: App[] = [];
let clock = 0;
async function open(env: Record<string, string> = {}): Promise<App> {
  const settings = { DATA_DIR: directory, LOG_LEVEL: 'silent', AUTH_SECRET_KEY: 'k'.repeat(40), ...env };
  const app = await createApp(loadConfig(settings, directory), { database, now: () => Date.now() + clock });
  opened.push(app);
  return app;
}
beforeEach(async () => {
  clock = 0;
  database = await testDatabase();
});
afterEach(async () => {
  for (let app = opened.pop(); app; app = opened.pop()) await app.close();
  await database.close();
});

type Headers = Record<string, string>;
const post = (app: App, url: string, payload?: object, headers: Headers = {}) =>
  app.http.inject({ method: 'POST', url, headers, ...(payload && { payload }) });
async function signUp(app: App, email: string): Promise<{ cookie: string; id: string }> {
  const answer = await post(app, '/api/auth/sign-up/email', { email, password: 'a quiet engine' });
  const cookie = [answer.headers['set-cookie']]
    .flat()
    .map((one) => String(one).split(';', 1)[0])
    .join('; ');
  return { cookie, id: answer.json().user.id };
}
const me = (app: App, headers: Headers) => app.http.inject({ url: '/api/v1/auth/me', headers });

describe('a token for a page that talks to another server', () => {
  it.each([
    { VITE_CHATKIT_API_URL: 'https://other.example/api/chatkit' },
    { VITE_CHATKIT_API_URL: '/elsewhere' },
    { VITE_CHATKIT_DIRECT_UPLOAD_URL: 'https://other.example/upload' },
  ] as Headers[])('is the signed-in person’s, where the settings name one: %j', async (env) => {
    const app = await open(env);
    const { cookie, id } = await signUp(app, 'ann@example.org');
    const answer = await post(app, '/api/auth/token', undefined, { cookie });
    expect(answer.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      expires_in: 7200,
    });
    const bearer = { authorization: `Bearer ${answer.json().access_token}` };
    expect((await me(app, bearer)).json().id).toBe(id);
    // It ends with the session of the browser, however that ends.
    expect((await post(app, '/api/auth/sign-out', undefined, { cookie })).statusCode).toBe(204);
    expect((await me(app, bearer)).statusCode).toBe(401);
  });

  it('signs its session out, and expires as any', async () => {
    const app = await open({ VITE_CHATKIT_API_URL: '/elsewhere', ACCESS_TOKEN_EXPIRE_MINUTES: '1' });
    const { cookie } = await signUp(app, 'ann@example.org');
    const token = async () => (await post(app, '/api/auth/token', undefined, { cookie })).json().access_token;
    const old = await token();
    clock = 61_000;
    expect((await me(app, { authorization: `Bearer ${old}` })).statusCode).toBe(401);
    const bearer = { authorization: `Bearer ${await token()}` };
    expect((await post(app, '/api/v1/auth/logout', undefined, bearer)).statusCode).toBe(204);
    expect((await me(app, { cookie })).statusCode).toBe(401);
  });

  it('is for nobody else', async () => {
    const none = await open();
    const { cookie } = await signUp(none, 'ann@example.org');
    expect((await post(none, '/api/auth/token', undefined, { cookie })).json().error.code).toBe('not_configured');
    const app = await open({ VITE_CHATKIT_API_URL: '/elsewhere' });
    expect((await post(app, '/api/auth/token')).statusCode).toBe(401);
    const elsewhere = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await post(app, '/api/auth/token', undefined, elsewhere)).json().error.code).toBe('csrf_refused');
    await database.pool.query('UPDATE people SET must_change_password = true');
    const locked = await post(await open({ VITE_CHATKIT_API_URL: '/x' }), '/api/auth/token', undefined, { cookie });
    expect(locked.json().error.code).toBe('password_change_required');
  });
});

it('a page whose browser is somebody else’s by now does nothing in their name', async () => {
  const app = await open();
  const [ann, bob] = [await signUp(app, 'ann@example.org'), await signUp(app, 'bob@example.org')];
  const say = (headers: Headers) =>
    post(app, '/api/chatkit', { type: 'threads.list', params: {} }, { cookie: bob.cookie, ...headers });
  expect((await say({ 'causerie-person': bob.id })).statusCode).toBe(200);
  expect((await say({})).statusCode).toBe(200);
  const refused = await say({ 'causerie-person': ann.id });
  expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'account_changed']);
  const change = { method: 'PATCH', url: '/api/account', payload: { name: 'Ann' } } as const;
  const headers = { cookie: bob.cookie, 'causerie-person': ann.id };
  expect((await app.http.inject({ ...change, headers })).statusCode).toBe(409);
  // Who it is now can be asked.
  const session = await app.http.inject({ url: '/api/auth/session', headers });
  expect(session.json().user.id).toBe(bob.id);
});
