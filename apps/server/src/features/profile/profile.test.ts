import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { cookiesOf, type Reply, type World, world } from '../../../testing/world.ts';
import { newId } from '../../platform/ids/index.ts';
import { appCode } from '../accounts/signing-in/second-factor/testing.ts';
import type { Responder } from '../chatkit/index.ts';

/** Says one word and then waits for the end. */
const responder: Responder = {
  async *respond({ thread, signal }) {
    const item = { id: newId('msg'), thread_id: thread.id, created_at: new Date().toISOString() };
    const content = [{ type: 'output_text' as const, text: 'well', annotations: [] }];
    yield { type: 'thread.item.added', item: { ...item, type: 'assistant_message', content } };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
};
type Headers = Record<string, string>;
let { ann, bob, server, clock, startProcess }: World = {} as World;
let email: string;
let password: string;
beforeEach(async () => {
  ({ ann, bob, server, clock, startProcess } = await world({ answers: responder, env: { STOP_TIMEOUT: '1' } }));
  ({ email, password } = bob);
});

const call = (method: string, path: string, headers: Headers = {}, body?: object) =>
  server.send(method, path, body, headers);
const login = (more: object = {}) => server.post('/api/v1/auth/login', { email, password, ...more });
const signIn = () => server.post('/api/auth/sign-in/email', { email, password }, { 'user-agent': 'Firefox' });
const cookieHeader = (reply: Reply): Headers => ({ cookie: cookiesOf(reply) });
const isIn = async (headers: Headers) => (await call('GET', '/api/v1/auth/me', headers)).status === 200;

const codeOf = (secret: string, at = clock.now()) => appCode(secret, at);
async function enrol(headers = bob.headers): Promise<{ secret: string; recovery_codes: string[] }> {
  const started = (await call('POST', '/api/account/two-factor', headers, { password })).body;
  const code = codeOf(started.secret);
  expect((await call('POST', '/api/account/two-factor/verify', headers, { code })).status).toBe(204);
  clock.advance(30_000); // The next code is a new one.
  return started;
}

describe('sessions', () => {
  it('lists sessions with device and address, and ends them one by one', async () => {
    const browser = cookieHeader(await signIn());
    const { data } = (await call('GET', '/api/account/sessions', browser)).body;
    expect(data).toHaveLength(2);
    const [here] = data.filter((row: { current: boolean }) => row.current);
    expect(here).toEqual({
      ...{ id: expect.stringMatching(/^ses_/), kind: 'browser', current: true, user_agent: 'Firefox', ip: '127.0.0.1' },
      ...{ created_at: expect.stringMatching(/Z$/), last_seen_at: expect.stringMatching(/Z$/) },
      expires_at: expect.stringMatching(/Z$/),
    });
    const [program] = data.filter((row: { current: boolean }) => !row.current);
    expect((await call('DELETE', `/api/account/sessions/${program.id}`, browser)).status).toBe(204);
    expect(await isIn(bob.headers)).toBe(false);
    expect((await call('POST', '/api/v1/auth/refresh', {}, { refresh_token: bob.refresh })).status).toBe(401);
    expect(await isIn(browser)).toBe(true);
    expect((await call('DELETE', `/api/account/sessions/${program.id}`, browser)).status).toBe(404);
  });

  it('refuses to end sessions of others', async () => {
    const stranger = await server.signUp('eve');
    const { data } = (await call('GET', '/api/account/sessions', bob.headers)).body;
    expect((await call('DELETE', `/api/account/sessions/${data[0].id}`, stranger.headers)).status).toBe(404);
    expect(await isIn(bob.headers)).toBe(true);
  });

  it('ends all sessions at once but the one that asks', async () => {
    const [browser, other] = [cookieHeader(await signIn()), cookieHeader(await signIn())];
    expect((await call('DELETE', '/api/account/sessions', browser)).status).toBe(204);
    expect([await isIn(browser), await isIn(other), await isIn(bob.headers)]).toEqual([true, false, false]);
  });

  it('closes the feeds and answers of a session that ends, within five seconds', async () => {
    const { url } = server;
    const headers = { ...bob.headers, 'content-type': 'application/json' };
    const input = { content: [{ type: 'input_text', text: 'hello' }], attachments: [], inference_options: {} };
    const answer = await fetch(`${url}/api/chatkit`, {
      method: 'POST',
      headers: { ...headers, 'causerie-resume': '1' },
      body: JSON.stringify({ type: 'threads.create', params: { input } }),
    });
    const reader = answer.body!.getReader();
    const begun = new TextDecoder().decode((await reader.read()).value);
    const thread = /"id":"(thr_\w+)"/.exec(begun)![1]!;
    const feed = await fetch(`${url}/api/chatkit/threads/${thread}/stream`, { headers });
    expect([answer.status, feed.status]).toEqual([200, 200]);
    const answered = (async () => {
      while (!(await reader.read()).done);
    })();

    const ended = Date.now();
    await call('DELETE', '/api/account/sessions', cookieHeader(await signIn()));
    await Promise.all([answered, feed.text()]);
    expect(Date.now() - ended).toBeLessThan(5000);
  });
});

describe('the password', () => {
  it('changes the password of who knows it, and ends the other sessions', async () => {
    const browser = cookieHeader(await signIn());
    const change = (current_password: string, new_password: string) =>
      call('POST', '/api/account/password', browser, { current_password, new_password });
    const wrong = await change('guessed', 'my new password');
    expect([wrong.status, wrong.body.error.code]).toEqual([403, 'password_wrong']);
    expect((await change(password, 'x'.repeat(1025))).status).toBe(422);
    expect((await change(password, 'my new password')).status).toBe(204);
    expect([await isIn(browser), await isIn(bob.headers)]).toEqual([true, false]);
    expect((await login()).status).toBe(401);
    expect((await login({ password: 'my new password' })).status).toBe(200);
  });

  it('refuses guesses of the password with a stolen session', async () => {
    server = await startProcess({ RATE_LIMIT_PER_MINUTE: '1000' });
    const guess = () => call('DELETE', '/api/account', bob.headers, { password: 'guessed' });
    const answers = [];
    for (let tries = 0; tries < 7; tries++) answers.push((await guess()).status);
    expect(answers).toEqual([403, 403, 403, 403, 403, 429, 429]);
    expect(await isIn(bob.headers)).toBe(true);
  });

  it('refuses a thousand wrong passwords, and answers the same for an unknown address', async () => {
    const outcome = async (address: string) => {
      const counts = new Map<number, number>();
      for (let batch = 0; batch < 100; batch++) {
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            // Each from another address: the account itself must put the brake on.
            server.app.http.inject({
              method: 'POST',
              url: '/api/v1/auth/login',
              remoteAddress: `10.${batch}.${n}.1`,
              payload: { email: address, password: `guess ${batch} ${n}` },
            }),
          ),
        );
        for (const { statusCode } of answers) counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1);
        clock.advance(1000);
      }
      return Object.fromEntries(counts);
    };
    const known = await outcome(email);
    expect(Object.keys(known).sort()).toEqual(['401', '429']);
    expect(known[401]).toBeLessThan(15);
    expect(await outcome('nobody@example.org')).toEqual(known);
    clock.advance(15 * 60_000);
    expect((await login()).status).toBe(200);
  }, 60_000);

  it('takes the same time for an unknown address and a wrong password', async () => {
    const median = async (address: string) => {
      const times: number[] = [];
      for (let n = 0; n < 15; n++) {
        clock.advance(16 * 60_000); // The brake on guessing has let go.
        const from = performance.now();
        await call('POST', '/api/v1/auth/login', {}, { email: address, password: 'wrong' });
        times.push(performance.now() - from);
      }
      return times.sort((a, b) => a - b)[7]!;
    };
    await median('warm@example.org');
    const [unknown, known] = [await median('nobody@example.org'), await median(email)];
    // Without the hash of nobody's password, an unknown address would be ten times as fast.
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });
});

