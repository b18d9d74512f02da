import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditActions } from '@causerie/api/audit-actions';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { newId } from '../../platform/ids/index.ts';
import { appCode } from '../accounts/second-factor/testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'causerie-admin-'));
afterAll(() => rmSync(directory, { recursive: true }));

let database: TestDatabase;
let app: App;
let clock = 0;

const open = (env: Record<string, string> = {}) =>
  createApp(loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent', RATE_LIMIT_PER_MINUTE: '0', ...env }, directory), {
    database,
    now: () => Date.now() + clock,
  });

type Person = { id: string; email: string; headers: Record<string, string>; refresh: string };
const password = 'correct horse';

const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, who?: Person | null, payload?: object) =>
  app.http.inject({ method, url, headers: who?.headers ?? {}, ...(payload && { payload }) });
const login = (email: string, word = password) => call('POST', '/api/v1/auth/login', null, { email, password: word });

async function asPerson(answer: { json(): { access_token: string; refresh_token: string } }): Promise<Person> {
  const { access_token, refresh_token } = answer.json();
  const headers = { authorization: `Bearer ${access_token}` };
  const { id, email } = (await app.http.inject({ url: '/api/v1/auth/me', headers })).json();
  return { id, email, headers, refresh: refresh_token };
}
const newcomer = async (email: string, more: object = {}) =>
  asPerson(await call('POST', '/api/v1/auth/register', null, { email, password, ...more }));

async function thread(owner: Person, text = 'hello'): Promise<string> {
  const id = newId('thr');
  const createdAt = new Date();
  await app.conversations.create(owner.id, {
    ...{ id, kind: 'assistant', title: `About ${text}`, status: { type: 'active' }, metadata: {} },
    ...{ allowedImageDomains: null, createdAt },
  } as Parameters<App['conversations']['create']>[1]);
  const item = { id: newId('msg'), type: 'user_message', hidden: false, payload: { text }, createdAt };
  await app.conversations.putItem(owner.id, id, item);
  await app.conversations.putItem(owner.id, id, {
    ...item,
    id: newId('msg'),
    hidden: true,
    payload: { text: 'secret' },
  });
  return id;
}
const file = (owner: Person, conversationId: string | null) =>
  database.pool.query('INSERT INTO attachments (id, owner_id, conversation_id, payload) VALUES ($1, $2, $3, $4)', [
    newId('atc'),
    owner.id,
    conversationId,
    JSON.stringify({ type: 'file', name: 'notes.txt', mime_type: 'text/plain' }),
  ]);

let ann: Person;
let bob: Person;

beforeEach(async () => {
  clock = 0;
  database = await testDatabase({ poolSize: 8 });
  app = await open();
  ann = await newcomer('ann@example.org', { name: 'Ann' });
  bob = await newcomer('bob@example.org', { name: 'Bob' });
});
afterEach(async () => {
  await app.close();
  await database.close();
});

const acts = async (query = '') =>
  (await call('GET', `/api/admin/audit${query}`, ann)).json().data as {
    action: string;
    target: { name: string };
    details: Record<string, string>;
  }[];

describe('who may administer', () => {
  it('every route refuses nobody with 401 and ordinary people with 403, whatever they send', async () => {
    const { paths } = (await app.http.inject('/openapi.json')).json() as { paths: Record<string, object> };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      path.startsWith('/api/admin/') ? Object.keys(methods).map((method) => [method.toUpperCase(), path] as const) : [],
    );
    expect(routes.length).toBeGreaterThanOrEqual(13);
    for (const [method, path] of routes) {
      const url = path.replaceAll(/\{\w+\}/g, ann.id);
      for (const payload of [undefined, { role: 'admin' }]) {
        const ask = (who: Person | null) => call(method as 'GET', url, who, method === 'GET' ? undefined : payload);
        expect((await ask(null)).json().error.code, `${method} ${path}`).toBe('unauthorized');
        const refused = await ask(bob);
        expect([refused.statusCode, refused.json().error.code], `${method} ${path}`).toEqual([403, 'forbidden']);
      }
    }
    const overridden = await app.http.inject({
      method: 'GET',
      url: '/api/admin/users',
      headers: { ...bob.headers, 'x-http-method-override': 'DELETE' },
    });
    expect(overridden.statusCode).toBe(403);
    expect(await acts()).toEqual([]);
  });

  it('who is demoted loses the right within seconds, with the token at hand', async () => {
    await call('PATCH', `/api/admin/users/${bob.id}`, ann, { role: 'admin' });
    expect((await call('GET', '/api/admin/users', bob)).statusCode).toBe(200);
    await call('PATCH', `/api/admin/users/${bob.id}`, ann, { role: 'user' });
    expect((await call('GET', '/api/admin/users', bob)).statusCode).toBe(403);
  });
});

