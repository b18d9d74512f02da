import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { type TestDatabase, testDatabase } from '../platform/database/testing.ts';
import { createLog } from '../platform/telemetry/log.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-http-'));
const roots = { web: join(directory, 'web'), element: join(directory, 'element') };
const lines = new PassThrough();
let app: App;
let database: TestDatabase;

beforeAll(async () => {
  mkdirSync(join(roots.web, 'assets'), { recursive: true });
  mkdirSync(join(roots.element, 'chatkit'), { recursive: true });
  writeFileSync(join(roots.web, 'index.html'), '<!doctype html><title>Causerie</title>');
  writeFileSync(join(roots.web, 'assets/app-1a2b.js'), `//${'x'.repeat(5000)}`);
  writeFileSync(join(roots.element, 'chatkit.js'), 'void 0');
  writeFileSync(join(roots.element, 'chatkit/math.js'), 'export {}');
  writeFileSync(join(directory, 'secret.txt'), 'not for you');
  database = await testDatabase();
  const config = loadConfig(
    { DATA_DIR: directory, ALLOWED_ORIGINS: 'https://friend.example', TRUSTED_PROXIES: '10.0.0.0/8' },
    directory,
  );
  app = await createApp(config, { database, roots, log: createLog('info', lines) });
});
afterAll(async () => {
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

const post = (url: string, payload: string, headers: Record<string, string> = {}) =>
  app.http.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });
const page = (url: string) => app.http.inject({ url, headers: { accept: 'text/html' } });

it('every refusal has one shape, with the request id', async () => {
  const unknown = await app.http.inject({ url: '/api/nowhere', headers: { 'x-request-id': 'proxy-0001' } });
  expect(unknown.statusCode).toBe(404);
  expect(unknown.json()).toEqual({ error: { code: 'not_found', message: 'Not found.', request_id: 'proxy-0001' } });
  expect(unknown.headers['x-request-id']).toBe('proxy-0001');
  // However the address is written, also to a browser that would take a page.
  for (const url of ['/api/nowhere', '/%61pi/nowhere', '/api%2fnowhere'])
    expect((await page(url)).statusCode, url).toBe(404);
});

it('an odd request id is replaced', async () => {
  for (const id of ['short', 'a b c d e f g h', 'x'.repeat(65)]) {
    const answer = await app.http.inject({ url: '/health', headers: { 'x-request-id': id } });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

it('malformed JSON is 400, a wrong value 422 with its path', async () => {
  expect((await post('/api/v1/auth/login', '{"email":')).json().error.code).toBe('bad_request');
  const answer = await post('/api/v1/auth/login', '{"email":"a@b.example"}');
  expect(answer.statusCode).toBe(422);
  expect(answer.json().error).toMatchObject({ code: 'invalid_input', details: [{ path: 'password' }] });
});

it('too large, too deep, the wrong type and poisoned keys are refused', async () => {
  expect((await post('/api/v1/auth/login', `{"email":"${'x'.repeat(1_100_000)}"}`)).statusCode).toBe(413);
  const deep = await post('/api/v1/auth/login', `${'['.repeat(65)}${']'.repeat(65)}`);
  expect(deep.statusCode).toBe(400);
  expect(deep.json().error.message).toContain('64 levels');
  expect((await post('/api/v1/auth/login', `"${'[\\"'.repeat(200)}"`)).statusCode).toBe(422);
  // `text/plain` among them: pages of other sites may send it without asking.
  for (const type of ['text/xml', 'text/plain', 'application/x-www-form-urlencoded'])
    expect((await post('/api/v1/auth/login', '{}', { 'content-type': type })).statusCode, type).toBe(415);
  expect((await post('/api/v1/auth/login', '{}', { 'content-encoding': 'gzip' })).statusCode).toBe(415);
  expect((await post('/api/v1/auth/login', '{"__proto__":{"role":"admin"}}')).statusCode).toBe(400);
});

it('security headers are on every answer', async () => {
  const { headers } = await app.http.inject('/health');
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers['strict-transport-security']).toBeUndefined();
  expect((await app.http.inject('/api/v1/auth/me')).headers['cache-control']).toBe('no-store');
});

it('other origins are allowed by exact name only', async () => {
  const preflight = (origin: string) =>
    app.http.inject({
      method: 'OPTIONS',
      url: '/api/v1/auth/me',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'causerie-resume,content-type,idempotency-key',
      },
    });
  expect((await preflight('https://friend.example')).headers['access-control-allow-origin']).toBe(
    'https://friend.example',
  );
  expect((await preflight('https://friend.example')).headers['access-control-allow-headers']).toContain(
    'idempotency-key',
  );
  for (const origin of ['https://friend.example.evil.example', 'http://friend.example', 'null'])
    expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
  const answer = await app.http.inject({ url: '/health', headers: { origin: 'https://friend.example' } });
  expect(answer.headers['access-control-expose-headers']).toContain('Causerie-Resume');
});

it('the web app answers for its pages, never for the API or a missing asset', async () => {
  for (const url of ['/', '/login', '/threads/thr_1?x=1']) {
    const answer = await page(url);
    expect(answer.statusCode, url).toBe(200);
    expect(answer.body).toContain('<title>Causerie</title>');
    expect(answer.headers['cache-control']).toBe('no-cache');
  }
  for (const url of ['/api/login', '/assets/gone.js', '/chatkit/gone.js'])
    expect((await page(url)).statusCode, url).toBe(404);
  expect((await app.http.inject({ url: '/login', headers: { accept: 'application/json' } })).statusCode).toBe(404);
  const asset = await app.http.inject({ url: '/assets/app-1a2b.js', headers: { 'accept-encoding': 'gzip' } });
  expect(asset.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
  });
});

