import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../errors.ts';
import { type Bus, createMemoryBus } from '../../../platform/bus/index.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import { newId } from '../../../platform/ids/index.ts';
import type { Conversations, FeedOutput } from '../index.ts';
import { newGroup, newMessage, plainWire, testEngine } from '../testing/engine.ts';

const [ann, bob] = ['usr_ann', 'usr_bob'];
let database: TestDatabase;
let bus: Bus;
let here: Conversations;
let there: Conversations;

beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
  bus = createMemoryBus();
  here = testEngine(database, bus, '1');
  there = testEngine(database, bus, '2');
});
afterAll(async () => {
  here.close();
  there.close();
  await database.close();
});

async function follow(engine: Conversations, id: string, after: number, personId = ann) {
  const heard: FeedOutput[] = [];
  const errors: { code?: string }[] = [];
  const following = await engine.follow(personId, id, after, {
    wire: plainWire,
    send: (_, output) => heard.push(output),
    onError: (error) => errors.push(error as { code?: string }),
  });
  const numbers = () => heard.flatMap((output) => (output.kind === 'event' ? [output.event.n] : []));
  return { heard, errors, numbers, following };
}
const say = (id: string, text = 'x') => here.putItem(ann, id, newMessage(text, { authorId: ann }));
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, k) => from + k);
const channel = (id: string) => `conversation.${id}`;
/** Makes all events of a conversation as old as they must be to be removed. */
const age = (id: string) =>
  database.pool.query(`UPDATE events SET at = now() - interval '40 days' WHERE conversation_id = $1`, [id]);

describe('a bus', () => {
  it('that lies about the number of an event makes nobody skip one, nor hear one twice', async () => {
    const id = await newGroup(here, ann);
    const feed = await follow(there, id, 0);
    for (const n of [Number.MAX_SAFE_INTEGER, 1e9, 1, 0, -1, 2.5, Number.NaN, '7'])
      bus.publish(channel(id), JSON.stringify({ kind: 'event', n }));
    for (let n = 0; n < 3; n++) await say(id);
    await vi.waitFor(() => expect(feed.numbers()).toEqual(upTo(4)));
    expect(feed.errors).toEqual([]);
    feed.following.close();
  });

  it('that says things nobody understands, or that a conversation is gone which is not, changes nothing', async () => {
    const id = await newGroup(here, ann);
    const feed = await follow(there, id, 0);
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"kind":"new"}',
      '{"kind":"gone"}',
      '{"kind":"said","runId":"run_none"}',
    ])
      bus.publish(channel(id), text);
    await say(id);
    await vi.waitFor(() => expect(feed.numbers()).toEqual([1, 2]));
    expect(feed.heard.map(({ kind }) => kind)).not.toContain('gone');
    feed.following.close();
  });
});