describe('people', () => {
  it('are listed newest first, page by page, and found by name, address, role and standing', async () => {
    const made = [ann, bob];
    for (let n = 0; n < 5; n++)
      made.push(await newcomer(`p${n}@else.example`, { name: n === 3 ? '100%_Öl' : `P ${n}` }));
    await thread(bob);
    await call('PATCH', `/api/admin/users/${made[2]!.id}`, ann, { disabled: true });

    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = (await call('GET', `/api/admin/users?limit=3${after}`, ann)).json();
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data.map((row: { id: string }) => row.id));
      expect(page.has_more).toBe(page.after !== undefined);
      if (!page.has_more) break;
      after = `&after=${page.after}`;
    }
    expect(seen).toEqual(made.map(({ id }) => id).reverse());

    const find = async (query: string) =>
      (await call('GET', `/api/admin/users?${query}`, ann)).json().data.map((row: { email: string }) => row.email);
    expect(await find('search=BOB')).toEqual(['bob@example.org']);
    expect(await find('search=ELSE.example&limit=2')).toHaveLength(2);
    expect(await find(`search=${encodeURIComponent('%_ö')}`)).toEqual(['p3@else.example']);
    expect(await find('search=%25%25')).toEqual([]);
    expect(await find('role=admin')).toEqual(['ann@example.org']);
    expect(await find('status=disabled')).toEqual(['p0@else.example']);
    expect(await find('status=active&search=p0')).toEqual([]);
    for (const wrong of ['limit=0', 'limit=101', 'limit=x', 'role=root', 'status=gone'])
      expect((await call('GET', `/api/admin/users?${wrong}`, ann)).statusCode, wrong).toBe(422);

    const row = (await call('GET', `/api/admin/users/${bob.id}`, ann)).json();
    expect(row).toEqual({
      ...{ id: bob.id, email: 'bob@example.org', name: 'Bob', role: 'user', disabled: false, two_factor: false },
      ...{ must_change_password: false, threads: 1, file_bytes: 0 },
      created_at: expect.stringMatching(/Z$/),
      last_seen_at: expect.stringMatching(/Z$/),
    });
    expect((await call('GET', '/api/admin/users/usr_nobody', ann)).statusCode).toBe(404);
  });

  it('are made with a temporary password, which opens nothing but its change', async () => {
    const made = await call('POST', '/api/admin/users', ann, { email: 'Cy@Example.org', name: 'Cy', role: 'admin' });
    expect(made.statusCode).toBe(201);
    const { user, temporary_password } = made.json();
    expect(user).toMatchObject({ email: 'cy@example.org', role: 'admin', must_change_password: true, threads: 0 });
    expect((await call('POST', '/api/admin/users', ann, { email: 'cy@example.org', name: 'Cy' })).statusCode).toBe(409);

    const cy = await asPerson(await login('cy@example.org', temporary_password));
    for (const [method, url] of [
      ['GET', '/api/admin/users'],
      ['GET', '/api/account/sessions'],
      ['GET', '/api/account/export'],
      ['PATCH', '/api/account'],
      ['POST', '/api/chatkit'],
    ] as const)
      expect((await call(method, url, cy, method === 'GET' ? undefined : {})).json().error.code, url).toBe(
        'password_change_required',
      );
    const change = (current_password: string, new_password: string) =>
      call('POST', '/api/account/password', cy, { current_password, new_password });
    expect((await change('not it', 'my own words')).json().error.code).toBe('password_wrong');
    expect((await change(temporary_password, temporary_password)).statusCode).toBe(422);
    expect((await change(temporary_password, 'short')).statusCode).toBe(422);
    expect((await change(temporary_password, 'my own words')).statusCode).toBe(204);
    expect((await call('GET', '/api/admin/users', cy)).statusCode).toBe(200);
    expect((await login('cy@example.org', temporary_password)).statusCode).toBe(401);
    expect((await login('cy@example.org', 'my own words')).statusCode).toBe(200);
  });

  it('cannot be given what is not an administrator’s to give', async () => {
    const body = {
      name: 'Bobby',
      id: 'usr_x',
      must_change_password: false,
      created_at: '2000-01-01',
      two_factor: true,
    };
    expect((await call('PATCH', `/api/admin/users/${bob.id}`, ann, body)).statusCode).toBe(422);
    const changed = await call('PATCH', `/api/admin/users/${bob.id}`, ann, { ...body, two_factor: undefined });
    expect(changed.json()).toMatchObject({ id: bob.id, name: 'Bobby', two_factor: false });
    expect((await call('PATCH', `/api/admin/users/${bob.id}`, ann, { email: ann.email })).json().error.code).toBe(
      'email_taken',
    );
    await call('PATCH', `/api/account`, bob, { role: 'admin', name: 'Me', locale: 'fr' });
    expect((await call('GET', '/api/v1/auth/me', bob)).json()).toMatchObject({
      role: 'user',
      name: 'Me',
      locale: 'fr',
    });
  });

  it('who is disabled is out at once: tokens, refresh tokens, cookies and the way in', async () => {
    const cookie = String(
      (await call('POST', '/api/auth/sign-in/email', null, { email: bob.email, password })).headers['set-cookie'],
    ).split(';')[0]!;
    const byCookie = () => app.http.inject({ url: '/api/v1/auth/me', headers: { cookie } });
    expect((await byCookie()).statusCode).toBe(200);
    expect((await call('PATCH', `/api/admin/users/${bob.id}`, ann, { disabled: true })).json().disabled).toBe(true);
    expect((await call('GET', '/api/v1/auth/me', bob)).statusCode).toBe(401);
    expect((await byCookie()).statusCode).toBe(401);
    expect((await call('POST', '/api/v1/auth/refresh', null, { refresh_token: bob.refresh })).statusCode).toBe(401);
    const refused = (await login(bob.email)).json().error;
    const unknown = (await login('nobody@example.org')).json().error;
    expect({ ...refused, request_id: '' }).toEqual({ ...unknown, request_id: '' });

    await call('PATCH', `/api/admin/users/${bob.id}`, ann, { disabled: false });
    expect((await login(bob.email)).statusCode).toBe(200);
    // The sessions of before stay ended.
    expect((await byCookie()).statusCode).toBe(401);
  });

  it('who is signed out everywhere takes the sessions along that open the chat only', async () => {
    const wish = { workflow: { id: 'wf_1' }, chatkit_configuration: { file_upload: { enabled: false } } };
    const session = async (who: Person, token?: string) => {
      const headers = { ...who.headers, ...(token && { cookie: `chatkit_session=${token}` }) };
      const answer = await app.http.inject({ method: 'POST', url: '/api/create-session', headers, payload: wish });
      return answer.json().token as string;
    };
    const threads = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const payload = { type: 'threads.list', params: {} };
      return (await app.http.inject({ method: 'POST', url: '/api/chatkit', headers, payload })).statusCode;
    };
    const [before, others] = [await session(bob), await session(ann)];
    expect(await threads(before)).toBe(200);
    await call('POST', `/api/admin/users/${bob.id}/sign-out`, ann);
    expect([await threads(before), await threads(others)]).toEqual([401, 200]);
    // Nor does it come back to life with the next one.
    clock = 1000;
    bob = await asPerson(await login(bob.email));
    const after = await session(bob, before);
    expect(after).not.toBe(before);
    expect([await threads(before), await threads(after)]).toEqual([401, 200]);
  });

  it('a person in another process is out within five seconds', async () => {
    const other = await open();
    const there = () => other.http.inject({ url: '/api/v1/auth/me', headers: bob.headers });
    expect((await there()).statusCode).toBe(200);
    await call('POST', `/api/admin/users/${bob.id}/sign-out`, ann);
    clock = 5000;
    expect((await there()).statusCode).toBe(401);
    await other.close();
  });
});