it('files outside the built ones cannot be reached', async () => {
  for (const url of [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/chatkit/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
  ])
    expect((await app.http.inject(url)).body, url).not.toContain('not for you');
});

it('the element may be loaded by any site', async () => {
  for (const url of ['/chatkit.js', '/chatkit/math.js']) {
    const { statusCode, headers } = await app.http.inject(url);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(headers['content-type']).toContain('javascript');
  }
});

it('the documentation lists the routes and loads nothing from elsewhere', async () => {
  const { paths } = (await app.http.inject('/openapi.json')).json();
  expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/health', '/api/v1/auth/register', '/api/v1/auth/me']));
  expect(paths['/api/v1/auth/login'].post.requestBody.content['application/json'].schema.required).toEqual([
    'email',
    'password',
  ]);
  const docs = await page('/docs');
  expect(docs.statusCode).toBe(200);
  for (const [, source] of docs.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
    expect(source).not.toMatch(/^https?:/);
    expect((await app.http.inject(new URL(source!, 'http://x/docs').pathname)).statusCode, source).toBe(200);
  }
});

it('a caller behind an undeclared proxy cannot choose its address', async () => {
  const limit = async (remoteAddress: string, forwarded: string) => {
    const { headers } = await app.http.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      payload: {},
      remoteAddress,
      headers: { 'x-forwarded-for': forwarded },
    });
    return Number(/;r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
  };
  const first = await limit('192.0.2.7', '198.51.100.1');
  expect(await limit('192.0.2.7', '198.51.100.2')).toBe(first - 1);
  const other = await limit('10.0.0.1', '198.51.100.3');
  expect(await limit('10.0.0.1', '198.51.100.4')).toBe(other);
});

