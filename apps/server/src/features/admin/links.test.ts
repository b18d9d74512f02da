import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, type Person, type Reply, type Server, type World, world } from '../../../testing/world.ts';

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

describe('invitations', () => {
  const invite = (email = 'new@example.org', role = 'user') => ann.post('/api/admin/invitations', { email, role });
  const tokenOf = (answer: Reply) => new URL(answer.body.url).searchParams.get('invitation')!;
  const accept = (invitation: string, email = 'new@example.org') =>
    server.post('/api/auth/sign-up/email', { email, password, name: 'New', invitation });

  it('tell the newcomer’s page whom they are for, while they are good', async () => {
    const token = tokenOf(await invite());
    const ask = (kind: string, token: string) => server.post('/api/auth/link', { kind, token });
    expect((await ask('invitation', token)).body).toEqual({ email: 'new@example.org' });
    // A link opens what it was made for, and nothing else.
    for (const answer of [await ask('reset', token), await ask('invitation', 'x'.repeat(43))])
      expect([answer.status, answer.body.error.code]).toEqual([410, 'link_used']);
    await accept(token);
    expect((await ask('invitation', token)).status).toBe(410);

    const { url } = (await ann.post(`/api/admin/users/${bob.id}/reset-password`, { mode: 'link' })).body;
    const reset = new URL(url).searchParams.get('reset')!;
    expect((await ask('reset', reset)).body).toEqual({ email: bob.email });
    clock.advance(86_400_000 + 1);
    expect((await ask('reset', reset)).status).toBe(410);
  });

  it('open a closed server for one address, once, with the role they name', async () => {
    server = await startProcess({ REGISTRATION: 'closed', PUBLIC_URL: 'https://chat.example' });
    ann = ann.at(server);
    const answer = await invite('New@example.org', 'admin');
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      url: expect.stringMatching(/^https:\/\/chat\.example\/login\?invitation=[\w-]{43}$/),
      invitation: { email: 'new@example.org', role: 'admin', invited_by: { id: ann.id, name: 'Ann' } },
    });
    const token = tokenOf(answer);
    expect((await ann.get('/api/admin/invitations')).body.data).toHaveLength(1);
    const stored = await server.database.pool.query('SELECT * FROM invitations');
    expect(JSON.stringify(stored.rows)).not.toContain(token);

    expect((await accept('x'.repeat(43))).body.error.code).toBe('link_used');
    const other = await accept(token, 'thief@example.org');
    expect([other.status, other.body.error.code]).toEqual([403, 'invitation_for_another']);
    const answers = await Promise.all([accept(token), accept(token), accept(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    const again = await accept(token, 'new@example.org');
    expect([again.status, again.body.error.code]).toEqual([410, 'link_used']);
    expect((await server.signIn({ email: 'new@example.org', password })).email).toBe('new@example.org');
    const { data } = (await ann.get('/api/admin/users?search=new@')).body;
    expect(data).toMatchObject([{ role: 'admin', must_change_password: false }]);
    expect((await ann.get('/api/admin/invitations')).body.data).toEqual([]);
  });

  it('end after seven days, when taken back, and when a newer one comes', async () => {
    const first = tokenOf(await invite());
    const second = await invite();
    expect((await accept(first)).status).toBe(410);
    expect((await ann.get('/api/admin/invitations')).body.data).toHaveLength(1);
    const { id } = second.body.invitation;
    expect((await ann.delete(`/api/admin/invitations/${id}`)).status).toBe(204);
    expect((await ann.delete(`/api/admin/invitations/${id}`)).status).toBe(404);
    expect((await accept(tokenOf(second))).status).toBe(410);

    const third = tokenOf(await invite());
    clock.advance(7 * 86_400_000 + 1);
    ann = await server.signIn(ann);
    expect((await accept(third)).body.error.code).toBe('link_used');
    expect((await invite(bob.email)).body.error.code).toBe('email_taken');
  });
});

describe('password resets', () => {
  const reset = (mode: string) => ann.post(`/api/admin/users/${bob.id}/reset-password`, { mode });
  const use = (token: string, word = 'a new password') =>
    server.post('/api/auth/reset-password', { token, password: word });

  it('a link works once, for a day, and ends all sessions', async () => {
    const { url, expires_at } = (await reset('link')).body;
    expect((await bob.get('/api/v1/auth/me')).status).toBe(401);
    expect(Date.parse(expires_at) - Date.now()).toBeGreaterThan(23 * 3600_000);
    const token = new URL(url).searchParams.get('reset')!;
    expect(JSON.stringify((await server.database.pool.query('SELECT * FROM password_resets')).rows)).not.toContain(
      token,
    );
    const session = await server.signIn(bob);

    expect((await use(token, 'short')).status).toBe(422);
    const answers = await Promise.all([use(token), use(token), use(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410]);
    expect((await use(token)).body.error.code).toBe('link_used');
    expect((await session.get('/api/v1/auth/me')).status).toBe(401);
    expect((await login(bob.email)).status).toBe(401);
    expect((await login(bob.email, 'a new password')).status).toBe(200);
  });

  it('an older link, a late one and a made-up one get the same answer', async () => {
    const links = [];
    for (let n = 0; n < 2; n++) links.push(new URL((await reset('link')).body.url).searchParams.get('reset')!);
    const { request_id: _, ...older } = (await use(links[0]!)).body.error;
    clock.advance(86_400_000 + 1);
    for (const token of [links[1]!, 'x'.repeat(43)]) {
      const { request_id: _, ...error } = (await use(token)).body.error;
      expect(error).toEqual(older);
    }
    expect(older.code).toBe('link_used');
    expect((await login(bob.email)).status).toBe(200);
  });

  it('a temporary password ends the old one, and links', async () => {
    const { url } = (await reset('link')).body;
    const { temporary_password } = (await reset('temporary')).body;
    expect((await use(new URL(url).searchParams.get('reset')!)).status).toBe(410);
    expect((await login(bob.email)).status).toBe(401);
    const again = await server.signIn({ ...bob, password: temporary_password });
    expect((await again.get('/api/account/sessions')).body.error.code).toBe('password_change_required');
  });
});
