import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { type App, createApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { type TestDatabase, testDatabase } from '../platform/database/testing.ts';
import { hasRedis, testRedis } from '../platform/redis/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-limits-'));
afterAll(() => rmSync(directory, { recursive: true }));

let clock = 0;
const opened: { close(): Promise<void> }[] = [];
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
  const app = await createApp(loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent', ...env }, directory), {
    database: on ?? (await database()),
    now: () => Date.now() + clock,
  });
  opened.push(app);
  return app;
}

type From = { ip?: string; token?: string; headers?: Record<string, string> };
const get = (app: App, url: string, { ip = '192.0.2.1', token, headers }: From = {}) =>
  app.http.inject({
    url,
    remoteAddress: ip,
    headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
const post = (app: App, url: string, payload: object, { ip = '192.0.2.1', headers }: From = {}) =>
  app.http.inject({ method: 'POST', url, payload, remoteAddress: ip, headers: headers ?? {} });
const password = 'correct horse';
const register = async (app: App, email: string): Promise<string> =>
  (await post(app, '/api/v1/auth/register', { email, password }, { ip: '203.0.113.9' })).json().access_token;
const login = (app: App, email: string, given: string, from?: From) =>
  post(app, '/api/v1/auth/login', { email, password: given }, from);

it('the hundred and first request of a minute is refused, with the standard headers, and the next minute is free', async () => {
  const app = await open();
  const first = await get(app, '/api/config');
  expect(first.headers).toMatchObject({ 'ratelimit-policy': '"api";q=100;w=60', ratelimit: '"api";r=99;t=60' });
  for (let count = 2; count <= 100; count++) expect((await get(app, '/api/runtime-config')).statusCode).toBe(200);
  const refused = await get(app, '/api/config');
  expect(refused.statusCode).toBe(429);
  expect(refused.json().error).toMatchObject({
    code: 'rate_limited',
    message: 'Too many requests. Try again shortly.',
  });
  expect(refused.headers.ratelimit).toMatch(/^"api";r=0;t=\d+$/);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);

  // Other spellings, methods and addresses that do not exist are the same caller.
  for (const url of ['/api/config/', '/api/nowhere', '/api/config?lang=fr'])
    expect((await get(app, url)).statusCode).toBe(429);
  expect((await app.http.inject({ method: 'HEAD', url: '/api/config', remoteAddress: '192.0.2.1' })).statusCode).toBe(
    429,
  );
  // Others are not.
  expect((await get(app, '/api/config', { ip: '192.0.2.2' })).statusCode).toBe(200);
  expect((await get(app, '/health')).statusCode).toBe(200);
  clock = 61_000;
  expect((await get(app, '/api/config')).statusCode).toBe(200);
});

it('a clock that is set back keeps nobody waiting for hours, with Redis or without', async () => {
  const redis = hasRedis ? await testRedis() : undefined;
  if (redis) opened.push({ close: () => redis.kill() });
  for (const env of [{}, ...(redis ? [{ REDIS_URL: redis.url }] : [])]) {
    const base = { DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '3', ...env };
    const app = await createApp(loadConfig(base, directory), { database: await database() });
    opened.push(app);
    await vi.waitFor(async () => expect((await get(app, '/ready')).json().status).toBe('ok'));
    for (let count = 0; count < 3; count++) await get(app, '/api/config');
    for (let count = 0; count < 5; count++)
      await login(app, 'ann@example.org', 'wrong', { ip: `198.51.100.${count + 1}` });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 4 * 3_600_000 });
    try {
      const waits = [
        await get(app, '/api/config'),
        await login(app, 'ann@example.org', 'wrong', { ip: '198.51.100.9' }),
      ].map(({ statusCode, headers }) => [statusCode, Number(headers['retry-after'])]);
      for (const [status, seconds] of waits) {
        expect(status).toBe(429);
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(60);
      }
    } finally {
      vi.useRealTimers();
    }
  }
});

