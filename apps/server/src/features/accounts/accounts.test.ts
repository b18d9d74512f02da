import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-accounts-'));
afterAll(() => rmSync(directory, { recursive: true }));

let database: TestDatabase;
let app: App;
let clock = 0;

const open = (env: Record<string, string> = {}) =>
  createApp(loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent', ...env }, directory), {
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

type Headers = Record<string, string | undefined>;
const post = (url: string, payload: object = {}, headers: Headers = {}, to = app) =>
  to.http.inject({ method: 'POST', url, payload, headers });
const register = (email: string, more: object = {}, to = app) =>
  post('/api/v1/auth/register', { email, password: 'correct horse', ...more }, {}, to);
const me = (headers: Headers, to = app) => to.http.inject({ url: '/api/v1/auth/me', headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const refresh = (refresh_token: string) => post('/api/v1/auth/refresh', { refresh_token });

describe('programs', () => {
  it('register, me, login, refresh and logout have the exact shapes', async () => {
    const made = await register('Ann@Example.org ', { display_name: 'Ann' });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'bearer',
      expires_in: 7200,
    });
    const person = await me(bearer(made.json().access_token));
    expect(person.json()).toEqual({
      id: expect.stringMatching(/^usr_[0-9a-f]{36}$/),
      email: 'ann@example.org',
      name: 'Ann',
      role: 'admin',
      locale: 'en',
      two_factor: false,
      must_change_password: false,
    });

    const signedIn = await post('/api/v1/auth/login', { email: 'ANN@example.org', password: 'correct horse' });
    expect([signedIn.statusCode, Object.keys(signedIn.json())]).toEqual([200, Object.keys(made.json())]);

    const renewed = await refresh(signedIn.json().refresh_token);
    expect(renewed.statusCode).toBe(200);
    expect(renewed.json().refresh_token).not.toBe(signedIn.json().refresh_token);

    expect((await post('/api/v1/auth/logout', { refresh_token: renewed.json().refresh_token })).statusCode).toBe(204);
    expect((await refresh(renewed.json().refresh_token)).statusCode).toBe(401);
    expect((await me(bearer(renewed.json().access_token))).statusCode).toBe(401);
    // The other sign-in goes on.
    expect((await me(bearer(made.json().access_token))).statusCode).toBe(200);
  });

  it('logout by the bearer token alone; without any it is 401', async () => {
    const { access_token, refresh_token } = (await register('a@example.org')).json();
    expect((await post('/api/v1/auth/logout')).statusCode).toBe(401);
    expect((await post('/api/v1/auth/logout', {}, bearer(access_token))).statusCode).toBe(204);
    expect((await me(bearer(access_token))).statusCode).toBe(401);
    expect((await refresh(refresh_token)).statusCode).toBe(401);
  });

  it('nobody gives themselves a role', async () => {
    await register('first@example.org');
    const { access_token } = (
      await register('second@example.org', { role: 'admin', id: 'usr_x', banned: false })
    ).json();
    expect((await me(bearer(access_token))).json()).toMatchObject({
      role: 'user',
      id: expect.not.stringMatching('usr_x'),
    });
  });

  it.each([
    ['nothing', {}],
    ['no address', { email: 'nobody', password: 'long enough' }],
    ['a short password', { email: 'a@example.org', password: 'short' }],
    ['a huge password', { email: 'a@example.org', password: 'x'.repeat(1025) }],
    ['values of other types', { email: { $ne: null }, password: ['a'] }],
  ])('registering with %s is 422', async (_name, body) => {
    const answer = await post('/api/v1/auth/register', body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().error.details[0].path).toMatch(/^(email|password)$/);
  });

  it('an address is taken once, also when two ask at the same time', async () => {
    await register('first@example.org');
    const answers = await Promise.all([register('a@example.org'), register('A@example.org')]);
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 409]);
  });

  it('of many who come first, exactly one is administrator', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => register(`p${at}@example.org`)));
    expect(answers.every((answer) => answer.statusCode === 201)).toBe(true);
    expect((await database.pool.query(`SELECT 1 FROM people WHERE role = 'admin'`)).rowCount).toBe(1);
  });

  it('a wrong password and an unknown address get the same answer', async () => {
    await register('a@example.org');
    const wrong = await post('/api/v1/auth/login', { email: 'a@example.org', password: 'wrong horse' });
    const unknown = await post('/api/v1/auth/login', { email: 'b@example.org', password: 'wrong horse' });
    for (const answer of [wrong, unknown]) expect(answer.statusCode).toBe(401);
    const { request_id: _1, ...first } = wrong.json().error;
    const { request_id: _2, ...second } = unknown.json().error;
    expect(first).toEqual(second);
  });

  it('the password is stored as argon2id, refresh tokens only as hashes', async () => {
    const { refresh_token } = (await register('a@example.org')).json();
    const { rows } = await database.pool.query('SELECT hash AS password FROM passwords');
    expect(rows[0].password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const tokens = await database.pool.query(`SELECT encode(hash, 'escape') AS text, hash FROM refresh_tokens`);
    expect(tokens.rows[0].hash).toHaveLength(32);
    expect(tokens.rows[0].text).not.toContain(refresh_token);
  });

  it('a storm of logins is bounded', async () => {
    const { isPassword } = await import('./signing-in/passwords.ts');
    const answers = await Promise.allSettled(Array.from({ length: 80 }, () => isPassword('x', null)));
    expect(answers.some((answer) => answer.status === 'rejected' && answer.reason.code === 'rate_limited')).toBe(true);
    expect(await isPassword('x', null)).toBe(false);
  });
});