describe('the last administrator', () => {
  it('can be neither demoted, disabled nor removed', async () => {
    await call('PATCH', `/api/admin/users/${bob.id}`, ann, { role: 'admin' });
    await call('PATCH', `/api/admin/users/${bob.id}`, ann, { disabled: true }); // One who is shut out does not count.
    const answers = [
      await call('PATCH', `/api/admin/users/${ann.id}`, ann, { role: 'user' }),
      await call('PATCH', `/api/admin/users/${ann.id}`, ann, { disabled: true }),
      await call('DELETE', `/api/admin/users/${ann.id}`, ann, { threads: 'delete' }),
      await call('DELETE', '/api/account', ann, { password }),
    ];
    for (const answer of answers) expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'last_admin']);
    expect((await call('GET', '/api/admin/users', ann)).statusCode).toBe(200);
    expect((await acts()).map(({ action }) => action)).toEqual(['user.disabled', 'user.promoted']);
  });

  it.each([
    ['demote', (id: string, who: Person) => call('PATCH', `/api/admin/users/${id}`, who, { role: 'user' })],
    ['disable', (id: string, who: Person) => call('PATCH', `/api/admin/users/${id}`, who, { disabled: true })],
    ['delete', (id: string, who: Person) => call('DELETE', `/api/admin/users/${id}`, who, { threads: 'delete' })],
  ])('when two %s each other twenty times at once, one stays', async (_name, act) => {
    await call('PATCH', `/api/admin/users/${bob.id}`, ann, { role: 'admin' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? act(ann.id, bob) : act(bob.id, ann))),
    );
    expect(answers.some(({ statusCode }) => statusCode === 200 || statusCode === 204)).toBe(true);
    for (const { statusCode } of answers) expect([200, 204, 401, 403, 404, 409]).toContain(statusCode);
    const left = await database.pool.query(`SELECT 1 FROM people WHERE role = 'admin' AND NOT banned`);
    expect(left.rowCount).toBe(1);
  });
});