it('who is signed in is counted as a person, whatever the address', async () => {
  const app = await open({ RATE_LIMIT_PER_MINUTE: '10' });
  const [ann, bob] = [await register(app, 'ann@example.org'), await register(app, 'bob@example.org')];
  for (let count = 0; count < 10; count++)
    expect((await get(app, '/api/v1/auth/me', { token: ann, ip: `198.51.100.${count}` })).statusCode).toBe(200);
  expect((await get(app, '/api/v1/auth/me', { token: ann, ip: '198.51.100.99' })).statusCode).toBe(429);
  expect((await get(app, '/api/v1/auth/me', { token: bob, ip: '198.51.100.1' })).statusCode).toBe(200);
  // A made-up token does not make a new caller.
  for (let count = 0; count < 10; count++) await get(app, '/api/v1/auth/me', { token: `made.up.${count}` });
  expect((await get(app, '/api/v1/auth/me', { token: 'made.up.again' })).statusCode).toBe(429);
});

it('a new IPv6 address of the same network, or a header that claims another address, changes nothing', async () => {
  const app = await open({ RATE_LIMIT_PER_MINUTE: '10', TRUSTED_PROXIES: '10.0.0.0/8' });
  for (let count = 0; count < 10; count++) await get(app, '/api/config', { ip: `2001:db8:1:2::${count.toString(16)}` });
  expect((await get(app, '/api/config', { ip: '2001:db8:1:2:ffff::1' })).statusCode).toBe(429);
  expect((await get(app, '/api/config', { ip: '2001:db8:1:3::1' })).statusCode).toBe(200);

  const claim = (ip: string, count: number) =>
    get(app, '/api/config', {
      ip,
      headers: { 'x-forwarded-for': `203.0.113.${count}`, forwarded: `for=203.0.113.${count}` },
    });
  for (let count = 0; count < 10; count++) expect((await claim('198.51.100.7', count)).statusCode).toBe(200);
  expect((await claim('198.51.100.7', 11)).statusCode).toBe(429);
  // A proxy that was declared is believed.
  for (let count = 0; count < 12; count++) expect((await claim('10.1.2.3', count)).statusCode).toBe(200);
});

// A dual-stack socket shows an IPv4 proxy as ::ffff:127.0.0.1.
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const proxies: [host: string, proxy: string][] = [['0.0.0.0', '127.0.0.1']];
if (hasIpv6) proxies.push(['::', '127.0.0.1'], ['::', '127.0.0.0/8']);
it.each(proxies)(
  'on HOST=%s a proxy in TRUSTED_PROXIES=%s is believed, and not taken for the caller',
  async (host, proxy) => {
    const app = await open({ TRUSTED_PROXIES: proxy });
    const port = new URL(await app.http.listen({ host, port: 0 })).port;
    const url = `http://127.0.0.1:${port}`;
    const signUp = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.7' },
      body: JSON.stringify({ email: 'ann@example.org', password }),
    });
    const { access_token } = (await signUp.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const sessions = await (await fetch(`${url}/api/account/sessions`, { headers })).text();
    expect(sessions).toContain('203.0.113.7');
    expect(sessions).not.toContain('127.0.0.1');
  },
);

it('the chat has a limit of its own, and 0 switches limits off', async () => {
  const app = await open({ RATE_LIMIT_PER_MINUTE: '5', RATE_LIMIT_CHAT_PER_MINUTE: '20' });
  const token = await register(app, 'ann@example.org');
  const chat = () =>
    app.http.inject({
      method: 'POST',
      url: '/api/chatkit',
      headers: { authorization: `Bearer ${token}` },
      payload: { type: 'threads.list', params: {} },
    });
  for (let count = 1; count <= 20; count++) {
    const answer = await chat();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.ratelimit).toMatch(new RegExp(`^"chat";r=${20 - count};`));
  }
  expect((await chat()).statusCode).toBe(429);
  expect((await get(app, '/api/v1/auth/me', { token })).statusCode).toBe(200);

  const free = await open({ RATE_LIMIT_PER_MINUTE: '0' });
  for (let count = 0; count < 150; count++) {
    const answer = await get(free, '/api/config');
    expect([answer.statusCode, answer.headers.ratelimit]).toEqual([200, undefined]);
  }
});