describe('access tokens', () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

  it('forged, altered and foreign ones are nobody', async () => {
    const { access_token, refresh_token } = (await register('a@example.org')).json();
    const [head, body, signature] = access_token.split('.');
    const claims = claimsOf(access_token);
    const hmac = (text: string, key: string) => createHmac('sha256', key).update(text).digest('base64url');
    const none = `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`;
    const guessed = `${head}.${body}`;
    const other = encode({ ...claims, sub: 'usr_other' });
    const plainType = `${encode({ alg: 'HS256', typ: 'JWT' })}.${body}`;
    const bad = [
      ...['', 'x', 'a.b.c', refresh_token, none, `${none}${signature}`, `${head}.${other}.${signature}`],
      ...[`${guessed}.${hmac(guessed, '')}`, `${plainType}.${signature}`, `${access_token}.x`, `${head}.${body}.`],
      ...[`${encode({ alg: 'HS512', typ: 'at+jwt' })}.${body}.${signature}`],
    ];
    for (const token of bad) expect((await me(bearer(token))).statusCode, token).toBe(401);
    expect((await me({})).headers['www-authenticate']).toBe('Bearer');
    expect((await me({ authorization: `Basic ${access_token}` })).statusCode).toBe(401);
    expect((await me(bearer(access_token))).statusCode).toBe(200);
  });

  it('one expires, and one signed with another secret is nobody', async () => {
    const { access_token } = (await register('a@example.org')).json();
    expect((await me(bearer(access_token))).statusCode).toBe(200);
    clock = 7200_000;
    expect((await me(bearer(access_token))).statusCode).toBe(401);
    clock = 0;
    const other = await open({ AUTH_SECRET_KEY: 'another secret of at least 32 letters' });
    expect((await me(bearer(access_token), other)).statusCode).toBe(401);
    await other.close();
  });

  it('a person who is shut out is refused after five seconds at most, and cannot sign in', async () => {
    const { access_token } = (await register('a@example.org')).json();
    expect((await me(bearer(access_token))).statusCode).toBe(200);
    await database.pool.query('UPDATE people SET banned = true');
    clock = 5001;
    expect((await me(bearer(access_token))).statusCode).toBe(401);
    for (const url of ['/api/v1/auth/login', '/api/auth/login']) {
      const answer = await post(url, { email: 'a@example.org', password: 'correct horse' });
      expect(answer.json().error.code, url).toBe('credentials_wrong');
    }
  });

  it('a session ended in another process is refused here after five seconds at most', async () => {
    const { access_token, refresh_token } = (await register('a@example.org')).json();
    expect((await me(bearer(access_token))).statusCode).toBe(200);
    const other = await open();
    await post('/api/v1/auth/logout', { refresh_token }, {}, other);
    await other.close();
    clock = 5001;
    expect((await me(bearer(access_token))).statusCode).toBe(401);
  });
});