describe('the second factor', () => {
  it('sets a second factor up with a password and a code, and encrypts it in the database', async () => {
    const start = (word: string) => call('POST', '/api/account/two-factor', bob.headers, { password: word });
    expect((await start('guessed')).body.error.code).toBe('password_wrong');
    const { uri, secret, recovery_codes } = (await start(password)).body;
    expect(uri).toBe(
      `otpauth://totp/Causerie:bob%40example.org?secret=${secret}&issuer=Causerie&algorithm=SHA1&digits=6&period=30`,
    );
    expect(new Set(recovery_codes).size).toBe(10);
    const verify = (code: string) => call('POST', '/api/account/two-factor/verify', bob.headers, { code });
    // Not in force yet: a set-up that was broken off shuts nobody out.
    expect((await login()).status).toBe(200);
    const wrong = codeOf(secret) === '000000' ? '000001' : '000000';
    expect((await verify(wrong)).body.error.code).toBe('code_wrong');
    expect((await verify(codeOf(secret))).status).toBe(204);
    expect((await call('GET', '/api/v1/auth/me', bob.headers)).body.two_factor).toBe(true);
    expect((await start(password)).body.error.code).toBe('conflict');

    const { rows } = await server.database.pool.query('SELECT secret FROM second_factors');
    expect(rows[0].secret).toHaveLength(12 + 16 + 20);
    const hashes = (await server.database.pool.query('SELECT hash FROM recovery_codes')).rows.map(({ hash }) => hash);
    const plain = recovery_codes.map((recovery: string) => createHash('sha256').update(recovery).digest());
    expect(hashes.some((hash) => plain.some((known: Buffer) => known.equals(hash)))).toBe(false);
    // A row that is copied to another person opens nothing.
    await server.database.pool.query(
      `INSERT INTO second_factors (person_id, secret, confirmed_at) SELECT id, $1, now() FROM people WHERE email = $2`,
      [rows[0].secret, ann.email],
    );
    clock.advance(30_000);
    const copied = await login({ email: ann.email, otp: codeOf(secret) });
    expect(copied.body.error.code).toBe('code_wrong');
    expect((await login({ otp: codeOf(secret) })).status).toBe(200);
  });

  it('asks programs for a code, which works once', async () => {
    const { secret } = await enrol();
    const asked = await login();
    expect([asked.status, asked.body.error.code]).toEqual([401, 'otp_required']);
    expect((await login({ password: 'wrong' })).body.error.code).toBe('credentials_wrong');
    expect((await login({ otp: '12345' })).body.error.code).toBe('code_wrong');
    const otp = codeOf(secret);
    const answers = await Promise.all([login({ otp }), login({ otp }), login({ otp })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
    expect((await login({ otp })).body.error.code).toBe('code_wrong');
    // Nor does the one before it, though its time has not quite passed.
    expect((await login({ otp: codeOf(secret, clock.now() - 30_000) })).status).toBe(403);
    expect((await login({ otp: codeOf(secret, clock.now() + 30_000) })).status).toBe(200);
    clock.advance(120_000);
    expect((await login({ otp })).status).toBe(403);
  });

  it('asks browsers for a code, and gives no session before it', async () => {
    const { secret } = await enrol();
    const asked = await signIn();
    expect(asked.body).toEqual({ user: null, two_factor: true });
    const pending = cookieHeader(asked);
    expect(pending.cookie).not.toContain('session_token');
    expect(String(asked.headers['set-cookie'])).toMatch(/Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await isIn(pending)).toBe(false);
    expect((await call('GET', '/api/auth/session', pending)).body.user).toBeNull();
    const answer = (code: string, headers = pending, kind = 'totp') =>
      call('POST', '/api/auth/two-factor', headers, { code, kind });

    expect((await answer(codeOf(secret), {})).status).toBe(401);
    const secret43 = pending.cookie!.split('=')[1]!;
    for (const value of [bob.id, secret43.slice(1), `${secret43}x`, 'x'.repeat(43)])
      expect((await answer(codeOf(secret), { cookie: `causerie.second_factor=${value}` })).status, value).toBe(401);

    const code = codeOf(secret);
    const done = await answer(code);
    expect(done.body.user).toMatchObject({ email, two_factor: true });
    expect(await isIn(cookieHeader(done))).toBe(true);
    // The question is answered once, and not after ten minutes, nor after a new password.
    clock.advance(30_000);
    expect((await answer(codeOf(secret))).status).toBe(401);
    const late = cookieHeader(await signIn());
    clock.advance(600_000);
    expect((await answer(codeOf(secret), late)).status).toBe(401);
    const again = cookieHeader(await signIn());
    const change = { current_password: password, new_password: 'another horse' };
    expect((await call('POST', '/api/account/password', cookieHeader(done), change)).status).toBe(204);
    clock.advance(30_000);
    expect((await answer(codeOf(secret), again)).status).toBe(401);
  });

  it('takes each recovery code once', async () => {
    const { recovery_codes } = await enrol();
    expect((await login({ otp: recovery_codes[0] })).status).toBe(200);
    expect((await login({ otp: recovery_codes[0] })).body.error.code).toBe('code_wrong');
    const typed = recovery_codes[1]!.toUpperCase().replaceAll('-', ' ');
    const pending = cookieHeader(await signIn());
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => call('POST', '/api/auth/two-factor', pending, { code: typed, kind: 'recovery' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
  });

  it('refuses guesses of the code by who knows the password', async () => {
    const { secret } = await enrol();
    const wrong = codeOf(secret) === '000000' ? '000001' : '000000';
    const answers = [];
    for (let tries = 0; tries < 8; tries++) answers.push((await login({ otp: wrong })).status);
    expect(answers).toEqual([403, 403, 403, 403, 403, 429, 429, 429]);
    const pending = cookieHeader(await signIn());
    expect((await call('POST', '/api/auth/two-factor', pending, { code: codeOf(secret) })).status).toBe(429);
  });

  it('ends the second factor of who knows the password', async () => {
    await enrol();
    const stop = (word: string) => call('DELETE', '/api/account/two-factor', bob.headers, { password: word });
    expect((await stop('guessed')).body.error.code).toBe('password_wrong');
    expect((await stop(password)).status).toBe(204);
    expect((await login()).status).toBe(200);
    expect((await server.database.pool.query('SELECT 1 FROM recovery_codes')).rowCount).toBe(0);
  });
});

describe('the data', () => {
  it('exports it whole: account, sessions, threads with items, files', async () => {
    const threads = [];
    for (let n = 0; n < 103; n++) {
      const id = newId('thr');
      const thread = { id, kind: 'assistant' as const, title: `No. ${n}`, status: { type: 'active' }, metadata: {} };
      await server.app.conversations.create(bob.id, { ...thread, createdAt: new Date(n * 1000) });
      threads.push(id);
    }
    for (let n = 0; n < 102; n++) {
      const item = { id: newId('msg'), type: 'user_message', createdAt: new Date(n * 1000) };
      await server.app.conversations.putItem(bob.id, threads[1]!, {
        ...item,
        hidden: n === 7,
        payload: { text: `word ${n}` },
      });
    }
    await server.database.pool.query(
      'INSERT INTO attachments (id, owner_id, conversation_id, payload) VALUES ($1, $2, $3, $4)',
      [...['atc_1', bob.id, threads[0], JSON.stringify({ type: 'file', name: 'notes.txt', mime_type: 'text/plain' })]],
    );
    await server.database.pool.query(
      `INSERT INTO passkeys (id, person_id, name, public_key, counter, transports, backed_up)
       VALUES ('cred', $1, 'Laptop', 'public-key', 3, '{}', true)`,
      [bob.id],
    );
    await server.database.pool.query(
      `INSERT INTO provider_accounts (issuer, subject, person_id, email) VALUES ('https://gone.example', 'sub', $1, 'b@work.example')`,
      [bob.id],
    );
    const made = await call('POST', '/api/account/keys', bob.headers, { name: 'Backup', scopes: ['chat'], password });
    const answer = await call('GET', '/api/account/export', bob.headers);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="causerie.json"',
      'cache-control': 'no-store',
    });
    const data = answer.body;
    expect(data.account).toMatchObject({ id: bob.id, email, name: 'Bob', role: 'user', locale: 'en' });
    expect(data.sessions).toMatchObject([{ current: true, ip: '127.0.0.1' }]);
    expect(data.sign_in).toMatchObject({
      password: true,
      passkeys: [{ id: 'cred', name: 'Laptop', backed_up: true }],
      provider_accounts: [{ issuer: 'https://gone.example', subject: 'sub', email: 'b@work.example' }],
    });
    expect(data.api_keys).toMatchObject([{ name: 'Backup', scopes: ['chat'], expires_at: null }]);
    expect(answer.text).not.toContain(made.body.key);
    expect(data.threads.map(({ id }: { id: string }) => id)).toEqual(threads);
    expect(data.threads[0]).toMatchObject({ title: 'No. 0', created_at: '1970-01-01T00:00:00.000Z', items: [] });
    expect(data.threads[1].items).toHaveLength(101);
    expect(data.threads[1].items[7]).toMatchObject({ text: 'word 8', created_at: '1970-01-01T00:00:08.000Z' });
    expect(data.attachments).toMatchObject([{ id: 'atc_1', name: 'notes.txt', thread_id: threads[0] }]);
    expect(answer.text).not.toMatch(/argon2|word 7"/);
  });

  it('exports nothing of others, and refuses strangers everything of an account', async () => {
    const eve = await server.signUp('eve');
    const data = (await call('GET', '/api/account/export', eve.headers)).text;
    expect(data).toContain('eve@example.org');
    expect(data).not.toContain(email);
    const routes = Object.entries((await server.get('/openapi.json')).body.paths as Record<string, object>);
    const own = routes.flatMap(([path, methods]) =>
      path.startsWith('/api/account') ? Object.keys(methods).map((method) => [method, path] as const) : [],
    );
    expect(own).toHaveLength(22);
    const bytes = { clientDataJSON: 'x', attestationObject: 'x' };
    const response = { id: 'x', rawId: 'x', type: 'public-key', clientExtensionResults: {}, response: bytes };
    const bodies = {
      ...{ password, code: '1', current_password: password, new_password: password },
      ...{ name: 'Key', scopes: ['chat'], enabled: true, response },
    };
    for (const [method, path] of own) {
      const url = path.replace(/\{\w+\}/g, 'x');
      const answer = await call(method.toUpperCase(), url, {}, method === 'get' ? undefined : bodies);
      expect(answer.body.error.code, `${method} ${path}`).toBe('unauthorized');
    }
  });
});
