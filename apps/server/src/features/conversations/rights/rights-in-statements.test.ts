import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBus } from '../../../platform/bus/index.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import { newId } from '../../../platform/ids/index.ts';
import { type Conversations, isAllowed, type NewItem, type Role, roles, type Verb } from '../index.ts';
import { newGroup, newMessage, setRole, testEngine } from '../testing/engine.ts';
import { verbs } from './rights.ts';

const owner = 'usr_owner';
const administrator = 'usr_administrator';
let database: TestDatabase;
let engine: Conversations;
beforeAll(async () => {
  database = await testDatabase();
  engine = testEngine(database, createMemoryBus());
});
afterAll(async () => {
  engine.close();
  await database.close();
});

/** A conversation of its own for each try: what the owner said, what the one who tries said, and a run of the owner's. */
type Scene = { id: string; person: string; theirs: NewItem; own: NewItem; other: string };

async function scene(role: Role | null): Promise<Scene> {
  const person = role === 'owner' ? 'usr_second_owner' : `usr_${role}`;
  const other = 'usr_other';
  const id = await newGroup(engine, owner, [other, administrator, ...(role ? [person] : [])]);
  await setRole(database, id, administrator, 'admin');
  if (role) await setRole(database, id, person, role);
  const theirs = newMessage('theirs', { authorId: owner });
  const own = newMessage('own', { authorId: person });
  await engine.putItem(owner, id, theirs);
  await engine.putItem(owner, id, own);
  return { id, person, theirs, own, other };
}

/** Everything that needs the right; each is tried in a scene of its own. */
const deeds: Record<Exclude<Verb, 'pin' | 'ban' | 'hand_over'>, Record<string, (scene: Scene) => Promise<unknown>>> = {
  read: {
    access: ({ person, id }) => engine.access(person, id),
    item: ({ person, id, theirs }) => engine.item(person, id, theirs.id),
    rate: ({ person, id, theirs }) => engine.rate(person, id, [theirs.id], 'positive'),
    follow: async ({ person, id }) => {
      const reader = { wire: { encode: () => null }, send() {}, onError() {} };
      (await engine.follow(person, id, 0, reader)).close();
    },
    'say how far one has read': ({ person, id }) => engine.members.noteRead(person, id, { readTo: 1 }),
  },
  say: {
    add: ({ person, id }) => engine.putItem(person, id, newMessage('x', { authorId: person })),
    'change what one said': ({ person, id, own }) => engine.putItem(person, id, { ...own, payload: { text: 'y' } }),
  },
  react: { react: ({ person, id, theirs }) => engine.react(person, id, theirs.id, 'heart') },
  ask: {
    claim: async ({ person, id }) => {
      const run = engine.runs.prepare(person, 'group');
      await engine.runs.claim(run, id).finally(() => engine.runs.abandon(run));
    },
  },
  stop: {
    "stop another's answer": async ({ person, id }) => {
      const run = engine.runs.prepare(owner, 'group');
      await engine.runs.claim(run, id);
      await engine.runs.stop(person, id).finally(() => engine.runs.finish(run, { state: 'stopped' }));
    },
  },
  rename: {
    save: ({ person, id }) => engine.save(person, { id, title: 't', status: { type: 'active' }, metadata: {} }),
  },
  moderate: {
    "change another's": ({ person, id, theirs }) => engine.putItem(person, id, { ...theirs, payload: { text: 'y' } }),
    "remove another's": ({ person, id, theirs }) => engine.removeItem(person, id, theirs.id),
    'remove all after': ({ person, id, theirs }) => engine.removeItemsAfter(person, id, theirs.id),
  },
  add_member: { join: ({ person, id }) => engine.members.join(person, id, newId('usr'), 'member') },
  remove_member: { 'remove a member': ({ person, id, other }) => engine.members.leave(person, id, other) },
  set_role: {
    'add an administrator': ({ person, id }) => engine.members.join(person, id, newId('usr'), 'admin'),
    'remove an administrator': ({ person, id }) => engine.members.leave(person, id, administrator),
  },
  leave: { leave: ({ person, id }) => engine.members.leave(person, id) },
  delete: { remove: ({ person, id }) => engine.remove(person, id) },
};

const attempt = async (role: Role | null, deed: (scene: Scene) => Promise<unknown>) => {
  const made = await scene(role);
  const before = await rowsOf(made.id);
  const outcome = await deed(made).then(
    (value) => (value === null ? 'nothing' : 'done'),
    (error) => String(error.code),
  );
  return { outcome, changed: (await rowsOf(made.id)) !== before };
};

/** All that stands of a conversation, but for the runs that this test itself began and ended. */
async function rowsOf(id: string): Promise<string> {
  const { rows } = await database.pool.query(
    `SELECT (SELECT json_agg(to_json(c)) FROM (SELECT title, metadata, last_seq FROM conversations WHERE id = $1) c)::text
      || (SELECT json_agg(i ORDER BY seq) FROM (SELECT id, seq, payload FROM items WHERE conversation_id = $1) i)::text
      || (SELECT json_agg(m ORDER BY person_id) FROM (SELECT person_id, role FROM members WHERE conversation_id = $1) m)::text AS all`,
    [id],
  );
  return rows[0].all;
}

describe.each(Object.entries(deeds))('the right to %s', (verb, tries) => {
  const cells = Object.keys(tries).flatMap((name) => roles.map((role) => ({ name, role })));

  it.each(cells)('lets, or does not let, the $role $name', async ({ name, role }) => {
    const { outcome, changed } = await attempt(role, tries[name]!);
    // An owner cannot go before another takes over.
    if (verb === 'leave' && role === 'owner') return expect(outcome).toBe('forbidden');
    const allowed = isAllowed(role, verb as Verb);
    expect(outcome).toBe(allowed ? 'done' : 'forbidden');
    if (!allowed) expect(changed).toBe(false);
  });

  it.each(Object.keys(tries))("is nobody's who does not take part: %s", async (name) => {
    const { outcome, changed } = await attempt(null, tries[name]!);
    expect(name.startsWith('remove another') || name === 'remove all after' ? 'nothing' : 'not_found').toBe(outcome);
    expect(changed).toBe(false);
  });
});

it('is tried for every verb that a statement has', () => {
  expect(Object.keys(deeds).sort()).toEqual(verbs.filter((verb) => !['pin', 'ban', 'hand_over'].includes(verb)).sort());
});

it('a deletion that is refused stops no answer', async () => {
  const { id, other } = await scene('member');
  const run = engine.runs.prepare(owner, 'group');
  await engine.runs.claim(run, id);
  await expect(engine.remove(other, id)).rejects.toMatchObject({ code: 'forbidden' });
  expect(run.signal.aborted).toBe(false);
  await engine.remove(owner, id);
  expect(run.signal.aborted).toBe(true);
  expect(run.isLost).toBe(true);
});

it('an answer of one who may ask goes on with that right alone, and ends with it', async () => {
  const { id, other } = await scene('member');
  const run = engine.runs.prepare(other, 'group');
  await engine.runs.claim(run, id);
  await engine.putItem(other, id, newMessage('words'), 'item.done', run);
  await engine.members.leave(owner, id, other);
  expect(run.signal.aborted).toBe(true);
  await expect(engine.putItem(other, id, newMessage('words'), 'item.done', run)).rejects.toMatchObject({
    code: 'not_found',
  });
});