describe('invitations', () => {
  const invite = (email = 'new@example.org', role = 'user') =>
    call('POST', '/api/admin/invitations', ann, { email, role });
  const tokenOf = (answer: { json(): { url: string } }) => new URL(answer.json().url).searchParams.get('invitation')!;
  const accept = (invitation: string, email = 'new@example.org') =>
    call('POST', '/api/auth/sign-up/email', null, { email, password, name: 'New', invitation });

  it('tell the newcomer’s page whom they are for, while they are good', async () => {
    const token = tokenOf(await invite());
    const ask = (kind: string, token: string) => call('POST', '/api/auth/link', null, { kind, token });
    expect((await ask('invitation', token)).json()).toEqual({ email: 'new@example.org' });
    // A link opens what it was made for, and nothing else.
    for (const answer of [await ask('reset', token), await ask('invitation', 'x'.repeat(43))])
      expect([answer.statusCode, answer.json().error.code]).toEqual([410, 'link_used']);
    await accept(token);
    expect((await ask('invitation', token)).statusCode).toBe(410);

    const { url } = (await call('POST', `/api/admin/users/${bob.id}/reset-password`, ann, { mode: 'link' })).json();
    const reset = new URL(url).searchParams.get('reset')!;
    expect((await ask('reset', reset)).json()).toEqual({ email: bob.email });
    clock = 86_400_000 + 1;
    expect((await ask('reset', reset)).statusCode).toBe(410);
  });

  it('open a closed server for one address, once, with the role they name', async () => {
    await app.close();
    app = await open({ REGISTRATION: 'closed', PUBLIC_URL: 'https://chat.example' });
    ann = await asPerson(await login(ann.email));
    const answer = await invite('New@example.org', 'admin');
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      url: expect.stringMatching(/^https:\/\/chat\.example\/login\?invitation=[\w-]{43}$/),
      mailed: false,
      invitation: { email: 'new@example.org', role: 'admin', invited_by: { id: ann.id, name: 'Ann' } },
    });
    const token = tokenOf(answer);
    expect((await call('GET', '/api/admin/invitations', ann)).json().data).toHaveLength(1);
    const stored = await database.pool.query('SELECT * FROM invitations');
    expect(JSON.stringify(stored.rows)).not.toContain(token);

    expect((await accept('x'.repeat(43))).json().error.code).toBe('link_used');
    const other = await accept(token, 'thief@example.org');
    expect([other.statusCode, other.json().error.code]).toEqual([403, 'invitation_for_another']);
    const answers = await Promise.all([accept(token), accept(token), accept(token)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 410, 410]);
    const again = await accept(token, 'new@example.org');
    expect([again.statusCode, again.json().error.code]).toEqual([410, 'link_used']);
    expect((await asPerson(await login('new@example.org'))).email).toBe('new@example.org');
    const { data } = (await call('GET', '/api/admin/users?search=new@', ann)).json();
    expect(data).toMatchObject([{ role: 'admin', must_change_password: false }]);
    expect((await call('GET', '/api/admin/invitations', ann)).json().data).toEqual([]);
  });

  it('end after seven days, when taken back, and when a newer one comes', async () => {
    const first = tokenOf(await invite());
    const second = await invite();
    expect((await accept(first)).statusCode).toBe(410);
    expect((await call('GET', '/api/admin/invitations', ann)).json().data).toHaveLength(1);
    const { id } = second.json().invitation;
    expect((await call('DELETE', `/api/admin/invitations/${id}`, ann)).statusCode).toBe(204);
    expect((await call('DELETE', `/api/admin/invitations/${id}`, ann)).statusCode).toBe(404);
    expect((await accept(tokenOf(second))).statusCode).toBe(410);

    const third = tokenOf(await invite());
    clock = 7 * 86_400_000 + 1;
    ann = await asPerson(await login(ann.email));
    expect((await accept(third)).json().error.code).toBe('link_used');
    expect((await invite(bob.email)).json().error.code).toBe('email_taken');
  });
});