describe('who follows', () => {
  it('from an event that has not happened, or that is not kept any more, is refused', async () => {
    const id = await newGroup(here, ann);
    for (let n = 0; n < 4; n++) await say(id);
    await expect(follow(here, id, 6)).rejects.toMatchObject({ code: 'bad_request' });
    await age(id);
    await say(id);
    await here.trim(30);
    await expect(follow(here, id, 4)).rejects.toMatchObject({ code: 'events_gone' });
    // Items stay; who knows the last event that is gone has missed nothing.
    expect((await here.items(ann, id, { limit: 9, order: 'asc', after: null })).data).toHaveLength(5);
    const feed = await follow(here, id, 5);
    await vi.waitFor(() => expect(feed.numbers()).toEqual([6]));
    feed.following.close();
  });

  it('hears everything while old events are removed, and those of an answer in flight are kept', async () => {
    const [id, answering] = [await newGroup(here, ann), await newGroup(here, ann)];
    const run = here.runs.prepare(ann, 'group');
    await here.runs.claim(run, answering);
    const feed = await follow(there, id, 0);
    for (let n = 0; n < 5; n++) {
      await say(id);
      await vi.waitFor(() => expect(feed.numbers().at(-1)).toBe(n + 2));
      await age(id);
      await age(answering);
      await here.trim(30);
    }
    expect(feed.numbers()).toEqual(upTo(6));
    expect((await here.access(ann, answering)).trimmedTo).toBe(0);
    await here.runs.finish(run, { state: 'done' });
    feed.following.close();
  });

  it('and rests for long is told all of it afterwards, though its tail was left by all meanwhile', async () => {
    const id = await newGroup(here, ann);
    const feed = await follow(there, id, 0);
    await vi.waitFor(() => expect(feed.heard.at(-1)?.kind).toBe('caught-up'));
    feed.following.pause();
    const before = feed.heard.length;
    await Promise.all(Array.from({ length: 450 }, () => say(id)));
    expect(feed.heard).toHaveLength(before);
    feed.following.resume();
    await vi.waitFor(() => expect(feed.numbers()).toEqual(upTo(451)));
    expect(feed.errors).toEqual([]);
    feed.following.close();
  });

  it('and rests until what it missed is removed is told so, rather than left with a hole', async () => {
    const id = await newGroup(here, ann);
    const feed = await follow(there, id, 0);
    await vi.waitFor(() => expect(feed.heard.at(-1)?.kind).toBe('caught-up'));
    feed.following.pause();
    for (let n = 0; n < 3; n++) await say(id);
    await age(id);
    await say(id);
    await here.trim(30);
    feed.following.resume();
    await vi.waitFor(() => expect(feed.errors).toMatchObject([{ code: 'events_gone' }]));
    expect(feed.numbers()).toEqual([1]);
  });

  it('and rests until the conversation is deleted, or the right is gone, hears that it is gone, and no more', async () => {
    const [deleted, left] = [await newGroup(here, ann, [bob]), await newGroup(here, ann, [bob])];
    const feeds = [await follow(there, deleted, 0, bob), await follow(there, left, 0, bob)];
    for (const feed of feeds) feed.following.pause();
    await here.remove(ann, deleted);
    await here.members.leave(ann, left, bob);
    await say(left);
    for (const feed of feeds) feed.following.resume();
    for (const feed of feeds) {
      await vi.waitFor(() => expect(feed.heard.at(-1)).toEqual({ kind: 'gone' }));
      expect(feed.errors).toEqual([]);
      expect(feed.numbers().filter((n) => n > 2)).toEqual([]);
    }
  });

  it('comes and goes at the same moment as others do without leaving a tail that nobody hears', async () => {
    const id = await newGroup(here, ann);
    for (let round = 0; round < 20; round++) {
      const coming = Array.from({ length: 5 }, () => follow(there, id, 0));
      const feeds = await Promise.all(coming);
      for (const [at, feed] of feeds.entries()) {
        if (at === 4) continue;
        if (round % 2) await sleep(at % 2);
        feed.following.close();
      }
      const last = feeds[4]!;
      const n = await say(id);
      await vi.waitFor(() => expect(last.numbers()).toEqual(upTo(n)));
      last.following.close();
    }
  });

  it('two thousand times, as one person, is told each thing each time, and all of it ends with the right', async () => {
    const id = await newGroup(here, ann, [bob]);
    const feeds = await Promise.all(Array.from({ length: 2000 }, () => follow(there, id, 2, bob)));
    await vi.waitFor(() => expect(feeds.every(({ heard }) => heard.at(-1)?.kind === 'caught-up')).toBe(true), 10_000);
    await say(id);
    await vi.waitFor(() => expect(feeds.every((feed) => feed.numbers().length === 1)).toBe(true), 10_000);
    await here.members.leave(ann, id, bob);
    await vi.waitFor(() => expect(feeds.every(({ heard }) => heard.at(-1)?.kind === 'gone')).toBe(true), 10_000);
    await say(id);
    expect(feeds.every((feed) => feed.numbers().length <= 2 && feed.errors.length === 0)).toBe(true);
  }, 60_000);
});

