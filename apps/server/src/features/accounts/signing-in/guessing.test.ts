import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { type App, createApp } from '../../../app.ts';
import { loadConfig } from '../../../config.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-guessing-'));
afterAll(() => rmSync(directory, { recursive: true }));

let database: TestDatabase;
let app: App;
let clock = 0;

const open = () =>
  createApp(loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '1000' }, directory), {
    database,
    now: () => Date.now() + clock,
  });
beforeEach(async () => {
  clock = 0;
  database = await testDatabase();
  app = await open();
});
afterEach(async () => {
  await app.close();
  await database.close();
});

const ann = { email: 'ann@example.org', password: 'a quiet engine' };
const home = '203.0.113.7';
const post = (url: string, payload: object, remoteAddress: string, headers: Record<string, string> = {}) =>
  app.http.inject({ method: 'POST', url, payload, remoteAddress, headers });
const signIn = (from: string, password = ann.password, headers: Record<string, string> = {}) =>
  post('/api/auth/sign-in/email', { email: ann.email, password }, from, headers);
const cookiesOf = (answer: { headers: Record<string, unknown> }) =>
  [answer.headers['set-cookie']]
    .flat()
    .map((cookie) => String(cookie).split(';', 1)[0])
    .join('; ');
/** Strangers guess until the account makes everybody wait for a minute. */
async function siege(from = (n: number) => `198.51.100.${n}`): Promise<void> {
  for (const [n, seconds] of [0, 0, 0, 0, 0, 2, 3, 5, 9, 17, 33, 65].entries()) {
    clock += seconds * 1000;
    await signIn(from(n), `guess number ${n}`);
  }
  expect((await signIn('192.0.2.1')).statusCode, 'a stranger with the right password').toBe(429);
}

it('where somebody registered or signed in, strangers cannot keep them out, also after a restart', async () => {
  await post('/api/v1/auth/register', ann, home);
  await siege();
  expect((await signIn(home)).statusCode).toBe(200);
  await siege();
  await app.close();
  app = await open();
  // What was counted went with the process, so it is counted again.
  await siege();
  expect((await signIn(home)).statusCode).toBe(200);
});

it('a browser that signed in before gets in from wherever, and next to whoever guesses', async () => {
  await post('/api/v1/auth/register', ann, home);
  const cookie = cookiesOf(await signIn('192.0.2.40'));
  expect(cookie).toMatch(/causerie\.known_[0-9a-f]{16}=/);
  const known = { cookie: cookie.split('; ').find((part) => part.startsWith('causerie.known_'))! };
  // Guessing comes from the very address that it comes from, as behind the router of a school.
  await siege(() => '192.0.2.77');
  for (let n = 0; n < 6; n++) await signIn('192.0.2.77', 'wrong again');
  expect((await signIn('192.0.2.77')).statusCode).toBe(429);
  expect((await signIn('192.0.2.77', ann.password, known)).statusCode).toBe(200);

  // It is a place to try from, and no more: wrong passwords wait there too, it expires, and it is nobody else's.
  for (let n = 0; n < 6; n++) await signIn('192.0.2.80', 'wrong', known);
  expect((await signIn('192.0.2.80', ann.password, known)).statusCode).toBe(429);
  clock += 181 * 86_400_000;
  await siege();
  expect((await signIn('192.0.2.80', ann.password, known)).statusCode).toBe(429);
});

it('the cookie of one account, or one made up, is nothing for another', async () => {
  await post('/api/v1/auth/register', ann, home);
  const bob = { email: 'bob@example.org', password: 'a loud engine' };
  const cookies = cookiesOf(await post('/api/auth/sign-up/email', bob, '192.0.2.9'));
  const ofAnn = cookiesOf(await signIn(home))
    .split('; ')
    .find((part) => part.startsWith('causerie.known_'))!;
  const [name] = ofAnn.split('=') as [string];
  const value = /causerie\.known_[0-9a-f]+=([^;]+)/.exec(cookies)![1];
  await siege();
  for (const forged of [`${name}=${value}`, `${name}=a.9999999999999.AAAA`, `${name}=..`, cookies])
    expect((await signIn('192.0.2.9', ann.password, { cookie: forged })).statusCode, forged).toBe(429);
});

it('a new password lifts the lock', async () => {
  await post('/api/v1/auth/register', { email: 'admin@example.org', password: 'a calm engine' }, '192.0.2.2');
  const admin = await post(
    '/api/v1/auth/login',
    { email: 'admin@example.org', password: 'a calm engine' },
    '192.0.2.2',
  );
  const headers = { authorization: `Bearer ${admin.json().access_token}` };
  await post('/api/v1/auth/register', ann, home);
  const { data } = (await app.http.inject({ url: '/api/admin/users?search=ann@', headers })).json();
  const reset = (mode: string) => post(`/api/admin/users/${data[0].id}/reset-password`, { mode }, '192.0.2.2', headers);

  await siege();
  const token = /[\w-]{43}/.exec((await reset('link')).json().url)![0];
  const chosen = 'another quiet engine';
  expect((await post('/api/auth/reset-password', { token, password: chosen }, '192.0.2.30')).statusCode).toBe(204);
  expect((await signIn('192.0.2.31', chosen)).statusCode).toBe(200);
  // Where the password was chosen, one is known from then on.
  await siege();
  expect((await signIn('192.0.2.30', chosen)).statusCode).toBe(200);

  await siege();
  const temporary = (await reset('temporary')).json().temporary_password;
  expect((await signIn('192.0.2.32', temporary)).statusCode).toBe(200);
});

it('the database does not tell who signed in from where', async () => {
  await post('/api/v1/auth/register', ann, home);
  const { rows } = await database.pool.query(`SELECT encode(mark, 'escape') AS mark FROM known_places`);
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/203\.0|ann@/);
});
