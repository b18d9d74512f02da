import { beforeEach, describe, expect, it } from 'vitest';
import { type Person, type Server, world } from '../../../testing/world.ts';
import { addFile, addThread, readActs } from './testing/owned.ts';

let ann: Person;
let bob: Person;
let server: Server;

beforeEach(async () => {
  ({ ann, bob, server } = await world({ answers: 'agents' }));
});
const password = 'a long enough password';
const login = (email: string, word = password) => server.post('/api/v1/auth/login', { email, password: word });

describe('leaving', () => {
  it('somebody’s threads and files are handed over, those shared already included', async () => {
    const ids = [await addThread(server, bob, 'one'), await addThread(server, bob, 'two')];
    await server.database.pool.query(`INSERT INTO members VALUES ($1, $2, 'member')`, [ids[1], ann.id]);
    const shared = await addThread(server, ann, 'three');
    await server.database.pool.query(`INSERT INTO members VALUES ($1, $2, 'member')`, [shared, bob.id]);
    await addFile(server, bob, ids[0]!);
    await addFile(server, bob, null);
    for (const transfer_to of [bob.id, 'usr_nobody']) {
      const answer = await ann.delete(`/api/admin/users/${bob.id}`, { threads: 'transfer', transfer_to });
      expect([answer.status, answer.body.error.details[0].path]).toEqual([422, 'transfer_to']);
    }
    // What was refused changed nothing.
    expect((await bob.get(`/api/v1/auth/me`)).status).toBe(200);

    const gone = await ann.delete(`/api/admin/users/${bob.id}`, { threads: 'transfer', transfer_to: ann.id });
    expect(gone.status).toBe(204);
    expect((await readActs(ann))[0]!.details).toEqual({ threads: 'transfer', transfer_to: ann.id, heir: 'Ann' });
    const list = await server.app.conversations.list(ann.id, 'assistant', { limit: 10, order: 'asc', after: null });
    expect(list.data.map(({ id }) => id).sort()).toEqual([...ids, shared].sort());
    const owners = await server.database.pool.query('SELECT person_id, role FROM members');
    expect(owners.rows).toEqual(Array(3).fill({ person_id: ann.id, role: 'owner' }));
    const files = await server.database.pool.query('SELECT DISTINCT owner_id FROM attachments');
    expect(files.rows).toEqual([{ owner_id: ann.id }]);
    expect((await login(bob.email)).status).toBe(401);
    expect((await ann.delete(`/api/admin/users/${bob.id}`, { threads: 'delete' })).status).toBe(404);
  });

  it('or deleted, with the files; who follows one of them is told', async () => {
    const id = await addThread(server, bob);
    const kept = await addThread(server, ann);
    await addFile(server, bob, id);
    await addFile(server, bob, null);
    await addFile(server, ann, kept);
    const heard: string[] = [];
    await server.app.conversations.follow(bob.id, id, 0, {
      wire: { encode: () => '' },
      send: (_, output) => heard.push(output.kind),
      onError() {},
    });
    expect((await ann.delete(`/api/admin/users/${bob.id}`, {})).status).toBe(422);
    expect((await ann.delete(`/api/admin/users/${bob.id}`, { threads: 'delete' })).status).toBe(204);
    await expect.poll(() => heard.at(-1)).toBe('gone');
    expect((await server.database.pool.query('SELECT id FROM conversations')).rows).toEqual([{ id: kept }]);
    expect((await server.database.pool.query('SELECT owner_id FROM attachments')).rows).toEqual([{ owner_id: ann.id }]);
    for (const table of ['sessions', 'passwords', 'tickets', 'members'])
      expect(
        (await server.database.pool.query(`SELECT 1 FROM ${table} WHERE person_id = $1`, [bob.id])).rowCount,
        table,
      ).toBe(0);
  });

  it('people delete their own account with their password, and it is in the log', async () => {
    await addThread(server, bob);
    const refused = await bob.delete('/api/account', { password: 'guessed' });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'password_wrong']);
    expect((await bob.delete('/api/account', { password })).status).toBe(204);
    expect((await bob.get('/api/v1/auth/me')).status).toBe(401);
    expect((await server.database.pool.query('SELECT 1 FROM conversations')).rowCount).toBe(0);
    expect(await readActs(ann)).toMatchObject([
      { action: 'user.deleted', actor: { id: bob.id }, target: { id: bob.id, name: 'Bob' } },
    ]);
  });
});
