import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, type Person, type Server, type World, world } from '../../../testing/world.ts';
import { addThread, readActs } from './testing/owned.ts';

let ann: Person;
let bob: Person;
let server: Server;
let clock: Clock;
let startProcess: World['startProcess'];

beforeEach(async () => {
  ({ ann, bob, server, clock, startProcess } = await world({ answers: 'agents' }));
});
const password = 'a long enough password';
const login = (email: string, word = password) => server.post('/api/v1/auth/login', { email, password: word });

describe('who may administer', () => {
  it('every route refuses nobody with 401 and ordinary people with 403, whatever they send', async () => {
    const { paths } = (await server.get('/openapi.json')).body as { paths: Record<string, object> };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      path.startsWith('/api/admin/') ? Object.keys(methods).map((method) => [method.toUpperCase(), path] as const) : [],
    );
    expect(routes.length).toBeGreaterThanOrEqual(13);
    for (const [method, path] of routes) {
      const url = path.replaceAll(/\{\w+\}/g, ann.id);
      for (const payload of [undefined, { role: 'admin' }]) {
        const ask = (who: Person | Server) => who.send(method, url, method === 'GET' ? undefined : payload);
        expect((await ask(server)).body.error.code, `${method} ${path}`).toBe('unauthorized');
        const refused = await ask(bob);
        expect([refused.status, refused.body.error.code], `${method} ${path}`).toEqual([403, 'forbidden']);
      }
    }
    const overridden = await bob.get('/api/admin/users', { 'x-http-method-override': 'DELETE' });
    expect(overridden.status).toBe(403);
    expect(await readActs(ann)).toEqual([]);
  });

  it('who is demoted loses the right within seconds, with the token at hand', async () => {
    await ann.patch(`/api/admin/users/${bob.id}`, { role: 'admin' });
    expect((await bob.get('/api/admin/users')).status).toBe(200);
    await ann.patch(`/api/admin/users/${bob.id}`, { role: 'user' });
    expect((await bob.get('/api/admin/users')).status).toBe(403);
  });
});

