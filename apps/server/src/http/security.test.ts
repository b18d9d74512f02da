import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, expect, it } from 'vitest';
import { loadConfig } from '../config.ts';
import { createLog } from '../platform/telemetry/log.ts';
import { createHttp, type Http } from './index.ts';
import { isOriginAllowed } from './security.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-security-'));
afterAll(() => rmSync(directory, { recursive: true }));
const opened: Http[] = [];
afterEach(async () => {
  for (let http = opened.pop(); http; http = opened.pop()) await http.close();
});

async function open(env: Record<string, string> = {}): Promise<Http> {
  const config = loadConfig({ DATA_DIR: directory, ...env }, directory);
  const http = await createHttp(config, createLog('silent'), {
    checks: {},
    roots: { web: directory, element: directory },
    version: '0',
  });
  http.get('/figures', async () => 'of the process');
  for (const url of ['/api/v1/auth/register', '/api/auth/sign-up/email', '/api/v1/chat'])
    http.post(url, async () => ({ done: true }));
  http.get('/api/where', async (request) => ({ host: request.host, allowed: isOriginAllowed(request, config) }));
  opened.push(http);
  return http;
}
const ask = (http: Http, headers: Record<string, string> = {}, url = '/api/where', remoteAddress = '192.0.2.1') =>
  http.inject({ url, headers, remoteAddress });

it('a host that is not ours is refused when PUBLIC_URL says which is', async () => {
  const http = await open({ PUBLIC_URL: 'https://chat.example' });
  for (const host of [
    'chat.example',
    'CHAT.example',
    'chat.example:443',
    'localhost:8000',
    '127.0.0.1:8000',
    '[::1]:8000',
  ])
    expect((await ask(http, { host })).statusCode, host).toBe(200);
  for (const host of [
    'evil.example',
    'chat.example.evil.example',
    'evil.example:443',
    'chat.example:8443',
    'chat.example.',
    'chat.example@evil.example',
    'evil.example#chat.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'chat.example, evil.example',
  ]) {
    const answer = await ask(http, { host });
    expect(answer.statusCode, host).toBe(421);
    expect(answer.json().error).toMatchObject({ code: 'wrong_host', message: 'This server has another name.' });
    expect(answer.body).not.toContain('evil');
  }
  // A header that only a declared proxy may set changes nothing for others.
  expect((await ask(http, { host: 'evil.example', 'x-forwarded-host': 'chat.example' })).statusCode).toBe(421);
  expect((await ask(http, { host: 'chat.example', 'x-forwarded-host': 'evil.example' })).json().host).toBe(
    'chat.example',
  );
  for (const url of ['/health', '/ready', '/ready?probe=1'])
    expect((await ask(http, { host: '10.0.0.7:8000' }, url)).statusCode).toBe(200);
});

it('without PUBLIC_URL any name will do, as on a machine without one', async () => {
  expect((await ask(await open(), { host: 'chat.local:8000' })).statusCode).toBe(200);
});