describe('password resets', () => {
  const reset = (mode: string) => call('POST', `/api/admin/users/${bob.id}/reset-password`, ann, { mode });
  const use = (token: string, word = 'a new password') =>
    call('POST', '/api/auth/reset-password', null, { token, password: word });

  it('a link works once, for a day, and ends all sessions', async () => {
    const { url, expires_at } = (await reset('link')).json();
    expect((await call('GET', '/api/v1/auth/me', bob)).statusCode).toBe(401);
    expect(Date.parse(expires_at) - Date.now()).toBeGreaterThan(23 * 3600_000);
    const token = new URL(url).searchParams.get('reset')!;
    expect(JSON.stringify((await database.pool.query('SELECT * FROM password_resets')).rows)).not.toContain(token);
    const session = await asPerson(await login(bob.email));

    expect((await use(token, 'short')).statusCode).toBe(422);
    const answers = await Promise.all([use(token), use(token), use(token)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, 410, 410]);
    expect((await use(token)).json().error.code).toBe('link_used');
    expect((await call('GET', '/api/v1/auth/me', session)).statusCode).toBe(401);
    expect((await login(bob.email)).statusCode).toBe(401);
    expect((await login(bob.email, 'a new password')).statusCode).toBe(200);
  });

  it('an older link, a late one and a made-up one get the same answer', async () => {
    const links = [];
    for (let n = 0; n < 2; n++) links.push(new URL((await reset('link')).json().url).searchParams.get('reset')!);
    const { request_id: _, ...older } = (await use(links[0]!)).json().error;
    clock = 86_400_000 + 1;
    for (const token of [links[1]!, 'x'.repeat(43)]) {
      const { request_id: _, ...error } = (await use(token)).json().error;
      expect(error).toEqual(older);
    }
    expect(older.code).toBe('link_used');
    expect((await login(bob.email)).statusCode).toBe(200);
  });

  it('a temporary password ends the old one, and links', async () => {
    const { url } = (await reset('link')).json();
    const { temporary_password } = (await reset('temporary')).json();
    expect((await use(new URL(url).searchParams.get('reset')!)).statusCode).toBe(410);
    expect((await login(bob.email)).statusCode).toBe(401);
    const again = await asPerson(await login(bob.email, temporary_password));
    expect((await call('GET', '/api/account/sessions', again)).json().error.code).toBe('password_change_required');
  });
});