it('the sixth try to sign in of a minute is refused, also with the right password, and a success clears the count', async () => {
  const app = await open();
  await register(app, 'ann@example.org');
  for (let tries = 0; tries < 4; tries++) expect((await login(app, 'ann@example.org', 'wrong')).statusCode).toBe(401);
  expect((await login(app, ' Ann@Example.org', password)).statusCode).toBe(200);
  for (let tries = 0; tries < 5; tries++) expect((await login(app, 'ann@example.org', 'wrong')).statusCode).toBe(401);
  for (const url of ['/api/v1/auth/login', '/api/auth/login', '/api/auth/sign-in/email']) {
    const refused = await post(app, url, { email: 'ann@example.org', password });
    expect(refused.statusCode).toBe(429);
    expect(refused.json().error).toMatchObject({ code: 'rate_limited' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  }
  // An address without an account is told the same.
  for (let tries = 0; tries < 5; tries++) expect((await login(app, 'nobody@example.org', 'x')).statusCode).toBe(401);
  expect((await login(app, 'nobody@example.org', 'x')).statusCode).toBe(429);
  clock = 61_000;
  expect((await login(app, 'ann@example.org', password)).statusCode).toBe(200);
});

it('wrong passwords from everywhere slow the account down, and its owner still gets in from a known address', async () => {
  const app = await open();
  await register(app, 'ann@example.org');
  const home = { ip: '203.0.113.50' };
  expect((await login(app, 'ann@example.org', password, home)).statusCode).toBe(200);

  // An hour of tries, one every four seconds, each from an address of its own.
  let looked = 0;
  for (let tries = 0; tries < 900; tries++) {
    const answer = await login(app, 'ann@example.org', 'guess', { ip: `198.18.${tries >> 8}.${tries & 255}` });
    expect([401, 429]).toContain(answer.statusCode);
    if (answer.statusCode === 401) looked++;
    clock += 4000;
  }
  // Five at once, then after 1 s, 2 s, 4 s … 15 min.
  expect(looked).toBeGreaterThan(8);
  expect(looked).toBeLessThan(20);

  const stranger = await login(app, 'ann@example.org', password, { ip: '198.51.100.200' });
  expect(stranger.statusCode).toBe(429);
  expect(Number(stranger.headers['retry-after'])).toBeLessThanOrEqual(900);
  expect((await login(app, 'ann@example.org', password, home)).statusCode).toBe(200);
});

it.skipIf(!hasRedis)('processes share limits through Redis, go on by themselves without it, and say so', async () => {
  const redis = await testRedis();
  opened.push({ close: () => redis.kill() });
  const shared = await database();
  const env = { REDIS_URL: redis.url, RATE_LIMIT_PER_MINUTE: '10', AUTH_SECRET_KEY: 'k'.repeat(40) };
  const [here, there] = [await open(env, shared), await open(env, shared)];
  const states = async (app: App) => {
    const answer = await get(app, '/ready');
    return [answer.statusCode, answer.json().status, answer.json().checks.redis];
  };
  for (const app of [here, there]) await vi.waitFor(async () => expect(await states(app)).toEqual([200, 'ok', 'ok']));

  for (let count = 0; count < 10; count++)
    expect((await get(count % 2 ? here : there, '/api/config')).statusCode).toBe(200);
  expect((await get(here, '/api/config')).statusCode).toBe(429);
  expect((await get(there, '/api/config')).statusCode).toBe(429);

  const ip = '192.0.2.77';
  for (let count = 0; count < 6; count++) await get(here, '/api/config', { ip });
  await redis.kill();
  await vi.waitFor(async () => expect(await states(here)).toEqual([200, 'degraded', 'degraded']));
  const codes = [];
  for (let count = 0; count < 6; count++) codes.push((await get(here, '/api/config', { ip })).statusCode);
  expect(codes).toEqual([200, 200, 200, 200, 429, 429]);

  await redis.start();
  await vi.waitFor(async () => expect(await states(here)).toEqual([200, 'ok', 'ok']), { timeout: 10_000 });
});
