import { auditActions } from '@causerie/api/audit-actions';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, type Person, type Server, world } from '../../../testing/world.ts';
import { appCode } from '../accounts/signing-in/second-factor/testing.ts';
import { readActs } from './testing/owned.ts';

let ann: Person;
let bob: Person;
let server: Server;
let clock: Clock;

beforeEach(async () => {
  ({ ann, bob, server, clock } = await world({ answers: 'agents' }));
});
const password = 'a long enough password';
const login = (email: string, word = password) => server.post('/api/v1/auth/login', { email, password: word });

describe('the audit log', () => {
  it('has every act with who, whom, when and from where, also of people who are gone', async () => {
    const patch = (payload: object) => ann.patch(`/api/admin/users/${bob.id}`, payload);
    await ann.post('/api/admin/users', { email: 'cy@example.org', name: 'Cy' });
    const { invitation } = (await ann.post('/api/admin/invitations', { email: 'd@example.org' })).body;
    await ann.delete(`/api/admin/invitations/${invitation.id}`);
    await patch({ name: 'Bobby', role: 'admin' });
    await patch({ name: 'Bobby', role: 'admin' }); // Changes nothing, hence no act.
    await patch({ role: 'user' });
    await patch({ disabled: true });
    await patch({ disabled: false });
    await ann.post(`/api/admin/users/${bob.id}/reset-password`, { mode: 'link' });
    await ann.post(`/api/admin/users/${bob.id}/sign-out`);
    await login(bob.email);
    const { data } = (await ann.get(`/api/admin/users/${bob.id}/sessions`)).body;
    await ann.delete(`/api/admin/users/${bob.id}/sessions/${data[0].id}`);
    await enrol(await server.signIn(bob));
    await patch({ two_factor: false });
    await ann.delete(`/api/admin/users/${bob.id}`, { threads: 'delete' });

    const log = (await ann.get('/api/admin/audit')).body;
    expect(new Set(log.data.map(({ action }: { action: string }) => action))).toEqual(new Set(auditActions));
    expect(log.data).toHaveLength(auditActions.length);
    expect(log.data[0]).toEqual({
      ...{ id: expect.stringMatching(/^aud_/), at: expect.stringMatching(/Z$/), action: 'user.deleted' },
      ...{ actor: { id: ann.id, name: 'Ann' }, target: { id: bob.id, name: 'Bobby' } },
      ...{ details: { threads: 'delete' }, ip: '127.0.0.1' },
    });

    const pages: string[] = [];
    for (let after = ''; ; ) {
      const page = (await ann.get(`/api/admin/audit?limit=4${after}`)).body;
      pages.push(...page.data.map(({ id }: { id: string }) => id));
      if (!page.has_more) break;
      after = `&after=${page.after}`;
    }
    expect(pages).toEqual(log.data.map(({ id }: { id: string }) => id));
    expect(await readActs(ann, `?action=user.created`)).toMatchObject([{ target: { name: 'Cy' } }]);
    expect((await readActs(ann, `?user=${bob.id}`)).every(({ target }) => /^Bobb?y?$/.test(target.name))).toBe(true);
    expect((await ann.get('/api/admin/audit?action=user.hugged')).status).toBe(422);
  });

  it('an act that cannot be written down is not done', async () => {
    await server.database.pool.query('ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (false)');
    for (const answer of [
      await ann.patch(`/api/admin/users/${bob.id}`, { role: 'admin' }),
      await ann.post('/api/admin/invitations', { email: 'd@example.org' }),
      await ann.post('/api/admin/users', { email: 'd@example.org', name: 'D' }),
      await ann.post(`/api/admin/users/${bob.id}/reset-password`, { mode: 'temporary' }),
    ])
      expect(answer.status).toBe(500);
    expect((await login(bob.email)).status).toBe(200);
    expect((await login('d@example.org')).status).toBe(401);
    expect((await ann.get('/api/admin/invitations')).body.data).toEqual([]);
    expect((await ann.get(`/api/admin/users/${bob.id}`)).body.role).toBe('user');
  });
});

async function enrol(person: Person) {
  const { secret } = (await person.post('/api/account/two-factor', { password })).body;
  const code = appCode(secret, clock.now());
  expect((await person.post('/api/account/two-factor/verify', { code })).status).toBe(204);
}