it('over a socket: a missing, double or broken Host is 400', async () => {
  const http = await open({ PUBLIC_URL: 'https://chat.example' });
  const port = Number(new URL(await http.listen({ port: 0, host: '127.0.0.1' })).port);
  const say = async (lines: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.end(`${lines}\r\nConnection: close\r\n\r\n`);
    return (await text(socket)).split('\r\n')[0];
  };
  expect(await say('GET /api/where HTTP/1.1')).toBe('HTTP/1.1 400 Bad Request');
  expect(await say('GET /api/where HTTP/1.1\r\nHost: chat.example\r\nX: a\rb')).toBe('HTTP/1.1 400 Bad Request');
  expect(await say('GET /api/where HTTP/1.1\r\nHost: evil.example')).toBe('HTTP/1.1 421 Misdirected Request');
  expect(await say('GET /api/where HTTP/1.1\r\nHost: chat.example')).toBe('HTTP/1.1 200 OK');
  const repeated = await new Promise<number>((resolve, reject) => {
    httpRequest(
      { port, path: '/api/where', headers: ['Host', 'evil.example', 'Host', 'chat.example'], agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    )
      .on('error', reject)
      .end();
  });
  expect(repeated).toBe(400);
  // Also where any name will do.
  const open2 = await open();
  const twice = connect(Number(new URL(await open2.listen({ port: 0, host: '127.0.0.1' })).port), '127.0.0.1');
  twice.end('GET /health HTTP/1.1\r\nHost: a.example\r\nhOST: a.example\r\nConnection: close\r\n\r\n');
  expect(await text(twice)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[\s\S]*There is more than one Host header/);
});

it.each([
  ['broken HTTP', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb', 400],
  ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`, 431],
  ['an address that cannot be decoded', 'GET /api/%zz HTTP/1.1\r\nHost: a', 400],
])('what is refused before there is a request carries the headers too: %s', async (_name, lines, status) => {
  const http = await open({ PUBLIC_URL: 'https://a' });
  const socket = connect(Number(new URL(await http.listen({ port: 0, host: '127.0.0.1' })).port), '127.0.0.1');
  socket.end(`${lines}\r\nConnection: close\r\n\r\n`);
  const [head] = (await text(socket)).split('\r\n\r\n') as [string];
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  for (const line of [
    "content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options: nosniff',
    'x-frame-options: DENY',
    'referrer-policy: no-referrer',
    'strict-transport-security: max-age=31536000; includeSubDomains',
    'cache-control: no-store',
  ])
    expect(head.toLowerCase()).toContain(line.toLowerCase());
});

it('the headers of every answer', async () => {
  const common = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-xss-protection': '1; mode=block',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
  };
  const page = (await ask(await open(), {}, '/')).headers;
  expect(page).toMatchObject({
    ...common,
    'content-security-policy': expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'/),
  });
  expect(page['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
  // What the API answers is no page: opened in a browser, it loads and runs nothing. Refusals are answers too.
  for (const url of ['/api/where', '/api/nowhere'])
    expect((await ask(await open(), {}, url)).headers).toMatchObject({
      ...common,
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
    });
  expect(page['x-powered-by'] ?? page.server).toBeUndefined();
  for (const env of [{}, { PUBLIC_URL: 'http://localhost:8000' }] as Record<string, string>[])
    expect((await ask(await open(env))).headers['strict-transport-security']).toBeUndefined();
  const secure = await ask(await open({ PUBLIC_URL: 'https://chat.example' }), { host: 'chat.example' });
  expect(secure.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
});

it('the policy of pages lets their script reach the servers that the settings name, and no other', async () => {
  const http = await open({
    VITE_CHATKIT_API_URL: 'https://Chatkit.example.com/api/chatkit',
    VITE_CHATKIT_DIRECT_UPLOAD_URL: 'https://files.example:8443/upload',
    VITE_BACKEND_URL: 'https://chatkit.example.com/api',
  });
  const policy = String((await ask(http, {}, '/')).headers['content-security-policy']);
  const servers = 'https://chatkit.example.com https://files.example:8443';
  expect(policy).toContain(`connect-src 'self' ${servers};`);
  expect(policy).toContain(`img-src 'self' data: blob: ${servers};`);
  // A page of theirs is nothing of ours, and an address of our own adds nothing.
  expect(policy).toContain("default-src 'self';");
  const own = await open({ VITE_CHATKIT_API_URL: '/elsewhere', VITE_BACKEND_URL: "javascript:';script-src *" });
  expect((await ask(own, {}, '/')).headers['content-security-policy']).toContain("connect-src 'self';");
});

it('FRAME_ANCESTORS lets the sites it names show the app in a frame', async () => {
  const { headers } = await ask(
    await open({ FRAME_ANCESTORS: 'https://intranet.example, https://wiki.example' }),
    {},
    '/',
  );
  expect(headers['content-security-policy']).toContain('frame-ancestors https://intranet.example https://wiki.example');
  expect(headers['x-frame-options']).toBeUndefined();
});

it('any site may call the API by default, with a token, and never with a cookie', async () => {
  const http = await open();
  const origin = 'https://stranger.example';
  const answer = await ask(http, { origin });
  expect(answer.headers['access-control-allow-origin']).toBe('*');
  expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  const preflight = await http.inject({
    method: 'OPTIONS',
    url: '/api/v1/chat',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
  expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
  // Beyond the API nothing is for pages of others.
  expect((await ask(http, { origin }, '/figures')).headers['access-control-allow-origin']).toBeUndefined();

  const from = (url: string, headers: Record<string, string>) =>
    http.inject({ method: 'POST', url, headers: { origin, 'sec-fetch-site': 'cross-site', ...headers } });
  expect((await from('/api/v1/chat', { authorization: 'Bearer x' })).statusCode).toBe(200);
  expect((await from('/api/v1/chat', { cookie: 'a=b' })).json().error.code).toBe('csrf_refused');
  // Making an account takes a site that is named: the first person of a server becomes its administrator.
  for (const url of ['/api/v1/auth/register', '/api/auth/sign-up/email'])
    for (const headers of [{}, { authorization: 'Bearer x' }] as Record<string, string>[])
      expect((await from(url, headers)).json().error.code, url).toBe('csrf_refused');
  const named = await open({ ALLOWED_ORIGINS: `*, ${origin}/` });
  const registered = await named.inject({ method: 'POST', url: '/api/v1/auth/register', headers: { origin } });
  expect(registered.statusCode).toBe(200);
});

it('where origins are named, no other may call', async () => {
  const http = await open({ ALLOWED_ORIGINS: 'https://friend.example/' });
  const allowed = async (origin: string) => (await ask(http, { origin })).headers['access-control-allow-origin'];
  expect(await allowed('https://friend.example')).toBe('https://friend.example');
  expect(await allowed('https://stranger.example')).toBeUndefined();
});

it('which pages may open a WebSocket', async () => {
  const http = await open({ ALLOWED_ORIGINS: 'https://friend.example', PUBLIC_URL: 'https://chat.example' });
  const allowed = async (origin?: string) =>
    (await ask(http, { host: 'chat.example', ...(origin === undefined ? {} : { origin }) })).json().allowed;
  for (const origin of [undefined, 'https://chat.example', 'https://friend.example'])
    expect(await allowed(origin), origin).toBe(true);
  for (const origin of [
    'null',
    'https://friend.example.evil.example',
    'http://friend.example',
    'https://evil.example',
    'https://friend.example:8443',
  ])
    expect(await allowed(origin), origin).toBe(false);
});