it('a clock that is set back lets nobody stay in for hours who was shut out elsewhere', async () => {
  // From the start on, since the server may keep hold of the function that it asks.
  vi.useFakeTimers({ toFake: ['Date'] });
  const here = await createApp(loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent' }, directory), { database });
  const { access_token } = (await register('a@example.org', {}, here)).json();
  const credentials = { email: 'a@example.org', password: 'correct horse' };
  const cookies = [(await post('/api/auth/login', credentials, {}, here)).headers['set-cookie']].flat();
  const browser = { cookie: cookies.map((line) => line!.split(';')[0]).join('; ') };
  for (const who of [bearer(access_token), browser]) expect((await me(who, here)).statusCode).toBe(200);
  try {
    vi.setSystemTime(Date.now() - 4 * 3_600_000);
    for (const who of [bearer(access_token), browser]) expect((await me(who, here)).statusCode).toBe(200);
    await database.pool.query('UPDATE people SET banned = true');
    for (const who of [bearer(access_token), browser])
      await vi.waitFor(async () => expect((await me(who, here)).statusCode).toBe(401), {
        timeout: 6000,
        interval: 200,
      });
  } finally {
    vi.useRealTimers();
    await here.close();
  }
}, 20_000);

describe('refresh tokens', () => {
  it('a replayed one ends its family, and no other', async () => {
    const first = (await register('a@example.org')).json();
    const apart = (await post('/api/v1/auth/login', { email: 'a@example.org', password: 'correct horse' })).json();
    const second = (await refresh(first.refresh_token)).json();
    clock = 10_500;
    const replay = await refresh(first.refresh_token);
    expect([replay.statusCode, replay.json().error.code]).toEqual([401, 'token_reused']);
    expect((await refresh(second.refresh_token)).statusCode).toBe(401);
    expect((await me(bearer(second.access_token))).statusCode).toBe(401);
    expect((await refresh(apart.refresh_token)).statusCode).toBe(200);
  });

  it('twenty uses at once are one rotation, and the family lives', async () => {
    const { refresh_token } = (await register('a@example.org')).json();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refresh_token)));
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array(20).fill(200));
    const next = new Set(answers.map((answer) => answer.json().refresh_token));
    expect(next.size).toBe(1);
    expect((await database.pool.query('SELECT 1 FROM refresh_tokens')).rowCount).toBe(2);
    expect((await refresh([...next][0])).statusCode).toBe(200);
  });

  it('one dies after seven days unused, a family after thirty days of use', async () => {
    let { refresh_token } = (await register('a@example.org')).json();
    const day = 86_400_000;
    for (clock = 6 * day; clock < 30 * day; clock += 6 * day) {
      const answer = await refresh(refresh_token);
      expect(answer.statusCode).toBe(200);
      refresh_token = answer.json().refresh_token;
    }
    clock = 30 * day + 1;
    expect((await refresh(refresh_token)).statusCode).toBe(401);
    clock = 0;
    const idle = (await post('/api/v1/auth/login', { email: 'a@example.org', password: 'correct horse' })).json();
    clock = 7 * day + 1;
    expect((await refresh(idle.refresh_token)).statusCode).toBe(401);
  });

  it('an access token is no refresh token, nor is anything else', async () => {
    const { access_token } = (await register('a@example.org')).json();
    for (const token of [access_token, 'x', 'x'.repeat(43)]) expect((await refresh(token)).statusCode).toBe(401);
    expect((await post('/api/v1/auth/refresh', {})).statusCode).toBe(422);
  });
});

