import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, createClient, memoryTokens, storedTokens } from '../src/index.ts';
import { deadAddress, type ScriptedServer, type Step, scriptedServer } from './scripted-server.ts';

const running: ScriptedServer[] = [];

async function play(...steps: Step[]): Promise<ScriptedServer> {
  const server = await scriptedServer(steps);
  running.push(server);
  return server;
}

// A test whose script was not played to its end fails here.
afterEach(async () => {
  for (const server of running.splice(0)) await server.finish();
});

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`Expected an ApiError, got ${String(error)}`);
  return error;
}

const ada = { id: 'usr_1', email: 'ada@example.com', name: 'Ada', role: 'admin', locale: 'fr' };

const pair = (n: number) => ({
  access_token: `access-${n}`,
  refresh_token: `refresh-${n}`,
  token_type: 'bearer',
  expires_in: 7200,
});

describe('an ended session', () => {
  it('is reported to `onUnauthorized` after a refresh failed', async () => {
    const refused = { status: 401, answer: { error: { code: 'unauthorized', message: 'Sign in first.' } } };
    const server = await play(
      { method: 'GET', path: '/api/account/sessions', ...refused },
      { method: 'GET', path: '/api/account/sessions', ...refused },
      { method: 'POST', path: '/api/v1/auth/refresh', answer: pair(2) },
      { method: 'GET', path: '/api/account/sessions', answer: { data: [] } },
    );
    let reports = 0;
    const tokens = memoryTokens();
    const client = createClient({ baseUrl: server.url, tokens, onUnauthorized: () => reports++ });
    expect(await failure(client.account.sessions())).toMatchObject({ status: 401 });
    expect(reports).toBe(1);
    tokens.set({ access_token: 'access-1', refresh_token: 'refresh-1', base_url: server.url });
    expect(await client.account.sessions()).toEqual([]);
    expect(reports).toBe(1);
  });
});

