import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { createLog } from '../../platform/telemetry/log.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
type Refusal = { error: { code: string; message: string } };
type Step = (request: IncomingMessage, response: ServerResponse, body: string) => unknown;

const directory = mkdtempSync(join(tmpdir(), 'causerie-hosted-'));
const key = 'sk-of-the-server';
const secret = 'ek_68a1_secret';
const lines = new PassThrough();
let database: TestDatabase;
let app: App;
let origin: string;
let token: string;
let personId: string;

// OpenAI, played over real HTTP: answers by script, and notes what it was asked.
let script: Step[] = [];
let seen: Seen[] = [];
const openai = createServer(async (request, response) => {
  const { method = '', url = '', headers } = request;
  const step = script.shift();
  const body = await text(request).catch(() => 'cut off');
  seen.push({ method, url, headers, body });
  if (step) await step(request, response, body);
  else response.writeHead(500).end('not in the script');
});
const json = (status: number, body: unknown, headers: Record<string, string> = {}): Step => {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

let openaiUrl: string;
const open = async (env: Record<string, string> = {}) => {
  const opened = await createApp(
    loadConfig(
      {
        DATA_DIR: directory,
        OPENAI_API_KEY: key,
        OPENAI_BASE_URL: `${openaiUrl}/v1/`,
        CHATKIT_WORKFLOW_ID: 'wf_1',
        ALLOWED_ORIGINS: 'https://friend.example',
        AUTH_SECRET_KEY: 'k'.repeat(40),
        ...env,
      },
      directory,
    ),
    { database, log: createLog('info', lines) },
  );
  return { app: opened, origin: await opened.http.listen({ port: 0, host: '127.0.0.1' }) };
};

beforeAll(async () => {
  openai.listen(0, '127.0.0.1');
  await once(openai, 'listening');
  openaiUrl = `http://127.0.0.1:${(openai.address() as { port: number }).port}`;
  database = await testDatabase();
  ({ app, origin } = await open());
  const response = await fetch(`${origin}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.org', password: 'correct horse' }),
  });
  token = ((await response.json()) as { access_token: string }).access_token;
  personId = (await app.accounts.personOf({ authorization: `Bearer ${token}` }))!.id;
});
beforeEach(() => {
  script = [];
  seen = [];
});
afterEach(() => {
  expect(script, 'steps that were not used').toEqual([]);
});
afterAll(async () => {
  await app.close();
  await database.close();
  openai.closeAllConnections();
  openai.close();
  rmSync(directory, { recursive: true });
});

describe('POST /api/chatkit/session', () => {
  const ask = async (headers: Record<string, string> = { authorization: `Bearer ${token}` }, at = origin) => {
    const response = await fetch(`${at}/api/chatkit/session`, { method: 'POST', headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Refusal };
  };

  it('asks OpenAI for a secret in the name of the person signed in, and passes it on', async () => {
    script = [
      json(200, { id: 'cksess_1', object: 'chatkit.session', client_secret: secret, expires_at: 1_800_000_000 }),
    ];
    const answer = await ask({ authorization: `Bearer ${token}`, cookie: 'private=1', 'x-other': '1' });
    expect([answer.status, answer.body]).toEqual([200, { client_secret: secret, expires_at: 1_800_000_000 }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(seen).toHaveLength(1);
    const { method, url, headers, body } = seen[0]!;
    expect([method, url]).toEqual(['POST', '/v1/chatkit/sessions']);
    expect(headers).toMatchObject({
      authorization: `Bearer ${key}`,
      'openai-beta': 'chatkit_beta=v1',
      'content-type': 'application/json',
    });
    expect(headers.cookie ?? headers['x-other']).toBeUndefined();
    expect(JSON.parse(body)).toEqual({
      workflow: { id: 'wf_1' },
      user: personId,
      chatkit_configuration: { file_upload: { enabled: true, max_file_size: 10, max_files: 4 } },
    });
  });

  it('nobody gets one without signing in', async () => {
    expect((await ask({})).status).toBe(401);
    expect(seen).toEqual([]);
  });

  it.each([
    [{ CHATKIT_WORKFLOW_ID: '' }, 'CHATKIT_WORKFLOW_ID'],
    [{ OPENAI_API_KEY: '' }, 'OPENAI_API_KEY'],
  ])('says what is not configured: %j', async (env, name) => {
    const other = await open(env);
    try {
      const answer = await ask({ authorization: `Bearer ${token}` }, other.origin);
      expect(answer.status).toBe(503);
      expect(answer.body.error).toMatchObject({
        code: 'not_configured',
        message: `Hosted ChatKit is not set up: ${name} is not set.`,
      });
    } finally {
      await other.app.close();
    }
    expect(seen).toEqual([]);
  });

  it('says what OpenAI refuses without repeating its words', async () => {
    const refused = { error: { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' } };
    const cases: [Step, string, string | null][] = [
      [json(401, refused), 'OPENAI_API_KEY', null],
      [json(404, { error: { code: 'workflow_not_found' } }), 'CHATKIT_WORKFLOW_ID', null],
      [json(429, refused, { 'retry-after': '7' }), 'Try again shortly', '7'],
      [json(500, refused), 'Try again shortly', '5'],
      [json(200, { client_secret: 7 }), 'no usable answer', null],
      [(_request, response) => response.end('<html>'), 'no usable answer', null],
      [(request) => request.socket.destroy(), 'no usable answer', null],
      [json(302, {}, { location: `${openaiUrl}/elsewhere` }), 'no usable answer', null],
    ];
    for (const [step, words, retryAfter] of cases) {
      script = [step];
      const answer = await ask();
      expect([answer.status, answer.body.error.code]).toEqual([502, 'bad_gateway']);
      expect(answer.body.error.message).toContain(words);
      expect(answer.headers.get('retry-after')).toBe(retryAfter);
      expect(JSON.stringify(answer.body)).not.toContain(key);
    }
    // Nothing followed the redirect with the key.
    expect(seen.map(({ url }) => url)).toEqual(cases.map(() => '/v1/chatkit/sessions'));
    const log = String(lines.read());
    expect(log).toContain('invalid_api_key');
    expect(log).not.toContain(key);
  });
});

describe('/api/chatkit/proxy', () => {
  const proxied = (path: string, init: RequestInit = {}, at = origin) =>
    fetch(`${at}/api/chatkit/proxy/${path}`, {
      method: 'POST',
      body: '{"type":"threads.list"}',
      ...init,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...init.headers },
    });
  /** As it stands, without the tidying up that `fetch` does to addresses. */
  const raw = (path: string, headers: Record<string, string> = { authorization: `Bearer ${secret}` }) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      httpRequest(
        { host: '127.0.0.1', port: new URL(origin).port, method: 'POST', path, headers, agent: false },
        async (response) => resolve({ status: response.statusCode!, body: await text(response) }),
      )
        .on('error', reject)
        .end('{}');
    });

  /** One that this server has given to Ann. */
  let secret: string;
  const giveSecret = async (to = token, at = origin) => {
    const given = `ek_${randomUUID()}`;
    script.unshift(json(200, { client_secret: given, expires_at: Math.floor(Date.now() / 1000) + 600 }));
    const headers = { authorization: `Bearer ${to}` };
    expect((await fetch(`${at}/api/chatkit/session`, { method: 'POST', headers })).status).toBe(200);
    seen.pop();
    return given;
  };
  beforeAll(async () => {
    secret = await giveSecret();
  });

  it('serves those who are signed in: by a secret of this server, while its session stands, or by their cookie', async () => {
    const register = async (email: string, path: string) =>
      fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password: 'correct horse' }),
      });
    const bob = (await (await register('bob@example.org', '/api/v1/auth/register')).json()) as { access_token: string };
    const given = await giveSecret(bob.access_token);
    script = [json(200, {}), json(200, {})];
    const status = async (authorization: string, headers: Record<string, string> = {}) =>
      (await proxied('conversation', { headers: { authorization, ...headers } })).status;
    expect(await status('Bearer ek_of_a_stranger')).toBe(401);
    expect(await status(`Bearer ${given}`)).toBe(200);
    let stopped = false;
    script.unshift((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
      response.on('close', () => {
        stopped = true;
      });
    });
    const running = await proxied('conversation', { headers: { authorization: `Bearer ${given}` } });
    const signOut = await fetch(`${origin}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bob.access_token}` },
      body: '{}',
    });
    expect(signOut.status).toBe(204);
    expect(await status(`Bearer ${given}`)).toBe(401);
    // What was being relayed meanwhile is cut, on both sides.
    await expect(running.text()).rejects.toThrow();
    await vi.waitFor(() => expect(stopped).toBe(true), { timeout: 15_000 });

    const cookie = (await register('cat@example.org', '/api/auth/sign-up/email')).headers
      .getSetCookie()
      .map((each) => each.split(';', 1)[0])
      .join('; ');
    expect(await status('Bearer ek_from_elsewhere', { cookie })).toBe(200);
    // The token itself is nowhere in the database.
    const { rows } = await database.pool.query('SELECT * FROM hosted_secrets');
    expect(JSON.stringify(rows)).not.toContain(given);
  });

  it.each<Record<string, string>>([{ CHATKIT_WORKFLOW_ID: '' }, { OPENAI_API_KEY: '' }])(
    'is 503 where nothing is configured: %j',
    async (env) => {
      const other = await open(env);
      try {
        for (const authorization of [`Bearer ${secret}`, 'Bearer ek_of_a_stranger', '']) {
          const answer = await proxied('conversation', { headers: { authorization } }, other.origin);
          expect([answer.status, ((await answer.json()) as Refusal).error.code]).toEqual([503, 'not_configured']);
        }
      } finally {
        await other.app.close();
      }
      expect(seen).toEqual([]);
    },
  );

  it('passes events on while OpenAI still writes', async () => {
    let more: (() => void) | undefined;
    script = [
      async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"type":"one"}\n\n');
        await new Promise<void>((resolve) => {
          more = resolve;
        });
        response.end('data: {"type":"two"}\n\n');
      },
    ];
    const response = await proxied('conversation', { headers: { origin: 'https://friend.example' } });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': 'https://friend.example',
      'x-content-type-options': 'nosniff',
    });
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: {"type":"one"}\n\n');
    // OpenAI has not said more yet, and is only now let go on.
    more!();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: {"type":"two"}\n\n');
    expect((await reader.read()).done).toBe(true);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/chatkit/conversation', body: '{"type":"threads.list"}' });
  });

  it('passes on what belongs to the request and nothing else, in both directions', async () => {
    script = [
      json(
        201,
        { ok: true },
        { 'set-cookie': 'x=1', location: 'https://evil.example', 'x-powered-by': 'y', 'retry-after': '3' },
      ),
    ];
    const response = await proxied('files?purpose=a%20b&x=1', {
      headers: {
        'accept-language': 'fr',
        cookie: 'causerie.session_token=private',
        'x-forwarded-for': '203.0.113.1',
        'x-openai-secret': '1',
        'idempotency-key': 'i-1',
      },
    });
    expect([response.status, await response.json()]).toEqual([201, { ok: true }]);
    expect(response.headers.get('retry-after')).toBe('3');
    for (const name of ['set-cookie', 'location', 'x-powered-by']) expect(response.headers.get(name), name).toBeNull();
    const { url, headers } = seen[0]!;
    expect(url).toBe('/v1/chatkit/files?purpose=a%20b&x=1');
    expect(headers).toEqual({
      accept: '*/*',
      'accept-encoding': 'identity',
      'accept-language': 'fr',
      authorization: `Bearer ${secret}`,
      connection: 'keep-alive',
      'content-length': '23',
      'content-type': 'application/json',
      host: new URL(openaiUrl).host,
      'idempotency-key': 'i-1',
      'openai-beta': 'chatkit_beta=v1',
    });
  });

  it('forms pass as they are, errors too, and HTML only as a file', async () => {
    const form = new FormData();
    form.set('file', new Blob(['héé']), 'a.txt');
    script = [
      json(400, { error: { code: 'file_upload_disabled' } }),
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<script>alert(1)</script>');
      },
    ];
    const refused = await fetch(`${origin}/api/chatkit/proxy/files`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${secret}` },
    });
    expect([refused.status, await refused.json()]).toEqual([400, { error: { code: 'file_upload_disabled' } }]);
    expect(seen[0]!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen[0]!.body).toContain('héé');
    expect((await proxied('page')).headers.get('content-type')).toBe('application/octet-stream');
  });

  it('answers the questions of browsers by the list of origins', async () => {
    const preflight = (from: string) =>
      fetch(`${origin}/api/chatkit/proxy/conversation`, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,openai-beta',
        },
      });
    const friend = await preflight('https://friend.example');
    expect(friend.status).toBe(204);
    expect(friend.headers.get('access-control-allow-origin')).toBe('https://friend.example');
    expect(friend.headers.get('access-control-allow-headers')).toBe('authorization,content-type,openai-beta');
    expect(friend.headers.get('access-control-allow-methods')).toContain('POST');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const refusal = await proxied('a//b', { headers: { origin: 'https://friend.example' } });
    expect([refusal.status, refusal.headers.get('access-control-allow-origin')]).toEqual([
      404,
      'https://friend.example',
    ]);
  });

  it('reaches no other path and no other host', async () => {
    const base = '/api/chatkit/proxy/';
    for (const path of [
      '',
      '..',
      '../models',
      'a/../../models',
      '.',
      './a',
      'a/./b',
      '/evil.example/x',
      '//evil.example',
      'a//b',
      'a/',
      '%2e%2e/models',
      '%2e%2e%2fmodels',
      '..%2fmodels',
      '..;/models',
      'a%00b',
      'a%0d%0aHost:%20evil.example',
      'a\\..\\models',
      'http://evil.example/',
      '@evil.example',
      'user:pass@evil.example/x',
      ':80',
      'a:b',
      'a%252e',
      `${'a/'.repeat(10)}b`,
      'x'.repeat(301),
      'a?x=%0d%0aSet-Cookie:1#',
      "a?x='<>",
      `a?${'x'.repeat(1001)}`,
    ]) {
      const { status } = await raw(base + path);
      expect([400, 404], path).toContain(status);
    }
    for (const path of [`http://evil.example${base}conversation`, `//evil.example${base}conversation`])
      expect((await raw(path)).status, path).toBe(404);
    expect(
      (await fetch(`${origin}${base}conversation`, { headers: { authorization: `Bearer ${secret}` } })).status,
    ).toBe(404);
    expect(seen).toEqual([]);
  });

  it('headers cannot be smuggled in, and a token of this server never leaves it', async () => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.end(
      `POST /api/chatkit/proxy/conversation HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\nOpenAI-Beta: a\rX-Evil: 1\r\nContent-Length: 2\r\n\r\n{}`,
    );
    expect(await text(socket)).toContain('HTTP/1.1 400');
    for (const authorization of [
      '',
      'Basic eDp5',
      `Bearer ${token}`,
      `Bearer cks_${'a'.repeat(43)}`,
      'Bearer a b',
      'Bearer é',
    ]) {
      const { status, body } = await raw('/api/chatkit/proxy/conversation', {
        authorization: Buffer.from(authorization).toString('latin1'),
      });
      expect([status, JSON.parse(body).error.code], authorization).toEqual([401, 'unauthorized']);
    }
    expect(seen).toEqual([]);
  });

  it('too much is refused, told before or found out on the way', async () => {
    const announced = await proxied('files', { body: 'x'.repeat(11 * 1024 * 1024 + 1) });
    expect([announced.status, ((await announced.json()) as Refusal).error.code]).toEqual([413, 'payload_too_large']);
    expect(seen).toEqual([]);
    script = [() => {}];
    let sent = 0;
    const dripping = new Readable({
      read() {
        this.push(sent++ < 200 ? Buffer.alloc(65_536) : null);
      },
    });
    const found = await proxied('files', { body: Readable.toWeb(dripping), duplex: 'half' } as unknown as RequestInit);
    expect([found.status, ((await found.json()) as Refusal).error.code]).toEqual([413, 'payload_too_large']);
    await vi.waitFor(() => expect(seen.map(({ body }) => body)).toEqual(['cut off']));
  });

  it('whoever goes away stops OpenAI too', async () => {
    let stopped = false;
    script = [
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
        response.on('close', () => {
          stopped = true;
        });
      },
    ];
    const leave = new AbortController();
    const response = await proxied('conversation', { signal: leave.signal });
    await response.body!.getReader().read();
    expect(stopped).toBe(false);
    leave.abort();
    await vi.waitFor(() => expect(stopped).toBe(true));
  });

  it('an answer that does not come, breaks off, falls silent or leads elsewhere ends as an error', async () => {
    const quick = await open({ MODEL_FIRST_BYTE_TIMEOUT: '1', MODEL_IDLE_TIMEOUT: '1' });
    try {
      const begin: Step = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
      script = [() => {}];
      expect((await proxied('conversation', {}, quick.origin)).status).toBe(502);
      script = [(request) => request.socket.destroy()];
      expect((await proxied('conversation', {}, quick.origin)).status).toBe(502);
      script = [json(307, {}, { location: 'https://evil.example' })];
      expect((await proxied('conversation', {}, quick.origin)).status).toBe(502);
      script = [begin];
      await expect((await proxied('conversation', {}, quick.origin)).text()).rejects.toThrow();
      script = [
        (request, response, body) => {
          begin(request, response, body);
          setTimeout(() => request.socket.destroy(), 50);
        },
      ];
      await expect((await proxied('conversation', {}, quick.origin)).text()).rejects.toThrow();
    } finally {
      await quick.app.close();
    }
  });
});