describe('an answer', () => {
  it('that two processes want to give at the same instant is given by one, many times over', async () => {
    const id = await newGroup(here, ann);
    for (let round = 0; round < 15; round++) {
      const runs = [here, there].map((engine) => ({ engine, run: engine.runs.prepare(ann, 'group') }));
      const claims = await Promise.allSettled(runs.map(({ engine, run }) => engine.runs.claim(run, id)));
      const won = claims.findIndex(({ status }) => status === 'fulfilled');
      expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(claims[1 - won]).toMatchObject({ reason: { code: 'run_in_progress' } });
      // Ended at once, so that the end meets the next claims.
      void runs[won]!.engine.runs.finish(runs[won]!.run, { state: 'done' });
      await vi.waitFor(async () => {
        const { rows } = await database.pool.query(
          `SELECT FROM runs WHERE conversation_id = $1 AND state = 'running'`,
          [id],
        );
        expect(rows).toHaveLength(0);
      });
    }
  });

  it('of a process that was taken for dead and lives is told as interrupted; what it says later is refused', async () => {
    const frozen = testEngine(database, bus, '66');
    const judge = testEngine(database, bus, '67', (key) => (key === '66' ? 'dead' : 'alive'));
    const id = await newGroup(frozen, ann);
    const looksOn = await follow(frozen, id, 0);
    const run = frozen.runs.prepare(ann, 'group');
    await frozen.runs.claim(run, id);
    run.begin();
    const pending = { id: newId('msg'), type: 'message', payload: { text: '' }, createdAt: new Date().toISOString() };
    run.emit([{ type: 'item', item: pending }], true);
    run.emit([{ type: 'delta', itemId: pending.id, deltas: ['half an ans'] }], true);
    const { rows } = await database.pool.query('SELECT number FROM runs WHERE id = $1', [run.id]);
    const pieces = async () =>
      (await database.pool.query('SELECT piece FROM run_pieces WHERE run = $1', [rows[0].number])).rows;
    await vi.waitFor(async () => expect(await pieces()).not.toEqual([]));

    await judge.runs.recover();
    run.emit([{ type: 'delta', itemId: pending.id, deltas: ['wer, late'] }], true);
    await expect(
      frozen.putItem(ann, id, newMessage('half an answer, late', { id: pending.id }), 'item.done', run),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(run.isLost).toBe(true);
    expect(run.signal.aborted).toBe(true);
    await frozen.runs.finish(run, { state: 'done' });
    await sleep(400);
    expect(await pieces()).toEqual([]);

    const { data } = await here.items(ann, id, { limit: 9, order: 'asc', after: null });
    expect(data.map(({ payload }) => payload.text)).toEqual(['half an ans', 'cut off']);
    const ends = () =>
      looksOn.heard.flatMap((output) =>
        output.kind === 'event' && output.event.type === 'run.ended' ? [output.event] : [],
      );
    await vi.waitFor(() => expect(ends()).toMatchObject([{ payload: { run_id: run.id, state: 'interrupted' } }]));
    looksOn.following.close();
    frozen.close();
    judge.close();
  });

  it('that says nothing more learns within two seconds that it was ended', async () => {
    const frozen = testEngine(database, bus, '68');
    const judge = testEngine(database, bus, '69', (key) => (key === '68' ? 'dead' : 'alive'));
    const id = await newGroup(frozen, ann);
    const run = frozen.runs.prepare(ann, 'group');
    await frozen.runs.claim(run, id);
    await judge.runs.recover();
    await vi.waitFor(() => expect(run.isLost).toBe(true), 4000);
    await frozen.runs.finish(run, { state: 'interrupted' });
    frozen.close();
    judge.close();
  });

  it('in a conversation that is deleted ends in every process, and leaves nothing', async () => {
    const id = await newGroup(here, ann);
    const run = there.runs.prepare(ann, 'group');
    await there.runs.claim(run, id);
    run.begin();
    const feed = await follow(there, id, 0);
    await here.remove(ann, id);
    expect(run.isLost).toBe(true);
    await expect(there.putItem(ann, id, newMessage('late'), 'item.done', run)).rejects.toMatchObject({
      code: 'not_found',
    });
    await there.runs.finish(run, { state: 'stopped' });
    await vi.waitFor(() => expect(feed.heard.at(-1)).toEqual({ kind: 'gone' }));
    expect(there.runs.live(id)).toEqual([]);
    expect((await database.pool.query('SELECT FROM items WHERE conversation_id = $1', [id])).rows).toEqual([]);
  });

  it('that is given back leaves nobody waiting for it, in any process', async () => {
    const id = await newGroup(here, ann);
    const feeds = [await follow(here, id, 0), await follow(there, id, 0)];
    const run = here.runs.prepare(ann, 'group');
    await here.runs.claim(run, id);
    await here.runs.abandon(run);
    for (const feed of feeds) {
      await vi.waitFor(() => expect(feed.heard.at(-1)).toMatchObject({ event: { type: 'run.ended' } }));
      const late = await follow(feed === feeds[0] ? here : there, id, 0);
      await vi.waitFor(() => expect(late.heard.at(-1)).toMatchObject({ kind: 'caught-up', running: false }));
      late.following.close();
    }
    for (const feed of feeds) feed.following.close();
  });

  it('is shown, and nobody sent away, though the database is away as its first words are asked for', async () => {
    const id = await newGroup(here, ann);
    const run = here.runs.prepare(ann, 'group');
    await here.runs.claim(run, id);
    run.begin();
    const item = { id: newId('msg'), type: 'message', payload: { text: 'words' }, createdAt: new Date().toISOString() };
    run.emit([{ type: 'item', item }], true);
    await say(id);
    const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>;
    let refused = 0;
    const spy = vi.spyOn(database.pool, 'query').mockImplementation((async (asked: {
      name?: string;
      values: unknown[];
    }) => {
      const isAboutItems = asked.name === 'conversations.tail-start' && (asked.values[1] as string[]).length > 0;
      if (isAboutItems && refused++ < 2) throw new AppError('database_unavailable');
      return query(asked);
    }) as never);
    const feed = await follow(there, id, 0);
    await vi.waitFor(() => expect(feed.heard.at(-1)).toMatchObject({ kind: 'snapshot', items: [item] }), 5000);
    spy.mockRestore();
    expect(refused).toBeGreaterThan(1);
    expect(feed.errors).toEqual([]);
    await here.runs.finish(run, { state: 'done' });
    feed.following.close();
  });

  it('whose process is not heard shows what is saved of it, but no item a second time that is stored', async () => {
    // Nothing of this process reaches the others but notices of the log.
    const deaf: Bus = {
      ...bus,
      publish: (to, text) => (text.startsWith('{"kind":"event"') ? bus.publish(to, text) : undefined),
    };
    const silent = testEngine(database, deaf, '70');
    const id = await newGroup(silent, ann);
    const run = silent.runs.prepare(ann, 'group');
    await silent.runs.claim(run, id);
    run.begin();
    const begin = (text: string) => {
      const item = { id: newId('msg'), type: 'message', payload: { text: '' }, createdAt: new Date().toISOString() };
      run.emit([{ type: 'item', item }], true);
      run.emit([{ type: 'delta', itemId: item.id, deltas: [text] }], true);
      return item.id;
    };
    const stored = begin('stored');
    const n = await silent.putItem(ann, id, newMessage('stored', { id: stored }), 'item.done', run);
    run.emit([{ type: 'event', n, itemId: stored, value: null }], true);
    const open = begin('unfinished');
    const feed = await follow(there, id, 0);
    const shown = () => {
      const last = feed.heard.findLast((output) => output.kind === 'snapshot');
      return last?.kind === 'snapshot' ? last.items.map((item) => item.id) : [];
    };
    await vi.waitFor(() => expect(shown()).toEqual([open]), 5000);
    for (const output of feed.heard)
      if (output.kind === 'snapshot') expect(output.items.map((item) => item.id)).not.toContain(stored);
    await silent.runs.finish(run, { state: 'done' });
    await vi.waitFor(() => expect(feed.heard.at(-1)).toMatchObject({ event: { type: 'run.ended' } }));
    feed.following.close();
    silent.close();
  });
});

describe('names and numbers', () => {
  it('of an author name one item in a conversation, and another in the next; another author may use them too', async () => {
    const [first, second] = [await newGroup(here, ann, [bob]), await newGroup(here, ann)];
    const named = (authorId: string) => newMessage('x', { authorId, clientId: 'mine' });
    await here.putItem(ann, first, named(ann));
    await expect(here.putItem(ann, first, named(ann))).rejects.toMatchObject({ code: 'conflict' });
    await here.putItem(bob, first, named(bob));
    await here.putItem(ann, second, named(ann));
    const twice = await Promise.allSettled(
      Array.from({ length: 8 }, (_, k) =>
        (k % 2 ? here : there).putItem(ann, first, newMessage('y', { authorId: ann, clientId: 'again' })),
      ),
    );
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await here.items(ann, first, { limit: 9, order: 'asc', after: null })).data).toHaveLength(3);
    // What was refused took no number.
    expect((await here.access(ann, first)).lastEvent).toBe(5);
  });

  it('of items grow over all conversations, in the order in which each was told', async () => {
    const ids = [await newGroup(here, ann), await newGroup(here, ann)];
    const numbers: number[] = [];
    for (let n = 0; n < 6; n++) {
      const message = newMessage(String(n), { parentId: n > 1 ? 'msg_parent' : undefined, mentions: [bob] });
      await (n % 2 ? here : there).putItem(ann, ids[n % 2]!, message);
      const item = await here.item(ann, ids[n % 2]!, message.id);
      expect(item).toMatchObject({
        parentId: n > 1 ? 'msg_parent' : null,
        mentions: [bob],
        seq: Math.floor(n / 2) + 1,
      });
      numbers.push(item.number);
    }
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    // One that is changed in its place keeps it.
    const message = newMessage('first');
    await here.putItem(ann, ids[0]!, message);
    const before = await here.item(ann, ids[0]!, message.id);
    await here.putItem(ann, ids[0]!, { ...message, payload: { text: 'second' } }, 'item.replaced');
    expect(await here.item(ann, ids[0]!, message.id)).toMatchObject({ number: before.number, seq: before.seq });
  });

  it('of reactions are counted once a person, taken back by that person alone, and go with the item', async () => {
    const id = await newGroup(here, ann, [bob]);
    const message = newMessage('x');
    await here.putItem(ann, id, message);
    expect(await here.react(ann, id, message.id, '👍')).toBe(4);
    expect(await here.react(ann, id, message.id, '👍')).toBeNull();
    await there.react(bob, id, message.id, '👍');
    await there.react(bob, id, message.id, '🎉');
    expect(await here.react(ann, id, message.id, '🎉', false)).toBeNull();
    expect((await here.item(ann, id, message.id)).reactions).toEqual({ '👍': [ann, bob], '🎉': [bob] });
    await there.react(bob, id, message.id, '👍', false);
    expect((await here.item(ann, id, message.id)).reactions).toEqual({ '👍': [ann], '🎉': [bob] });
    await expect(here.react(ann, id, message.id, '')).rejects.toMatchObject({ code: 'bad_request' });
    await expect(here.react(ann, id, message.id, 'x'.repeat(65))).rejects.toMatchObject({ code: 'bad_request' });
    await expect(here.react(ann, id, 'msg_none', 'x')).rejects.toMatchObject({ code: 'not_found' });
    await here.removeItem(ann, id, message.id);
    expect((await database.pool.query('SELECT FROM reactions WHERE conversation_id = $1', [id])).rows).toEqual([]);
  });
});