describe('errors', () => {
  it('carry the code, message, details and request id of our own shape, and when to retry', async () => {
    const server = await play({
      method: 'GET',
      path: '/api/tools/weather?city=Paris',
      status: 429,
      headers: { 'retry-after': '7' },
      answer: { error: { code: 'rate_limited', message: 'Too many.', details: { limit: 100 }, request_id: 'req_1' } },
    });
    const error = await failure(createClient({ baseUrl: server.url }).weather({ city: 'Paris' }));
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limited',
      message: 'Too many.',
      details: { limit: 100 },
      requestId: 'req_1',
      retryAfter: 7,
      unreachable: false,
    });
  });

  it('carry the status when a proxy answered instead of the server', async () => {
    const server = await play(
      { method: 'GET', path: '/api/config?lang=fr', status: 502, answer: '<h1>Bad Gateway</h1>' },
      { method: 'GET', path: '/api/config', answer: '<h1>Welcome to the hotel</h1>' },
    );
    const client = createClient({ baseUrl: server.url });
    expect(await failure(client.config('fr'))).toMatchObject({ status: 502, code: 'http_502' });
    expect(await failure(client.config())).toMatchObject({ status: 200, code: 'bad_answer' });
  });

  it('read a retry date', async () => {
    const server = await play({
      method: 'GET',
      path: '/api/runtime-config',
      status: 503,
      headers: { 'retry-after': new Date(Date.now() + 90_000).toUTCString() },
    });
    const { retryAfter } = await failure(createClient({ baseUrl: server.url }).runtimeConfig());
    expect(retryAfter).toBeGreaterThan(60);
    expect(retryAfter).toBeLessThanOrEqual(91);
  });

  it('distinguish "cannot be reached" from "refused", and pass an abort through', async () => {
    const client = createClient({ baseUrl: await deadAddress() });
    expect(await failure(client.config())).toMatchObject({ status: 0, code: 'unreachable', unreachable: true });
    await expect(client.config('en', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the bearer session', () => {
  it('signs in, shows the token, and signs out', async () => {
    const server = await play(
      { method: 'POST', path: '/api/v1/auth/login', answer: pair(1) },
      {
        method: 'GET',
        path: '/api/v1/auth/me',
        answer: ada,
      },
      { method: 'POST', path: '/api/v1/auth/logout', status: 204 },
    );
    const client = createClient({ baseUrl: server.url, mode: 'bearer', language: () => 'fr' });
    await client.auth.signIn({ email: 'ada@example.com', password: 'correct horse' });
    expect(await client.auth.me()).toEqual({
      ...ada,
      two_factor: false,
      must_change_password: false,
    });
    await client.auth.signOut();
    const [login, me, logout] = server.seen;
    expect(login?.body).toEqual({ email: 'ada@example.com', password: 'correct horse' });
    expect(login?.headers.authorization).toBeUndefined();
    expect(me?.headers).toMatchObject({ authorization: 'Bearer access-1', 'accept-language': 'fr' });
    expect(logout?.body).toEqual({ refresh_token: 'refresh-1' });
  });

  it('refreshes once for many requests at the same time, and repeats them', async () => {
    const expired = { status: 401, answer: { error: { code: 'unauthorized', message: 'Expired.' } } };
    const paths = ['a', 'b', 'c'].map((city) => `/api/tools/weather?city=${city}`);
    const server = await play(
      ...paths.map((path) => ({ method: 'GET', path, ...expired })),
      { method: 'POST', path: '/api/v1/auth/refresh', answer: pair(2) },
      ...paths.map((path) => ({ method: 'GET', path, answer: { temperature: 20 } })),
    );
    const tokens = memoryTokens();
    tokens.set({ ...pair(1), base_url: server.url });
    const client = createClient({ baseUrl: server.url, mode: 'bearer', tokens });
    const all = await Promise.all(['a', 'b', 'c'].map((city) => client.weather({ city })));
    expect(all.map((weather) => weather.temperature)).toEqual([20, 20, 20]);
    expect(tokens.get()).toEqual({ access_token: 'access-2', refresh_token: 'refresh-2', base_url: server.url });
    expect(server.seen.slice(-3).map((request) => request.headers.authorization)).toEqual(
      Array(3).fill('Bearer access-2'),
    );
  });

  it('ends when the refresh token is refused, and not when the server is restarting', async () => {
    const expired = { status: 401, answer: { error: { code: 'unauthorized', message: 'Expired.' } } };
    const server = await play(
      { method: 'GET', path: '/api/v1/auth/me', ...expired },
      { method: 'POST', path: '/api/v1/auth/refresh', status: 503 },
      { method: 'GET', path: '/api/v1/auth/me', ...expired },
      { method: 'POST', path: '/api/v1/auth/refresh', status: 401 },
    );
    const tokens = memoryTokens();
    tokens.set({ ...pair(1), base_url: server.url });
    const client = createClient({ baseUrl: server.url, mode: 'bearer', tokens });
    expect(await client.auth.me()).toBeUndefined();
    expect(tokens.get()).toBeDefined();
    expect(await client.auth.me()).toBeUndefined();
    expect(tokens.get()).toBeUndefined();
  });
});

describe('sign-in at a second address', () => {
  it('happens when the first cannot be reached, and everything after goes there', async () => {
    const second = await play(
      { method: 'POST', path: '/api/v1/auth/login', answer: pair(1) },
      { method: 'GET', path: '/api/tools/weather?city=Paris&country=FR', answer: { temperature: 11 } },
    );
    const client = createClient({ baseUrl: await deadAddress(), fallbackUrl: () => `${second.url}/api/` });
    expect(await client.auth.signIn({ email: 'ada@example.com', password: 'x' })).toEqual({ state: 'signed-in' });
    expect(await client.weather({ city: 'Paris', country: 'FR' })).toEqual({ temperature: 11 });
    expect(client.url('/api/chatkit')).toBe(`${second.url}/api/chatkit`);
    expect(second.seen[1]?.headers.authorization).toBe('Bearer access-1');
  });

  it('does not happen when the first refuses, whatever the refusal', async () => {
    const second = await play();
    for (const status of [401, 403, 429, 500, 503]) {
      const first = await play({ method: 'POST', path: '/api/auth/sign-in/email', status });
      const client = createClient({ baseUrl: first.url, fallbackUrl: second.url });
      expect(await failure(client.auth.signIn({ email: 'a@example.com', password: 'x' }))).toMatchObject({ status });
    }
    expect(second.seen).toEqual([]);
  });

  it('removes stale tokens, so that a new cookie session does not send them', async () => {
    const server = await play({ method: 'POST', path: '/api/auth/sign-in/email', answer: { user: {} } });
    const tokens = memoryTokens();
    tokens.set({ ...pair(1), base_url: 'http://127.0.0.1:1' });
    const client = createClient({ baseUrl: server.url, tokens });
    expect(await client.auth.signIn({ email: 'a@example.com', password: 'x' })).toEqual({ state: 'signed-in' });
    expect(tokens.get()).toBeUndefined();
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('reports the first failure when there is no second address', async () => {
    const client = createClient({ baseUrl: await deadAddress() });
    expect(await failure(client.auth.signIn({ email: 'a@example.com', password: 'x' }))).toMatchObject({ status: 0 });
  });
});

describe('the cookie session', () => {
  it('asks for the second factor and takes a recovery code', async () => {
    const server = await play(
      { method: 'POST', path: '/api/auth/sign-in/email', answer: { user: null, two_factor: true } },
      { method: 'POST', path: '/api/auth/two-factor', answer: { user: ada } },
    );
    const client = createClient({ baseUrl: server.url });
    expect(await client.auth.signIn({ email: 'a@example.com', password: 'x' })).toEqual({ state: 'two-factor' });
    await client.auth.verifyTwoFactor('abcde-fghij', 'recovery');
    expect(server.seen[1]?.body).toEqual({ code: 'abcde-fghij', kind: 'recovery' });
  });

  it('asks programs for the second factor too, and sends the password along with the code', async () => {
    const known = { email: 'a@example.com', password: 'x' };
    const login = { method: 'POST', path: '/api/v1/auth/login' } as const;
    const server = await play(
      { ...login, status: 401, answer: { error: { code: 'otp_required', message: 'A code, please.' } } },
      { ...login, status: 403, answer: { error: { code: 'code_wrong', message: 'No.' } } },
      { ...login, answer: pair(1) },
    );
    const tokens = memoryTokens();
    const client = createClient({ baseUrl: server.url, mode: 'bearer', tokens });
    expect(await client.auth.signIn(known)).toEqual({ state: 'two-factor' });
    expect(tokens.get()).toBeUndefined();
    expect((await failure(client.auth.verifyTwoFactor('000000'))).code).toBe('code_wrong');
    await client.auth.verifyTwoFactor('123456');
    expect(tokens.get()?.access_token).toBe('access-1');
    const sent = server.seen.map(({ body }) => body);
    expect(sent).toEqual([known, { ...known, otp: '000000' }, { ...known, otp: '123456' }]);
  });

  it('reads the signed-in person, `undefined` for nobody, or throws', async () => {
    const server = await play(
      { method: 'GET', path: '/api/auth/session', answer: { user: ada } },
      { method: 'GET', path: '/api/auth/session', answer: { user: null } },
      { method: 'GET', path: '/api/auth/session', status: 503 },
    );
    const client = createClient({ baseUrl: server.url });
    expect(await client.auth.me()).toMatchObject(ada);
    expect(await client.auth.me()).toBeUndefined();
    expect(await failure(client.auth.me())).toMatchObject({ status: 503 });
  });
});

describe('fetch', () => {
  it('keeps the headers of the caller and hands the stream over unread', async () => {
    const server = await play({
      method: 'POST',
      path: '/api/chatkit',
      headers: { 'content-type': 'text/event-stream' },
      answer: 'data: {"type":"stream_options"}\n\n',
    });
    const tokens = memoryTokens();
    tokens.set({ ...pair(1), base_url: server.url });
    const client = createClient({ tokens });
    const response = await client.fetch(client.url('/api/chatkit'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'causerie-resume': '1' },
      body: '{"type":"threads.list"}',
    });
    expect(await response.text()).toBe('data: {"type":"stream_options"}\n\n');
    expect(server.seen[0]?.headers).toMatchObject({ 'causerie-resume': '1', authorization: 'Bearer access-1' });
    expect(server.seen[0]?.body).toEqual({ type: 'threads.list' });
  });
});

describe('a token', () => {
  it('goes only to the server that issued it', async () => {
    const [own, other] = [
      await play({ method: 'GET', path: '/x', answer: {} }),
      await play({ method: 'GET', path: '/x', status: 401, answer: {} }),
    ];
    const tokens = memoryTokens();
    tokens.set({ ...pair(1), base_url: own.url });
    const client = createClient({ tokens });
    await client.fetch(`${own.url}/x`);
    await client.fetch(`${other.url}/x`);
    expect(own.seen[0]?.headers.authorization).toBe('Bearer access-1');
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('account and administration', () => {
  it('send what their routes document', async () => {
    const server = await play(
      { method: 'PATCH', path: '/api/account', answer: {} },
      { method: 'POST', path: '/api/account/password', status: 204 },
      { method: 'DELETE', path: '/api/account/sessions/a%2Fb', status: 204 },
      { method: 'DELETE', path: '/api/account', status: 204 },
      {
        method: 'GET',
        path: '/api/admin/users?search=ada+l&limit=10&after=usr_9',
        answer: { data: [], has_more: false },
      },
      { method: 'PATCH', path: '/api/admin/users/usr_1', answer: {} },
      {
        method: 'POST',
        path: '/api/admin/users/usr_1/reset-password',
        answer: { mode: 'link', url: 'u', expires_at: 'e' },
      },
      { method: 'DELETE', path: '/api/admin/users/usr_1', status: 204 },
      { method: 'GET', path: '/api/account/export', answer: { profile: { name: 'Ada' } } },
    );
    const { account, admin } = createClient({ baseUrl: server.url });
    await account.update({ locale: 'es' });
    await account.changePassword('old', 'new');
    await account.endSession('a/b');
    await account.remove('old');
    await admin.users({ search: 'ada l', limit: 10, after: 'usr_9' });
    await admin.updateUser('usr_1', { disabled: true });
    expect(await admin.resetPassword('usr_1', 'link')).toEqual({ mode: 'link', url: 'u', expires_at: 'e' });
    await admin.removeUser('usr_1', { threads: 'transfer', transfer_to: 'usr_2' });
    expect(JSON.parse(await (await account.exportData()).text())).toEqual({ profile: { name: 'Ada' } });
    expect(server.seen.map((request) => request.body)).toEqual([
      { locale: 'es' },
      { current_password: 'old', new_password: 'new' },
      undefined,
      { password: 'old' },
      undefined,
      { disabled: true },
      { mode: 'link' },
      { threads: 'transfer', transfer_to: 'usr_2' },
      undefined,
    ]);
  });
});

describe('stored tokens', () => {
  const tokens = { access_token: 'a', refresh_token: 'r', base_url: 'https://b.example' };

  function storage(entries: Record<string, string>): Storage {
    const map = new Map(Object.entries(entries));
    return {
      getItem: (key: string) => map.get(key) ?? null,
      setItem: (key: string, value: string) => void map.set(key, value),
      removeItem: (key: string) => void map.delete(key),
    } as unknown as Storage;
  }

  it('survive in the storage, and end with it', () => {
    const disk = storage({});
    storedTokens(disk).set(tokens);
    expect(storedTokens(disk).get()).toEqual(tokens);
    storedTokens(disk).set(undefined);
    expect(storedTokens(disk).get()).toBeUndefined();
  });

  it('treat anything unreadable as no session', () => {
    for (const text of ['{', 'null', '[]', '{"access_token":1}']) {
      expect(storedTokens(storage({ 'causerie.tokens': text })).get()).toBeUndefined();
    }
  });
});

describe('a call by the name of a route', () => {
  it('fills in the address, and refuses parameters that lead to another one', async () => {
    const server = await play(
      { method: 'DELETE', path: '/api/admin/users/a%2Fb%3Fc/sessions/ses_1', status: 204, answer: '' },
      { method: 'GET', path: '/api/chatkit/threads?query=a%26b&limit=5', answer: { data: [], has_more: false } },
    );
    const client = createClient({ baseUrl: server.url });
    await client.admin.endUserSession('a/b?c', 'ses_1');
    await client.call('GET /api/chatkit/threads', { query: { query: 'a&b', limit: 5, after: undefined } });
    for (const id of ['', '.', '..']) await expect(client.account.endSession(id)).rejects.toThrow(TypeError);
  });

  it('has the types of the contract', () => {
    const { call } = createClient();
    const wrong = () => [
      // @ts-expect-error: no such route
      call('GET /api/nowhere'),
      // @ts-expect-error: the route carries a stream
      call('POST /api/chatkit', { body: {} }),
      // @ts-expect-error: the body is missing
      call('POST /api/auth/sign-in/email'),
      // @ts-expect-error: the role is none
      call('PATCH /api/admin/users/:id', { params: { id: 'usr_1' }, body: { role: 'king' } }),
      // @ts-expect-error: the id in the path is missing
      call('GET /api/admin/users/:id', {}),
    ];
    expect(wrong).toBeTypeOf('function');
  });
});