describe('people', () => {
  it('are listed newest first, page by page, and found by name, address, role and standing', async () => {
    const made = [ann, bob];
    for (let n = 0; n < 5; n++)
      made.push(await server.signUp(`p${n}`, { email: `p${n}@else.example`, name: n === 3 ? '100%_Öl' : `P ${n}` }));
    await addThread(server, bob);
    await ann.patch(`/api/admin/users/${made[2]!.id}`, { disabled: true });

    const seen: string[] = [];
    for (let after = ''; ; ) {
      const page = (await ann.get(`/api/admin/users?limit=3${after}`)).body;
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data.map((row: { id: string }) => row.id));
      expect(page.has_more).toBe(page.after !== undefined);
      if (!page.has_more) break;
      after = `&after=${page.after}`;
    }
    expect(seen).toEqual(made.map(({ id }) => id).reverse());

    const find = async (query: string) =>
      (await ann.get(`/api/admin/users?${query}`)).body.data.map((row: { email: string }) => row.email);
    expect(await find('search=BOB')).toEqual(['bob@example.org']);
    expect(await find('search=ELSE.example&limit=2')).toHaveLength(2);
    expect(await find(`search=${encodeURIComponent('%_ö')}`)).toEqual(['p3@else.example']);
    expect(await find('search=%25%25')).toEqual([]);
    expect(await find('role=admin')).toEqual(['ann@example.org']);
    expect(await find('status=disabled')).toEqual(['p0@else.example']);
    expect(await find('status=active&search=p0')).toEqual([]);
    for (const wrong of ['limit=0', 'limit=101', 'limit=x', 'role=root', 'status=gone'])
      expect((await ann.get(`/api/admin/users?${wrong}`)).status, wrong).toBe(422);

    const row = (await ann.get(`/api/admin/users/${bob.id}`)).body;
    expect(row).toEqual({
      ...{ id: bob.id, email: 'bob@example.org', name: 'Bob', role: 'user', disabled: false, two_factor: false },
      ...{ must_change_password: false, threads: 1, file_bytes: 0 },
      created_at: expect.stringMatching(/Z$/),
      last_seen_at: expect.stringMatching(/Z$/),
    });
    expect((await ann.get('/api/admin/users/usr_nobody')).status).toBe(404);
  });

  it('are made with a temporary password, which opens nothing but its change', async () => {
    const made = await ann.post('/api/admin/users', { email: 'Cy@Example.org', name: 'Cy', role: 'admin' });
    expect(made.status).toBe(201);
    const { user, temporary_password } = made.body;
    expect(user).toMatchObject({ email: 'cy@example.org', role: 'admin', must_change_password: true, threads: 0 });
    expect((await ann.post('/api/admin/users', { email: 'cy@example.org', name: 'Cy' })).status).toBe(409);

    const cy = await server.signIn({ email: 'cy@example.org', password: temporary_password });
    for (const [method, url] of [
      ['GET', '/api/admin/users'],
      ['GET', '/api/account/sessions'],
      ['GET', '/api/account/export'],
      ['PATCH', '/api/account'],
      ['POST', '/api/chatkit'],
    ] as const)
      expect((await cy.send(method, url, method === 'GET' ? undefined : {})).body.error.code, url).toBe(
        'password_change_required',
      );
    const change = (current_password: string, new_password: string) =>
      cy.post('/api/account/password', { current_password, new_password });
    expect((await change('not it', 'my own words')).body.error.code).toBe('password_wrong');
    expect((await change(temporary_password, temporary_password)).status).toBe(422);
    expect((await change(temporary_password, 'short')).status).toBe(422);
    expect((await change(temporary_password, 'my own words')).status).toBe(204);
    expect((await cy.get('/api/admin/users')).status).toBe(200);
    expect((await login('cy@example.org', temporary_password)).status).toBe(401);
    expect((await login('cy@example.org', 'my own words')).status).toBe(200);
  });

  it('cannot be given what is not an administrator’s to give', async () => {
    const body = {
      name: 'Bobby',
      id: 'usr_x',
      must_change_password: false,
      created_at: '2000-01-01',
      two_factor: true,
    };
    expect((await ann.patch(`/api/admin/users/${bob.id}`, body)).status).toBe(422);
    const changed = await ann.patch(`/api/admin/users/${bob.id}`, { ...body, two_factor: undefined });
    expect(changed.body).toMatchObject({ id: bob.id, name: 'Bobby', two_factor: false });
    expect((await ann.patch(`/api/admin/users/${bob.id}`, { email: ann.email })).body.error.code).toBe('email_taken');
    await bob.patch(`/api/account`, { role: 'admin', name: 'Me', locale: 'fr' });
    expect((await bob.get('/api/v1/auth/me')).body).toMatchObject({
      role: 'user',
      name: 'Me',
      locale: 'fr',
    });
  });

  it('who is disabled is out at once: tokens, refresh tokens, cookies and the way in', async () => {
    const cookie = await server.browserOf(bob);
    const byCookie = () => server.get('/api/v1/auth/me', { cookie });
    expect((await byCookie()).status).toBe(200);
    expect((await ann.patch(`/api/admin/users/${bob.id}`, { disabled: true })).body.disabled).toBe(true);
    expect((await bob.get('/api/v1/auth/me')).status).toBe(401);
    expect((await byCookie()).status).toBe(401);
    expect((await server.post('/api/v1/auth/refresh', { refresh_token: bob.refresh })).status).toBe(401);
    const refused = (await login(bob.email)).body.error;
    const unknown = (await login('nobody@example.org')).body.error;
    expect({ ...refused, request_id: '' }).toEqual({ ...unknown, request_id: '' });

    await ann.patch(`/api/admin/users/${bob.id}`, { disabled: false });
    expect((await login(bob.email)).status).toBe(200);
    // The sessions of before stay ended.
    expect((await byCookie()).status).toBe(401);
  });

  it('who is signed out everywhere takes the sessions along that open the chat only', async () => {
    const wish = { workflow: { id: 'wf_1' }, chatkit_configuration: { file_upload: { enabled: false } } };
    const session = async (who: Person, token?: string): Promise<string> =>
      (await who.post('/api/create-session', wish, token ? { cookie: `chatkit_session=${token}` } : {})).body.token;
    const threads = async (token: string) => {
      const list = { type: 'threads.list', params: {} };
      return (await server.post('/api/chatkit', list, { authorization: `Bearer ${token}` })).status;
    };
    const [before, others] = [await session(bob), await session(ann)];
    expect(await threads(before)).toBe(200);
    await ann.post(`/api/admin/users/${bob.id}/sign-out`);
    expect([await threads(before), await threads(others)]).toEqual([401, 200]);
    // Nor does it come back to life with the next one.
    clock.advance(1000);
    bob = await server.signIn(bob);
    const after = await session(bob, before);
    expect(after).not.toBe(before);
    expect([await threads(before), await threads(after)]).toEqual([401, 200]);
  });

  it('a person in another process is out within five seconds', async () => {
    const there = bob.at(await startProcess());
    expect((await there.get('/api/v1/auth/me')).status).toBe(200);
    await ann.post(`/api/admin/users/${bob.id}/sign-out`);
    clock.advance(5000);
    expect((await there.get('/api/v1/auth/me')).status).toBe(401);
  });
});

describe('the last administrator', () => {
  it('can be neither demoted, disabled nor removed', async () => {
    await ann.patch(`/api/admin/users/${bob.id}`, { role: 'admin' });
    await ann.patch(`/api/admin/users/${bob.id}`, { disabled: true }); // One who is shut out does not count.
    const answers = [
      await ann.patch(`/api/admin/users/${ann.id}`, { role: 'user' }),
      await ann.patch(`/api/admin/users/${ann.id}`, { disabled: true }),
      await ann.delete(`/api/admin/users/${ann.id}`, { threads: 'delete' }),
      await ann.delete('/api/account', { password }),
    ];
    for (const answer of answers) expect([answer.status, answer.body.error.code]).toEqual([409, 'last_admin']);
    expect((await ann.get('/api/admin/users')).status).toBe(200);
    expect((await readActs(ann)).map(({ action }) => action)).toEqual(['user.disabled', 'user.promoted']);
  });

  it.each([
    ['demote', (id: string, who: Person) => who.patch(`/api/admin/users/${id}`, { role: 'user' })],
    ['disable', (id: string, who: Person) => who.patch(`/api/admin/users/${id}`, { disabled: true })],
    ['delete', (id: string, who: Person) => who.delete(`/api/admin/users/${id}`, { threads: 'delete' })],
  ])('when two %s each other twenty times at once, one stays', async (_name, act) => {
    await ann.patch(`/api/admin/users/${bob.id}`, { role: 'admin' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? act(ann.id, bob) : act(bob.id, ann))),
    );
    expect(answers.some(({ status }) => status === 200 || status === 204)).toBe(true);
    for (const { status } of answers) expect([200, 204, 401, 403, 404, 409]).toContain(status);
    const left = await server.database.pool.query(`SELECT 1 FROM people WHERE role = 'admin' AND NOT banned`);
    expect(left.rowCount).toBe(1);
  });
});
