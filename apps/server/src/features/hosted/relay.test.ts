import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { hostedWorld, json, type Refusal, type Step } from './testing.ts';

const { ann, server, startProcess, openai } = await hostedWorld();

describe('/api/chatkit/proxy', () => {
  const proxied = (path: string, init: RequestInit = {}, at = server.url) =>
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
        { host: '127.0.0.1', port: server.port, method: 'POST', path, headers, agent: false },
        async (response) => resolve({ status: response.statusCode!, body: await text(response) }),
      )
        .on('error', reject)
        .end('{}');
    });

  /** One that this server has given to Ann. */
  let secret: string;
  const giveSecret = async (to = ann.token, at = server.url) => {
    const given = `ek_${randomUUID()}`;
    openai.script.unshift(json(200, { client_secret: given, expires_at: Math.floor(Date.now() / 1000) + 600 }));
    const headers = { authorization: `Bearer ${to}` };
    expect((await fetch(`${at}/api/chatkit/session`, { method: 'POST', headers })).status).toBe(200);
    openai.seen.pop();
    return given;
  };
  beforeAll(async () => {
    secret = await giveSecret();
  });

  it('serves who is signed in, by a secret of this server while its session stands or by a cookie', async () => {
    const bob = await server.signUp('bob');
    const given = await giveSecret(bob.token);
    openai.script = [json(200, {}), json(200, {})];
    const status = async (authorization: string, headers: Record<string, string> = {}) =>
      (await proxied('conversation', { headers: { authorization, ...headers } })).status;
    expect(await status('Bearer ek_of_a_stranger')).toBe(401);
    expect(await status(`Bearer ${given}`)).toBe(200);
    let stopped = false;
    openai.script.unshift((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
      response.on('close', () => {
        stopped = true;
      });
    });
    const running = await proxied('conversation', { headers: { authorization: `Bearer ${given}` } });
    const signOut = await bob.post('/api/v1/auth/logout');
    expect(signOut.status).toBe(204);
    expect(await status(`Bearer ${given}`)).toBe(401);
    // What was being relayed meanwhile is cut, on both sides.
    await expect(running.text()).rejects.toThrow();
    await vi.waitFor(() => expect(stopped).toBe(true), { timeout: 15_000 });

    const cookie = await server.browserOf(await server.signUp('cat'));
    expect(await status('Bearer ek_from_elsewhere', { cookie })).toBe(200);
    // The token itself is nowhere in the database.
    const { rows } = await server.database.pool.query('SELECT * FROM hosted_secrets');
    expect(JSON.stringify(rows)).not.toContain(given);
  });

  it.each<Record<string, string>>([{ CHATKIT_WORKFLOW_ID: '' }, { OPENAI_API_KEY: '' }])(
    'refuses everything with 503 where it is not configured: %j',
    async (env) => {
      const other = await startProcess(env);
      try {
        for (const authorization of [`Bearer ${secret}`, 'Bearer ek_of_a_stranger', '']) {
          const answer = await proxied('conversation', { headers: { authorization } }, other.url);
          expect([answer.status, ((await answer.json()) as Refusal).error.code]).toEqual([503, 'not_configured']);
        }
      } finally {
        await other.close();
      }
      expect(openai.seen).toEqual([]);
    },
  );

  it('passes events on while OpenAI still writes', async () => {
    let more: (() => void) | undefined;
    openai.script = [
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
    expect(openai.seen[0]).toMatchObject({
      method: 'POST',
      url: '/v1/chatkit/conversation',
      body: '{"type":"threads.list"}',
    });
  });

  it('passes on what belongs to the request and nothing else, in both directions', async () => {
    openai.script = [
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
    const { url, headers } = openai.seen[0]!;
    expect(url).toBe('/v1/chatkit/files?purpose=a%20b&x=1');
    expect(headers).toEqual({
      accept: '*/*',
      'accept-encoding': 'identity',
      'accept-language': 'fr',
      authorization: `Bearer ${secret}`,
      connection: 'keep-alive',
      'content-length': '23',
      'content-type': 'application/json',
      host: new URL(openai.url).host,
      'idempotency-key': 'i-1',
      'openai-beta': 'chatkit_beta=v1',
    });
  });

  it('passes on forms and errors as they are, and HTML only as a file', async () => {
    const form = new FormData();
    form.set('file', new Blob(['héé']), 'a.txt');
    openai.script = [
      json(400, { error: { code: 'file_upload_disabled' } }),
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<script>alert(1)</script>');
      },
    ];
    const refused = await fetch(`${server.url}/api/chatkit/proxy/files`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${secret}` },
    });
    expect([refused.status, await refused.json()]).toEqual([400, { error: { code: 'file_upload_disabled' } }]);
    expect(openai.seen[0]!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(openai.seen[0]!.body).toContain('héé');
    expect((await proxied('page')).headers.get('content-type')).toBe('application/octet-stream');
  });

  it('answers the questions of browsers by the list of origins', async () => {
    const preflight = (from: string) =>
      fetch(`${server.url}/api/chatkit/proxy/conversation`, {
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
      (await fetch(`${server.url}${base}conversation`, { headers: { authorization: `Bearer ${secret}` } })).status,
    ).toBe(404);
    expect(openai.seen).toEqual([]);
  });

  it('refuses smuggled headers, and never passes on a token of this server', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(
      `POST /api/chatkit/proxy/conversation HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\nOpenAI-Beta: a\rX-Evil: 1\r\nContent-Length: 2\r\n\r\n{}`,
    );
    expect(await text(socket)).toContain('HTTP/1.1 400');
    for (const authorization of [
      '',
      'Basic eDp5',
      `Bearer ${ann.token}`,
      `Bearer cks_${'a'.repeat(43)}`,
      'Bearer a b',
      'Bearer é',
    ]) {
      const { status, body } = await raw('/api/chatkit/proxy/conversation', {
        authorization: Buffer.from(authorization).toString('latin1'),
      });
      expect([status, JSON.parse(body).error.code], authorization).toEqual([401, 'unauthorized']);
    }
    expect(openai.seen).toEqual([]);
  });

  it('refuses too large a body, announced or found out on the way', async () => {
    const announced = await proxied('files', { body: 'x'.repeat(11 * 1024 * 1024 + 1) });
    expect([announced.status, ((await announced.json()) as Refusal).error.code]).toEqual([413, 'payload_too_large']);
    expect(openai.seen).toEqual([]);
    openai.script = [() => {}];
    let sent = 0;
    const dripping = new Readable({
      read() {
        this.push(sent++ < 200 ? Buffer.alloc(65_536) : null);
      },
    });
    const found = await proxied('files', { body: Readable.toWeb(dripping), duplex: 'half' } as unknown as RequestInit);
    expect([found.status, ((await found.json()) as Refusal).error.code]).toEqual([413, 'payload_too_large']);
    await vi.waitFor(() => expect(openai.seen.map(({ body }) => body)).toEqual(['cut off']));
  });

  it('stops OpenAI when the caller goes away', async () => {
    let stopped = false;
    openai.script = [
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

  it('ends in an error an answer that does not come, breaks off, falls silent or leads elsewhere', async () => {
    const quick = await startProcess({ MODEL_FIRST_BYTE_TIMEOUT: '1', MODEL_IDLE_TIMEOUT: '1' });
    try {
      const begin: Step = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
      openai.script = [() => {}];
      expect((await proxied('conversation', {}, quick.url)).status).toBe(502);
      openai.script = [(request) => request.socket.destroy()];
      expect((await proxied('conversation', {}, quick.url)).status).toBe(502);
      openai.script = [json(307, {}, { location: 'https://evil.example' })];
      expect((await proxied('conversation', {}, quick.url)).status).toBe(502);
      openai.script = [begin];
      await expect((await proxied('conversation', {}, quick.url)).text()).rejects.toThrow();
      openai.script = [
        (request, response, body) => {
          begin(request, response, body);
          setTimeout(() => request.socket.destroy(), 50);
        },
      ];
      await expect((await proxied('conversation', {}, quick.url)).text()).rejects.toThrow();
    } finally {
      await quick.close();
    }
  });
});