describe('browsers', () => {
  const signUp = (headers: Headers = {}) =>
    post('/api/auth/sign-up/email', { email: 'a@example.org', password: 'correct horse', name: 'Ann' }, headers);
  const cookieOf = (answer: { headers: Record<string, unknown> }) =>
    ([answer.headers['set-cookie']].flat() as string[]).map((line) => line.split(';')[0]).join('; ');

  it('sign up, session, sign out, sign in', async () => {
    const answer = await signUp();
    expect(answer.json().user).toMatchObject({ email: 'a@example.org', name: 'Ann', role: 'admin' });
    expect(String(answer.headers['set-cookie'])).toMatch(/^causerie\.session_token=.*HttpOnly; SameSite=Lax$/);
    const cookie = cookieOf(answer);
    expect((await me({ cookie })).json().email).toBe('a@example.org');
    expect((await app.http.inject({ url: '/api/auth/session', headers: { cookie } })).json().user.name).toBe('Ann');

    const out = await post('/api/auth/sign-out', {}, { cookie });
    expect(out.statusCode).toBe(204);
    expect(String(out.headers['set-cookie'])).toMatch(/Max-Age=0/);
    expect((await me({ cookie })).statusCode).toBe(401);
    expect((await app.http.inject({ url: '/api/auth/session', headers: { cookie } })).json()).toEqual({ user: null });

    for (const url of ['/api/auth/sign-in/email', '/api/auth/login']) {
      const again = await post(url, { email: 'a@example.org', password: 'correct horse' });
      expect((await me({ cookie: cookieOf(again) })).statusCode, url).toBe(200);
      expect((await post(url, { email: 'a@example.org', password: 'wrong horse' })).json().error.code).toBe(
        'credentials_wrong',
      );
    }
  });

  it('an altered cookie is nobody, and a bad token beside a good cookie too', async () => {
    const cookie = cookieOf(await signUp());
    expect((await me({ cookie: cookie.replace(/=./, '=_') })).statusCode).toBe(401);
    expect((await me({ cookie, ...bearer('x.y.z') })).statusCode).toBe(401);
    expect((await me({ cookie })).statusCode).toBe(200);
  });

  it('the cookie is Secure where people come by https', async () => {
    await app.close();
    app = await open({ PUBLIC_URL: 'https://chat.example' });
    const answer = await signUp({ origin: 'https://chat.example' });
    // A neighbour below the same domain can neither set nor replace these.
    for (const cookie of [answer.headers['set-cookie']].flat())
      expect(cookie).toMatch(/^__Host-causerie\.(?!.*Domain)[^;]*;(?=.*Path=\/(;|$))(?=.*HttpOnly).*Secure/);
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-causerie\.session_token=./);
    expect((await me({ cookie: cookieOf(answer) })).statusCode).toBe(200);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
  });

  it('another site cannot act with the cookie, nor sign a visitor in', async () => {
    const cookie = cookieOf(await signUp());
    const from = (headers: Headers) => post('/api/auth/sign-out', {}, { cookie, host: 'chat.example', ...headers });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://chat.example.evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'https://other.chat.example' },
    ])
      expect((await from(headers)).json().error.code, JSON.stringify(headers)).toBe('csrf_refused');
    const login = { email: 'a@example.org', password: 'correct horse' };
    expect((await post('/api/auth/login', login, { origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await me({ cookie })).statusCode).toBe(200);
    expect((await from({ origin: 'https://chat.example', 'sec-fetch-site': 'same-origin' })).statusCode).toBe(204);
  });

  it('with the database away every route says when to come again, and none pretends', async () => {
    const cookie = cookieOf(await signUp());
    const { access_token, refresh_token } = (await register('b@example.org')).json();
    const login = { email: 'a@example.org', password: 'correct horse' };
    const away = new AppError('database_unavailable', undefined, { retryAfter: 2 });
    const pool = vi
      .spyOn(database.pool, 'connect')
      .mockImplementation(((done?: (error: Error) => void) => (done ? done(away) : Promise.reject(away))) as never);
    clock = 6000;
    const answers = await Promise.all([
      me({ cookie }),
      me(bearer(access_token)),
      app.http.inject({ url: '/api/auth/session', headers: { cookie } }),
      post('/api/auth/sign-in/email', login),
      post('/api/auth/sign-out', {}, { cookie }),
      post('/api/v1/auth/login', login),
      post('/api/v1/auth/refresh', { refresh_token }),
      post('/api/v1/auth/logout', { refresh_token }),
      register('c@example.org'),
    ]);
    pool.mockRestore();
    for (const { statusCode, headers } of answers) expect([statusCode, headers['retry-after']]).toEqual([503, '2']);
    expect((await me({ cookie })).statusCode).toBe(200);
    expect((await refresh(refresh_token)).statusCode).toBe(200);
  });

  it('refuses addresses below /api/auth that are not there', async () => {
    for (const url of ['/api/auth/update-user', '/api/auth/change-email', '/api/auth/list-sessions'])
      expect((await post(url, {})).statusCode).toBe(404);
  });
});

describe('who may come in', () => {
  it('a closed server takes its first account and no other', async () => {
    await app.close();
    app = await open({ REGISTRATION: 'closed' });
    const answers = await Promise.all([register('a@example.org'), register('b@example.org')]);
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 403]);
    expect((await register('c@example.org')).json().error.code).toBe('registration_closed');
    const browser = { email: 'd@example.org', password: 'correct horse', name: 'D' };
    expect((await post('/api/auth/sign-up/email', browser)).statusCode).toBe(403);
  });

  it('ADMIN_EMAIL is there from the start, once, and keeps the password people gave it', async () => {
    const env = { ADMIN_EMAIL: 'Boss@example.org', ADMIN_PASSWORD: 'first password' };
    for (const password of ['first password', 'second password']) {
      await app.close();
      app = await open({ ...env, ADMIN_PASSWORD: password });
    }
    const answer = await post('/api/v1/auth/login', { email: 'boss@example.org', password: 'first password' });
    expect((await me(bearer(answer.json().access_token))).json().role).toBe('admin');
    // Others are not first any more.
    const { access_token } = (await register('a@example.org')).json();
    expect((await me(bearer(access_token))).json().role).toBe('user');
  });

  it('the secret is made once, for its owner only', async () => {
    expect(statSync(join(directory, 'auth-secret')).mode & 0o777).toBe(0o600);
    const { access_token } = (await register('a@example.org')).json();
    await app.close();
    app = await open();
    expect((await me(bearer(access_token))).statusCode).toBe(200);
  });

  it('guessing is slowed down', async () => {
    const guess = () => post('/api/v1/auth/login', { email: 'a@example.org', password: 'wrong' });
    for (let tries = 0; tries < 5; tries++) expect((await guess()).statusCode).toBe(401);
    const last = await guess();
    expect(last.statusCode).toBe(429);
    expect(last.json().error.code).toBe('rate_limited');
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  });
});
