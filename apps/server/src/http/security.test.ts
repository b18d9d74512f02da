import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { createLog } from '../platform/telemetry/log.ts';
import { createHttp, type Http, isOriginAllowed } from './index.ts';

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
  http.get('/api/where', async (request) => ({ host: request.host, allowed: isOriginAllowed(request, config) }));
  opened.push(http);
  return http;
}
const ask = (http: Http, headers: Record<string, string> = {}, url = '/api/where', remoteAddress = '192.0.2.1') =>
  http.inject({ url, headers, remoteAddress });

test('a host that is not ours is refused when PUBLIC_URL says which is', async () => {
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

test('without PUBLIC_URL any name will do, as on a machine without one', async () => {
  expect((await ask(await open(), { host: 'chat.local:8000' })).statusCode).toBe(200);
});

test('over a socket: a missing, double or broken Host is 400', async () => {
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
  expect([400, 421]).toContain(repeated);
});

test('the headers of every answer', async () => {
  const { headers } = await ask(await open());
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin',
    'content-security-policy': expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'/),
  });
  expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
  expect(headers['strict-transport-security']).toBeUndefined();
  expect(headers['x-powered-by'] ?? headers.server).toBeUndefined();
  expect(
    (await ask(await open({ PUBLIC_URL: 'http://localhost:8000' }))).headers['strict-transport-security'],
  ).toBeUndefined();
  const secure = await ask(await open({ PUBLIC_URL: 'https://chat.example' }), { host: 'chat.example' });
  expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
  // Refusals carry them too.
  expect((await ask(await open(), {}, '/api/nowhere')).headers).toMatchObject({ 'x-frame-options': 'DENY' });
});

test('FRAME_ANCESTORS lets the sites it names show the app in a frame', async () => {
  const { headers } = await ask(await open({ FRAME_ANCESTORS: 'https://intranet.example, https://wiki.example' }));
  expect(headers['content-security-policy']).toContain('frame-ancestors https://intranet.example https://wiki.example');
  expect(headers['x-frame-options']).toBeUndefined();
});

test('which pages may open a WebSocket', async () => {
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