describe('leaving', () => {
  it('somebody’s threads and files are handed over, those shared already included', async () => {
    const ids = [await thread(bob, 'one'), await thread(bob, 'two')];
    await database.pool.query(`INSERT INTO members VALUES ($1, $2, 'member')`, [ids[1], ann.id]);
    const shared = await thread(ann, 'three');
    await database.pool.query(`INSERT INTO members VALUES ($1, $2, 'member')`, [shared, bob.id]);
    await file(bob, ids[0]!);
    await file(bob, null);
    for (const transfer_to of [bob.id, 'usr_nobody']) {
      const answer = await call('DELETE', `/api/admin/users/${bob.id}`, ann, { threads: 'transfer', transfer_to });
      expect([answer.statusCode, answer.json().error.details[0].path]).toEqual([422, 'transfer_to']);
    }
    // What was refused changed nothing.
    expect((await call('GET', `/api/v1/auth/me`, bob)).statusCode).toBe(200);

    const gone = await call('DELETE', `/api/admin/users/${bob.id}`, ann, { threads: 'transfer', transfer_to: ann.id });
    expect(gone.statusCode).toBe(204);
    expect((await acts())[0]!.details).toEqual({ threads: 'transfer', transfer_to: ann.id, heir: 'Ann' });
    const list = await app.conversations.list(ann.id, 'assistant', { limit: 10, order: 'asc', after: null });
    expect(list.data.map(({ id }) => id).sort()).toEqual([...ids, shared].sort());
    const owners = await database.pool.query('SELECT person_id, role FROM members');
    expect(owners.rows).toEqual(Array(3).fill({ person_id: ann.id, role: 'owner' }));
    const files = await database.pool.query('SELECT DISTINCT owner_id FROM attachments');
    expect(files.rows).toEqual([{ owner_id: ann.id }]);
    expect((await login(bob.email)).statusCode).toBe(401);
    expect((await call('DELETE', `/api/admin/users/${bob.id}`, ann, { threads: 'delete' })).statusCode).toBe(404);
  });

  it('or deleted, with the files; who follows one of them is told', async () => {
    const id = await thread(bob);
    const kept = await thread(ann);
    await file(bob, id);
    await file(bob, null);
    await file(ann, kept);
    const heard: string[] = [];
    await app.conversations.follow(bob.id, id, 0, {
      wire: { encode: () => '' },
      tell: (_, output) => heard.push(output.kind),
      onError() {},
    });
    expect((await call('DELETE', `/api/admin/users/${bob.id}`, ann, {})).statusCode).toBe(422);
    expect((await call('DELETE', `/api/admin/users/${bob.id}`, ann, { threads: 'delete' })).statusCode).toBe(204);
    await expect.poll(() => heard.at(-1)).toBe('gone');
    expect((await database.pool.query('SELECT id FROM conversations')).rows).toEqual([{ id: kept }]);
    expect((await database.pool.query('SELECT owner_id FROM attachments')).rows).toEqual([{ owner_id: ann.id }]);
    for (const table of ['sessions', 'token_families', 'sign_ins', 'members'])
      expect((await database.pool.query(`SELECT 1 FROM ${table} WHERE person_id = $1`, [bob.id])).rowCount, table).toBe(
        0,
      );
  });

  it('people delete their own account with their password, and it is in the log', async () => {
    await thread(bob);
    const refused = await call('DELETE', '/api/account', bob, { password: 'guessed' });
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'password_wrong']);
    expect((await call('DELETE', '/api/account', bob, { password })).statusCode).toBe(204);
    expect((await call('GET', '/api/v1/auth/me', bob)).statusCode).toBe(401);
    expect((await database.pool.query('SELECT 1 FROM conversations')).rowCount).toBe(0);
    expect(await acts()).toMatchObject([
      { action: 'user.deleted', actor: { id: bob.id }, target: { id: bob.id, name: 'Bob' } },
    ]);
  });
});