it('an unknown error says nothing of itself; its stack is in the log, secrets and queries are not', async () => {
  const told = createLog('info', lines);
  const { createHttp } = await import('./index.ts');
  const http = await createHttp(loadConfig({ DATA_DIR: directory }, directory), told, {
    checks: {},
    roots,
    version: '0',
  });
  http.get('/boom', async () => {
    throw new Error('password=hunter2 in a message');
  });
  http.get('/away', async () => {
    throw new AppError('database_unavailable', undefined, { retryAfter: 1.2 });
  });
  http.get('/full', async () => {
    throw Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
  });
  const full = await http.inject('/full');
  expect([full.statusCode, full.headers['retry-after'], full.json().error.code]).toEqual([503, '60', 'disk_full']);
  const answer = await http.inject({ url: '/boom?name=private', headers: { authorization: 'Bearer verysecret' } });
  expect(answer.statusCode).toBe(500);
  expect(answer.json().error).toMatchObject({ code: 'internal', message: 'Something went wrong on the server.' });
  const away = await http.inject('/away');
  expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '2']);
  told.info({ headers: { authorization: 'Bearer verysecret' }, token: 'verysecret' }, 'careless');
  await http.close();
  const written = String(lines.read());
  expect(written).toContain('http.test.ts');
  expect(written).toContain('"path":"/boom","status":500');
  expect(written).not.toMatch(/verysecret|private/);
});

it('health stays up and ready goes down with what the server needs', async () => {
  const { createHttp } = await import('./index.ts');
  let works = true;
  const http = await createHttp(
    loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent' }, directory),
    createLog('silent'),
    {
      checks: { database: () => (works ? Promise.resolve() : Promise.reject(new Error('gone'))) },
      roots,
      version: '0',
    },
  );
  expect((await http.inject('/ready')).statusCode).toBe(200);
  works = false;
  const answer = await http.inject('/ready');
  expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'failed', checks: { database: 'failed' } }]);
  expect((await http.inject('/health')).statusCode).toBe(200);
  await http.close();
});

it('over a socket: what is no request at all is refused in the same shape', async () => {
  const port = Number(new URL(await app.http.listen({ port: 0 })).port);
  for (const [sent, status, code] of [
    ['nonsense\r\n\r\n', 400, 'bad_request'],
    ['GET /health HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431, 'headers_too_large'],
  ] as const) {
    const socket = connect(port, '127.0.0.1');
    socket.end(sent);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body!)).toMatchObject({ error: { code, request_id: expect.any(String) } });
  }
});

it('an address written in another way passes by no rule', async () => {
  for (const url of ['/%61pi/auth/session', 'http://localhost/api/auth/session']) {
    const { headers, statusCode } = await app.http.inject({ url, remoteAddress: '203.0.113.9' });
    expect([statusCode, headers['cache-control'], headers['ratelimit-policy']], url).toEqual([
      200,
      'no-store',
      expect.stringContaining('api'),
    ]);
  }
  const forged = await app.http.inject({
    method: 'POST',
    url: '/%61pi/auth/sign-in/email',
    payload: { email: 'a@b.example', password: 'x' },
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  });
  expect(forged.json().error.code).toBe('csrf_refused');
});

it('a part that a file does not have is 416', async () => {
  const answer = await app.http.inject({ url: '/chatkit.js', headers: { range: 'bytes=99999-' } });
  expect([answer.statusCode, answer.json().error.code]).toEqual([416, 'range_wrong']);
});

it('over a socket: broken HTTP gets 400 and closing waits for the request in flight', async () => {
  const { createHttp } = await import('./index.ts');
  const http = await createHttp(loadConfig({ DATA_DIR: directory }, directory), createLog('silent'), {
    checks: {},
    roots,
    version: '0',
  });
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let finish = () => {};
  http.get('/slow', async () => {
    arrived();
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return 'done';
  });
  const port = Number(new URL(await http.listen({ port: 0 })).port);

  const socket = connect(port, '127.0.0.1');
  socket.end('nonsense\r\n\r\n');
  expect(await text(socket)).toContain('HTTP/1.1 400');

  const answer = new Promise<string>((resolve, reject) => {
    httpRequest({ port, path: '/slow', agent: false }, (response) => resolve(text(response)))
      .on('error', reject)
      .end();
  });
  await arrival;
  const closed = http.close();
  finish();
  expect(await answer).toBe('done');
  await closed;
});
