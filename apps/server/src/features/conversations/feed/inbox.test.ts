import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../../platform/bus/index.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import { newId } from '../../../platform/ids/index.ts';
import type { Conversations, InboxOutput } from '../index.ts';
import { newGroup, newMessage, testEngine } from '../testing/engine.ts';

const [ann, bob, eve] = ['usr_ann', 'usr_bob', 'usr_eve'];
let database: TestDatabase;
const bus = createMemoryBus();
const engines: Conversations[] = [];
let here: Conversations;
let there: Conversations;

beforeAll(async () => {
  database = await testDatabase({ poolSize: 6 });
  here = testEngine(database, bus, '1');
  there = testEngine(database, bus, '2');
  engines.push(here, there);
});
afterAll(async () => {
  for (const engine of engines) engine.close();
  await database.close();
});

async function open(engine: Conversations, personId: string, cursor: string | null = null) {
  const heard: InboxOutput[] = [];
  const inbox = await engine.openInbox(personId, cursor, { send: (output) => heard.push(output) });
  return { ...inbox, heard };
}

/** What the list of a person says of one conversation, read anew. */
async function entryOf(personId: string, conversationId: string) {
  const inbox = await open(here, personId);
  inbox.close();
  return inbox.entries.find(({ conversation }) => conversation.id === conversationId);
}

const say = (personId: string, id: string, more = {}) =>
  here.putItem(personId, id, newMessage('hello', { authorId: personId, ...more }));

describe('the counts of a list', () => {
  it('are what others said since one read, and what names the person; not what is hidden or one said oneself', async () => {
    const id = await newGroup(here, ann, [bob]);
    await say(ann, id);
    await say(ann, id, { mentions: [bob, eve] });
    await say(ann, id, { hidden: true, mentions: [bob] });
    await say(bob, id);
    expect(await entryOf(bob, id)).toMatchObject({ unread: 2, mentions: 1, lastSeq: 4, readTo: 0, role: 'member' });
    expect(await entryOf(ann, id)).toMatchObject({ unread: 1, mentions: 0 });

    await here.members.noteRead(bob, id, { readTo: 1 });
    expect(await entryOf(bob, id)).toMatchObject({ unread: 1, mentions: 1, readTo: 1 });
    await here.members.noteRead(bob, id, { readTo: 4 });
    expect(await entryOf(bob, id)).toMatchObject({ unread: 0, mentions: 0, readTo: 4 });
    expect((await entryOf(bob, id))?.lastItem).toMatchObject({ authorId: bob, mentions: [] });
  });

  it('of who joins begin there', async () => {
    const id = await newGroup(here, ann);
    await say(ann, id);
    await here.members.join(ann, id, bob, 'member');
    expect(await entryOf(bob, id)).toMatchObject({ unread: 0, readTo: 1, deliveredTo: 1 });
  });

  it('end at a hundred', async () => {
    const id = await newGroup(here, ann, [bob]);
    await Promise.all(Array.from({ length: 105 }, () => say(ann, id, { mentions: [bob] })));
    expect(await entryOf(bob, id)).toMatchObject({ unread: 100, mentions: 100 });
  });
});

