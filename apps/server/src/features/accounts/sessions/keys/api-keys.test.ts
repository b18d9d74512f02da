import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createBrowser } from '../../../../../testing/browser.ts';
import { world } from '../../../../../testing/world.ts';

const { ann, bob, server, clock } = await world();
beforeEach(() => clock.reset());

type Key = { id: string; key: string };
const create = (who: typeof ann, more: object = {}) =>
  who.post('/api/account/keys', { name: 'A script', scopes: ['chat'], password: who.password, ...more });
const keyFor = async (who: typeof ann, more: object = {}): Promise<Key> => (await create(who, more)).body;
const by = (key: string) => ({ authorization: `Bearer ${key}` });
const threads = (key: string) =>
  server.post('/api/chatkit', { type: 'threads.list', params: { limit: 1, order: 'desc' } }, by(key));

describe('an API key', () => {
  it('is shown once, and lists what it may do', async () => {
    const { status, body } = await create(bob, { scopes: ['chat', 'files', 'chat'], expires_in_days: 30 });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^key_/),
      key: expect.stringMatching(/^causerie_[\w-]{43}$/),
      name: 'A script',
      hint: body.key.slice(0, 13),
      scopes: ['chat', 'files'],
      created_at: expect.any(String),
      expires_at: new Date(Date.parse(body.created_at) + 30 * 86_400_000).toISOString(),
      last_used_at: null,
    });
    const { key, ...rest } = body;
    expect((await bob.get('/api/account/keys')).body.data).toEqual([rest]);
    const { rows } = await server.database.pool.query('SELECT * FROM sessions');
    expect(JSON.stringify(rows)).not.toContain(key.slice(13));

    expect((await threads(key)).status).toBe(200);
    await expect
      .poll(async () => (await bob.get('/api/account/keys')).body.data[0].last_used_at)
      .toEqual(expect.any(String));
    // It is no place where one is signed in.
    expect((await bob.get('/api/account/sessions')).body.data).not.toContainEqual(
      expect.objectContaining({ id: body.id }),
    );
  });

  it('does what it was made for, and nothing else', async () => {
    const chat = await keyFor(bob);
    expect((await server.get('/api/v1/auth/me', by(chat.key))).body.id).toBe(bob.id);
    const refused = async (method: string, path: string, key: string, body?: object) => {
      const answer = await server.send(method, path, body, by(key));
      return [answer.status, answer.body?.error?.code];
    };
    const no = [403, 'scope_missing'];
    expect(await refused('POST', '/api/attachments', chat.key)).toEqual(no);
    expect(await refused('GET', '/api/account/keys', chat.key)).toEqual(no);
    expect(await refused('GET', '/api/account/export', chat.key)).toEqual(no);
    expect(await refused('PATCH', '/api/account', chat.key, { name: 'Mallory' })).toEqual(no);
    const more = { name: 'Another', scopes: ['admin'], password: bob.password };
    expect(await refused('POST', '/api/account/keys', chat.key, more)).toEqual(no);
    expect(await refused('GET', '/api/admin/users', chat.key)).toEqual(no);
    expect(await refused('POST', '/api/account/passkeys/options', chat.key, {})).toEqual(no);
    expect(await refused('POST', '/api/auth/token', chat.key, {})).toEqual([503, 'not_configured']);

    const files = await keyFor(bob, { scopes: ['files'] });
    expect((await threads(files.key)).body.error.code).toBe('scope_missing');
    // A scope adds nothing to what its person may do.
    const ambitious = await keyFor(bob, { scopes: ['admin'] });
    expect(await refused('GET', '/api/admin/users', ambitious.key)).toEqual([403, 'forbidden']);
    const admin = await keyFor(ann, { scopes: ['admin'] });
    expect((await server.get('/api/admin/users', by(admin.key))).status).toBe(200);
    expect((await server.get(`/api/admin/users/${bob.id}/sessions`, by(admin.key))).status).toBe(200);
    expect((await threads(admin.key)).body.error.code).toBe('scope_missing');
  });

  it('makes a ChatKit session only with the scope for the files that such a session opens', async () => {
    const wish = { workflow: { id: 'wf' }, chatkit_configuration: { file_upload: { enabled: true } } };
    const make = (key: string) => server.post('/api/create-session', wish, by(key));
    const chat = await keyFor(bob);
    const files = await keyFor(bob, { scopes: ['files'] });
    for (const { key } of [chat, files]) expect((await make(key)).body.error.code).toBe('scope_missing');
    const both = await keyFor(bob, { scopes: ['chat', 'files'] });
    const made = await make(both.key);
    expect([made.status, (await threads(made.body.token)).status]).toEqual([200, 200]);
    // And it ends with the key.
    await bob.delete(`/api/account/keys/${both.id}`);
    expect((await threads(made.body.token)).status).toBe(401);
  });

  it('for chat alone neither adds, opens nor removes a file by the doors of the chat', async () => {
    const file = { name: 'notes.txt', size: 5, mime_type: 'text/plain' };
    const { body } = await bob.chatkit('attachments.create', file);
    const { key } = await keyFor(bob);
    const rpc = (type: string, params: object) => server.post('/api/chatkit', { type, params }, by(key));
    for (const refused of [
      await rpc('attachments.create', file),
      await rpc('attachments.delete', { attachment_id: body.id }),
      await server.get(`/api/chatkit/attachments/${body.id}`, by(key)),
    ])
      expect([refused.status, refused.body.error.code]).toEqual([403, 'scope_missing']);
    const { key: both } = await keyFor(bob, { scopes: ['chat', 'files'] });
    expect((await server.get(`/api/chatkit/attachments/${body.id}`, by(both))).body.error?.code).not.toBe(
      'scope_missing',
    );
  });

  it('is not said to be signed out, nor taken for another credential', async () => {
    const { key } = await keyFor(bob);
    const out = await server.post('/api/v1/auth/logout', {}, by(key));
    expect([out.status, out.body.error.code]).toEqual([403, 'scope_missing']);
    expect((await threads(key)).status).toBe(200);
    expect((await server.post('/api/v1/auth/refresh', { refresh_token: key })).status).toBe(401);
    const here = createBrowser(server.url);
    here.cookies.set('causerie.session_token', key);
    expect(await here.user()).toBeNull();
  });

  it('opens the live socket', async () => {
    const { key } = await keyFor(bob);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/live`, { headers: by(key) });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.close();
  });

  it('asks for the password, which a stolen session does not have', async () => {
    const without = await create(bob, { password: undefined });
    expect([without.status, without.body.error.code]).toEqual([403, 'password_wrong']);
    expect((await create(bob, { password: 'wrong' })).body.error.code).toBe('password_wrong');
  });

  it.each([
    ['no scope', { scopes: [] }],
    ['a scope that is none', { scopes: ['root'] }],
    ['no name', { name: '  ' }],
    ['a name without end', { name: 'x'.repeat(101) }],
    ['an end in the past', { expires_in_days: 0 }],
    ['an end in another age', { expires_in_days: 4000 }],
  ])('is not made with %s', async (_name, more) => {
    const answer = await create(bob, more);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'invalid_input']);
  });

  it('ends on its day, when it is removed, and with its person; not with another password', async () => {
    const kept = await keyFor(bob, { expires_in_days: 1 });
    const removed = await keyFor(bob);
    expect((await ann.delete(`/api/account/keys/${removed.id}`)).status).toBe(404);
    expect((await bob.delete(`/api/account/sessions/${removed.id}`)).status).toBe(404);
    expect((await bob.delete(`/api/account/keys/${removed.id}`)).status).toBe(204);
    expect((await threads(removed.key)).status).toBe(401);
    expect((await threads(removed.key.slice(0, -1))).status).toBe(401);

    const change = { current_password: bob.password, new_password: 'another long password' };
    expect((await bob.post('/api/account/password', change)).status).toBe(204);
    await bob.delete('/api/account/sessions');
    expect((await threads(kept.key)).status).toBe(200);
    clock.advance(86_400_001);
    expect((await threads(kept.key)).status).toBe(401);
    clock.reset();
    expect((await threads(kept.key)).status).toBe(200);
    await ann.post(`/api/admin/users/${bob.id}/sign-out`);
    expect((await threads(kept.key)).status).toBe(401);
  });

  it('is one of fifty at most', async () => {
    const eve = await server.signUp('eve');
    await server.database.pool.query(
      `INSERT INTO sessions (id, kind, secret_hash, person_id, name, hint, scopes, expires_at)
       SELECT 'key_' || n, 'key', sha256(n::text::bytea), $1, 'x', 'x', '{chat}', 'infinity' FROM generate_series(1, 49) n`,
      [eve.id],
    );
    const answers = await Promise.all([create(eve), create(eve), create(eve)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });
});

describe('a session', () => {
  it('of the former version stays good through the migration, of browsers and of programs', async () => {
    // The cookie of before: the token, a dot, and a signature that nobody checks any more.
    const token = 'tJ0pQm8rW2xY5zA7bC9dE1fG3hI5jK7l';
    await server.database.pool.query(
      `INSERT INTO sessions (id, kind, secret_hash, person_id, expires_at, last_seen_at)
       VALUES ('ses_old', 'browser', sha256(convert_to($1, 'UTF8')), $2, now() + interval '1 day', now())`,
      [token, ann.id],
    );
    const here = createBrowser(server.url);
    for (const value of [`${token}.c2lnbmF0dXJl%3D`, `${token}%2Ec2lnbmF0dXJl%3D`]) {
      here.cookies.set('causerie.session_token', value);
      expect((await here.user())?.id).toBe(ann.id);
    }
    here.cookies.set('causerie.session_token', `${token.slice(1)}.c2lnbmF0dXJl`);
    expect(await here.user()).toBeNull();
  });
});