describe('the audit log', () => {
  it('has every act with who, whom, when and from where, also of people who are gone', async () => {
    const patch = (payload: object) => call('PATCH', `/api/admin/users/${bob.id}`, ann, payload);
    await call('POST', '/api/admin/users', ann, { email: 'cy@example.org', name: 'Cy' });
    const { invitation } = (await call('POST', '/api/admin/invitations', ann, { email: 'd@example.org' })).json();
    await call('DELETE', `/api/admin/invitations/${invitation.id}`, ann);
    await patch({ name: 'Bobby', role: 'admin' });
    await patch({ name: 'Bobby', role: 'admin' }); // Changes nothing, hence no act.
    await patch({ role: 'user' });
    await patch({ disabled: true });
    await patch({ disabled: false });
    await call('POST', `/api/admin/users/${bob.id}/reset-password`, ann, { mode: 'link' });
    await call('POST', `/api/admin/users/${bob.id}/sign-out`, ann);
    await login(bob.email);
    const { data } = (await call('GET', `/api/admin/users/${bob.id}/sessions`, ann)).json();
    await call('DELETE', `/api/admin/users/${bob.id}/sessions/${data[0].id}`, ann);
    await enrol(await asPerson(await login(bob.email)));
    await patch({ two_factor: false });
    await call('DELETE', `/api/admin/users/${bob.id}`, ann, { threads: 'delete' });

    const log = (await call('GET', '/api/admin/audit', ann)).json();
    expect(new Set(log.data.map(({ action }: { action: string }) => action))).toEqual(new Set(auditActions));
    expect(log.data).toHaveLength(auditActions.length);
    expect(log.data[0]).toEqual({
      ...{ id: expect.stringMatching(/^aud_/), at: expect.stringMatching(/Z$/), action: 'user.deleted' },
      ...{ actor: { id: ann.id, name: 'Ann' }, target: { id: bob.id, name: 'Bobby' } },
      ...{ details: { threads: 'delete' }, ip: '127.0.0.1' },
    });

    const pages: string[] = [];
    for (let after = ''; ; ) {
      const page = (await call('GET', `/api/admin/audit?limit=4${after}`, ann)).json();
      pages.push(...page.data.map(({ id }: { id: string }) => id));
      if (!page.has_more) break;
      after = `&after=${page.after}`;
    }
    expect(pages).toEqual(log.data.map(({ id }: { id: string }) => id));
    expect(await acts(`?action=user.created`)).toMatchObject([{ target: { name: 'Cy' } }]);
    expect((await acts(`?user=${bob.id}`)).every(({ target }) => /^Bobb?y?$/.test(target.name))).toBe(true);
    expect((await call('GET', '/api/admin/audit?action=user.hugged', ann)).statusCode).toBe(422);
  });

  it('an act that cannot be written down is not done', async () => {
    await database.pool.query('ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (false)');
    for (const answer of [
      await call('PATCH', `/api/admin/users/${bob.id}`, ann, { role: 'admin' }),
      await call('POST', '/api/admin/invitations', ann, { email: 'd@example.org' }),
      await call('POST', '/api/admin/users', ann, { email: 'd@example.org', name: 'D' }),
      await call('POST', `/api/admin/users/${bob.id}/reset-password`, ann, { mode: 'temporary' }),
    ])
      expect(answer.statusCode).toBe(500);
    expect((await login(bob.email)).statusCode).toBe(200);
    expect((await login('d@example.org')).statusCode).toBe(401);
    expect((await call('GET', '/api/admin/invitations', ann)).json().data).toEqual([]);
    expect((await call('GET', `/api/admin/users/${bob.id}`, ann)).json().role).toBe('user');
  });
});

async function enrol(person: Person) {
  const { secret } = (await call('POST', '/api/account/two-factor', person, { password })).json();
  const code = appCode(secret, Date.now() + clock);
  expect((await call('POST', '/api/account/two-factor/verify', person, { code })).statusCode).toBe(204);
}