describe('a watermark', () => {
  const marks = async (id: string, personId: string) => {
    const { readTo, deliveredTo } = (await here.members.list(personId, id)).find((each) => each.personId === personId)!;
    return { readTo, deliveredTo };
  };

  it('of what came to a device says nothing of what was read', async () => {
    const id = await newGroup(here, ann, [bob]);
    for (let n = 0; n < 3; n++) await say(ann, id);
    await here.members.noteRead(bob, id, { deliveredTo: 2 });
    expect(await marks(id, bob)).toEqual({ readTo: 0, deliveredTo: 2 });
  });

  it('of what was read says that it came, never goes back, and never beyond what there is', async () => {
    const id = await newGroup(here, ann, [bob]);
    for (let n = 0; n < 3; n++) await say(ann, id);
    await here.members.noteRead(bob, id, { readTo: 2 });
    expect(await marks(id, bob)).toEqual({ readTo: 2, deliveredTo: 2 });
    await here.members.noteRead(bob, id, { readTo: 1, deliveredTo: 1 });
    expect(await marks(id, bob)).toEqual({ readTo: 2, deliveredTo: 2 });
    await here.members.noteRead(bob, id, { readTo: Number.MAX_SAFE_INTEGER });
    expect(await marks(id, bob)).toEqual({ readTo: 3, deliveredTo: 3 });
    await here.members.noteRead(bob, id, { readTo: -5 });
    await here.members.noteRead(bob, id, {});
    expect(await marks(id, bob)).toEqual({ readTo: 3, deliveredTo: 3 });
  });

  it('is told to who follows and to the own lists, makes no event, and only when it moves', async () => {
    const id = await newGroup(here, ann, [bob]);
    await say(ann, id);
    const list = await open(there, bob);
    const signals: unknown[] = [];
    const { lastEvent } = await here.access(ann, id);
    const following = await there.follow(ann, id, lastEvent, {
      wire: { encode: (output) => output },
      send: (output) => output.kind === 'signal' && signals.push(output.signal),
      onError: expect.unreachable,
    });
    for (let n = 0; n < 3; n++) await here.members.noteRead(bob, id, { readTo: 1 });
    const data = { read_to: 1, delivered_to: 1 };
    await vi.waitFor(() => expect(signals).toEqual([{ type: 'receipt', personId: bob, key: '', data }]));
    expect(list.heard).toEqual([{ kind: 'read', conversationId: id, readTo: 1, deliveredTo: 1 }]);
    expect((await here.access(ann, id)).lastEvent).toBe(lastEvent);
    following.close();
    list.close();
  });

  it('is refused to a stranger as if nothing were there', async () => {
    const id = await newGroup(here, ann);
    await expect(here.members.noteRead(eve, id, { readTo: 1 })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a list that is open', () => {
  it('is told what is added in any process, with enough to count it, and of nothing twice', async () => {
    const id = await newGroup(here, ann, [bob]);
    const list = await open(there, bob);
    const n = await say(ann, id, { id: newId('msg'), mentions: [bob] });
    await say(ann, id, { hidden: true });
    await vi.waitFor(() => expect(list.heard).toHaveLength(2));
    expect(list.heard).toMatchObject([
      { kind: 'changed', conversationId: id, n, item: { seq: 1, authorId: ann, mentions: [bob] } },
      { kind: 'changed', conversationId: id, n: n + 1, item: null },
    ]);
    list.close();
  });

  it('counts no item that is changed in its place', async () => {
    const id = await newGroup(here, ann, [bob]);
    const message = newMessage('first', { authorId: ann });
    await here.putItem(ann, id, message);
    const list = await open(there, bob);
    await here.putItem(ann, id, { ...message, payload: { text: 'better' } }, 'item.replaced');
    await vi.waitFor(() => expect(list.heard).toHaveLength(1));
    expect(list.heard).toMatchObject([{ kind: 'changed', item: null }]);
    list.close();
  });

  it('counts a question to an agent, and what the agent answers', async () => {
    const id = await newGroup(here, ann, [bob]);
    const list = await open(there, bob);
    const run = here.runs.prepare(ann, 'group');
    const question = newMessage('why?', { authorId: ann });
    await here.runs.claim(run, id, question);
    run.begin();
    const answer = newMessage('because');
    await here.putItem(ann, id, answer, 'item.done', run);
    await here.putItem(ann, id, newMessage('a thought', { hidden: true }), 'item.done', run);
    await here.runs.finish(run, { state: 'done' });
    const counted = () =>
      list.heard.flatMap((output) => (output.kind === 'changed' && output.item ? [output.item] : []));
    await vi.waitFor(() => expect(counted()).toHaveLength(2));
    expect(counted()).toMatchObject([
      { id: question.id, seq: 1, authorId: ann },
      { id: answer.id, seq: 2, authorId: null },
    ]);
    list.close();
  });

  it('is not told how one grows that is quiet, nor one that it is taken into, but that it is gone', async () => {
    const [known, joined] = [await newGroup(here, ann, [bob]), await newGroup(here, ann)];
    const list = await open(there, bob);
    for (const id of [known, joined]) list.setQuiet(id, true);
    await here.members.join(ann, joined, bob, 'member');
    await vi.waitFor(() => expect(list.heard).toEqual([{ kind: 'joined', conversationId: joined }]));
    for (const id of [known, joined]) await say(ann, id);
    list.setQuiet(known, false);
    const n = await say(ann, known);
    await vi.waitFor(() => expect(list.heard.at(-1)).toMatchObject({ kind: 'changed', conversationId: known, n }));
    expect(list.heard).toHaveLength(2);
    list.setQuiet(known, true);
    for (const id of [known, joined]) await here.remove(ann, id);
    await vi.waitFor(() => expect(list.heard.filter(({ kind }) => kind === 'left')).toHaveLength(2));
    list.close();
  });

  it('learns of conversations one is taken into, leaves, is removed from, and that are deleted', async () => {
    const list = await open(there, eve);
    const [left, removed, deleted] = [await newGroup(here, ann), await newGroup(here, ann), await newGroup(here, ann)];
    for (const id of [left, removed, deleted]) await here.members.join(ann, id, eve, 'member');
    await here.members.leave(eve, left);
    await here.members.leave(ann, removed, eve);
    await here.remove(ann, deleted);
    await vi.waitFor(() => expect(list.heard.filter(({ kind }) => kind === 'left')).toHaveLength(3));
    const told = list.heard.map((output) => [output.kind, 'conversationId' in output && output.conversationId]);
    for (const id of [left, removed, deleted]) {
      expect(told).toContainEqual(['joined', id]);
      expect(told).toContainEqual(['left', id]);
    }
    const before = list.heard.length;
    await say(ann, left);
    expect(list.heard).toHaveLength(before);
    list.close();
  });
});

it("what somebody leaves to another is in that one's list at once, and nothing of it is new", async () => {
  const [leaving, heir] = ['usr_leaving', 'usr_heir'];
  const [whole, shared] = [await newGroup(here, leaving, [bob]), await newGroup(here, leaving, [heir])];
  await say(leaving, whole);
  const list = await open(there, heir);
  const client = await database.pool.connect();
  const told = await here.ownership.transferAll(client, leaving, heir);
  client.release();
  told();
  const joined = list.heard.flatMap((output) => (output.kind === 'joined' ? [output.conversationId] : []));
  expect(joined.sort()).toEqual([whole, shared].sort());
  expect(await entryOf(heir, whole)).toMatchObject({ role: 'owner', unread: 0, lastSeq: 1 });
  expect(await entryOf(heir, shared)).toMatchObject({ role: 'owner' });
  expect(await entryOf(leaving, whole)).toBeUndefined();
  await say(bob, whole);
  expect(list.heard.at(-1)).toMatchObject({ kind: 'changed', conversationId: whole, item: { seq: 2 } });
  list.close();
});

describe('a cursor', () => {
  /** A list whose cursor is past the last change of a conversation: whoever writes elsewhere in the cluster holds it back. */
  const openAfter = (conversationId: string) =>
    vi.waitFor(async () => {
      const list = await open(here, eve);
      list.close();
      const { rows } = await database.pool.query(
        'SELECT changed < $2::xid8 AS is_past FROM conversations WHERE id = $1',
        [conversationId, list.cursor],
      );
      expect(rows[0].is_past).toBe(true);
      return list;
    }, 10_000);

  it('tells what changed since, and what one left meanwhile', async () => {
    const [quiet, busy, left, gone] = [
      await newGroup(here, ann, [eve]),
      await newGroup(here, ann, [eve]),
      await newGroup(here, ann, [eve]),
      await newGroup(here, ann, [eve]),
    ];
    const first = await openAfter(quiet);
    await say(ann, busy);
    await here.members.leave(ann, left, eve);
    await here.remove(ann, gone);
    const second = await open(here, eve, first.cursor);
    second.close();
    expect(second.entries.map(({ conversation }) => conversation.id)).toContain(busy);
    expect(second.entries.map(({ conversation }) => conversation.id)).not.toContain(quiet);
    expect(second.gone).toEqual(expect.arrayContaining([left, gone]));
    expect(second.limited).toBe(false);
    // Who came back is not told to be gone.
    await here.members.join(ann, left, eve, 'member');
    const third = await open(here, eve, first.cursor);
    third.close();
    expect(third.gone).not.toContain(left);
    expect(third.entries.map(({ conversation }) => conversation.id)).toContain(left);
  });

  it('is told what changed in a database that was put back from the backup of another, not all of it each time', async () => {
    const [back, now] = [await newGroup(here, ann, [eve]), await newGroup(here, ann, [eve])];
    // The other one had come further.
    for (const table of ['conversations', 'members'])
      await database.pool.query(
        `UPDATE ${table} SET changed = '9000000000' WHERE ${table === 'members' ? 'conversation_id' : 'id'} = $1`,
        [back],
      );
    const first = await open(here, eve);
    first.close();
    expect(first.entries.map(({ conversation }) => conversation.id)).toEqual(expect.arrayContaining([back, now]));
    await say(ann, now);
    const changes = async () => (await first.changes(first.cursor)).entries.map(({ conversation }) => conversation.id);
    expect(await changes()).toContain(now);
    expect(await changes()).not.toContain(back);
    await say(ann, back);
    // Its members are as they were; it has been spoken in.
    expect(await changes()).toContain(back);
  });

  it('misses nothing that was written before it was read and committed after', async () => {
    const id = await newGroup(here, ann, [eve]);
    const late = await database.pool.connect();
    await late.query('BEGIN');
    await late.query('UPDATE conversations SET changed = pg_current_xact_id(), last_event = last_event WHERE id = $1', [
      id,
    ]);
    // Others write and commit meanwhile; their numbers are higher.
    const other = await newGroup(here, ann, [eve]);
    const read = await open(here, eve);
    read.close();
    await late.query('COMMIT');
    late.release();
    const after = await open(here, eve, read.cursor);
    after.close();
    expect(after.entries.map(({ conversation }) => conversation.id)).toEqual(expect.arrayContaining([id, other]));
  });

  it('that is too old to tell all says that the list is to be read anew, whether much is new or much is gone', async () => {
    const person = 'usr_of_many';
    const [empty] = [await open(here, person)];
    empty.close();
    await database.pool.query(
      `WITH c AS (INSERT INTO conversations (id, kind, status, metadata, created_at, updated_at)
         SELECT 'thr_many_' || n, 'group', '{"type":"active"}', '{}', now(), now() FROM generate_series(1, 501) n RETURNING id)
       INSERT INTO members (conversation_id, person_id, role) SELECT id, $1, 'member' FROM c`,
      [person],
    );
    const many = await open(here, person, empty.cursor);
    many.close();
    expect(many).toMatchObject({ limited: true, entries: [] });
    const whole = await open(here, person);
    whole.close();
    expect(whole).toMatchObject({ limited: false });
    expect(whole.entries).toHaveLength(500);
    await database.pool.query(
      `WITH d AS (DELETE FROM members WHERE person_id = $1 RETURNING conversation_id)
       INSERT INTO departures (person_id, conversation_id) SELECT $1, conversation_id FROM d`,
      [person],
    );
    const few = await open(here, person, whole.cursor);
    few.close();
    expect(few).toMatchObject({ limited: true, entries: [], gone: [] });
  });

  it.each(['', 'x', '-1', '1.5', '99999999999999999999999', "1'; --"])(
    'that was never given (%j) is refused',
    async (cursor) => {
      await expect(open(here, ann, cursor)).rejects.toMatchObject({ code: 'bad_request' });
    },
  );

  it('of a database that was put back has the list read anew', async () => {
    const read = await open(here, ann, '999999999999');
    read.close();
    expect(read.limited).toBe(true);
    expect(Number(read.cursor)).toBeLessThan(999_999_999_999);
  });
});
