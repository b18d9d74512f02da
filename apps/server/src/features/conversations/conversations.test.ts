import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createMemoryBus } from '../../platform/bus/index.ts';
import { acquireProcessLease, type ProcessLease } from '../../platform/database/process-lease.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { newId } from '../../platform/ids/index.ts';
import { type Conversations, createConversations, type FeedOutput, type PendingItem } from './index.ts';
import { growing, newMessage as item, plainWire as plain } from './testing/engine.ts';

const silent = { info() {}, warn() {}, error() {} };
const ann = 'usr_ann';
const bob = 'usr_bob';

let database: TestDatabase;
const bus = createMemoryBus();
const leases: ProcessLease[] = [];
/** An engine as another process would have it: its own lease and its own runs, on the same database and bus. */
async function engine(): Promise<{ conversations: Conversations; lease: ProcessLease }> {
  const lease = await acquireProcessLease(database, silent);
  leases.push(lease);
  const conversations = createConversations({
    pool: database.pool,
    bus,
    process: lease,
    log: silent,
    unfinished: { assistant: growing },
    wordsOf: ({ payload }) => (payload as { text: string }).text.trim(),
  });
  return { conversations, lease };
}

async function thread({ conversations }: { conversations: Conversations }, personId = ann): Promise<string> {
  const id = newId('thr');
  await conversations.create(personId, {
    id,
    kind: 'assistant',
    title: null,
    status: { type: 'active' },
    metadata: {},
    createdAt: new Date(),
  });
  return id;
}

async function follow({ conversations }: { conversations: Conversations }, id: string, after = 0) {
  const heard: FeedOutput[] = [];
  const subscription = await conversations.follow(ann, id, after, {
    wire: plain,
    send: (_, output) => heard.push(output),
    onError: (error) => expect.unreachable(String(error)),
  });
  await vi.waitFor(() => expect(heard.some((output) => output.kind === 'caught-up')).toBe(true));
  return {
    heard,
    close: subscription.close,
    numbers: () => heard.flatMap((output) => (output.kind === 'event' ? [output.event.n] : [])),
  };
}

const silentReader = { wire: { encode: () => null }, send() {}, onError() {} };

/** What a client that follows would show of the text of a run: the newest snapshot and the signals after it. */
function text(heard: FeedOutput[]): string {
  let shown = '';
  for (const output of heard) {
    if (output.kind === 'snapshot') shown = output.items.map((pending) => String(pending.payload.text)).join('');
    if (output.kind === 'said')
      for (const signal of output.signals) if (signal.type === 'delta') shown += signal.deltas.join('');
  }
  return shown;
}

async function startRun(at: { conversations: Conversations }, id: string) {
  const run = at.conversations.runs.prepare(ann, 'assistant');
  await at.conversations.runs.claim(run, id);
  const pending: PendingItem = {
    id: newId('msg'),
    type: 'message',
    payload: { text: '' },
    createdAt: new Date().toISOString(),
  };
  run.emit([{ type: 'item', item: structuredClone(pending) }], false);
  const say = (word: string) => {
    pending.payload.text += word;
    run.emit([{ type: 'delta', itemId: pending.id, deltas: [word] }], false);
  };
  return { run, pending, say };
}

beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
});
afterAll(async () => {
  await Promise.all(leases.map((lease) => lease.close()));
  await database.close();
});

// These tests run twice: on plain tables, and on tables that are parted by their conversation (project `partitions`).
it('runs on the tables it is said to run on', async () => {
  const { rows } = await database.pool.query("SELECT relkind FROM pg_class WHERE oid = 'items'::regclass");
  expect(rows[0].relkind).toBe(inject('testPartitions') === undefined ? 'r' : 'p');
});

describe('rights', () => {
  it("makes somebody else's conversation look as if it never was, whatever is asked", async () => {
    const here = await engine();
    const id = await thread(here);
    const { id: itemId } = item('private');
    await here.conversations.putItem(ann, id, item('private', { id: itemId }));
    const { conversations: c } = here;
    const attempts = (conversationId: string) => [
      c.access(bob, conversationId),
      c.save(bob, {
        id: conversationId,
        title: 'x',
        status: { type: 'active' },
        metadata: {},
      }),
      c.remove(bob, conversationId),
      c.putItem(bob, conversationId, item('x')),
      c.item(bob, conversationId, itemId),
      c.rate(bob, conversationId, [itemId], 'positive'),
      c.follow(bob, conversationId, 0, silentReader),
      c.runs.stop(bob, conversationId),
      c.runs.claim(c.runs.prepare(bob, 'assistant'), conversationId),
    ];
    const told = async (conversationId: string) =>
      (await Promise.allSettled(attempts(conversationId))).map((result) =>
        result.status === 'rejected' ? String(result.reason.message).replaceAll(conversationId, 'ID') : 'let in',
      );
    const never = newId('thr');
    expect(await told(id)).toEqual(await told(never));
    expect((await told(id)).every((message) => /not found/i.test(message))).toBe(true);
    expect(await c.items(bob, id, { limit: 9, order: 'asc', after: null })).toEqual({ data: [], hasMore: false });
    expect(await c.removeItem(bob, id, itemId)).toBeNull();
    expect((await c.items(ann, id, { limit: 9, order: 'asc', after: null })).data).toHaveLength(1);
  });
});

describe('the log', () => {
  it('numbers events without a gap and tells each once, though two processes write at the same time', async () => {
    const [one, two] = [await engine(), await engine()];
    const id = await thread(one);
    const [near, far] = [await follow(one, id), await follow(two, id)];
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? one : two).conversations.putItem(ann, id, item(String(i)))),
    );
    const all = Array.from({ length: 61 }, (_, i) => i + 1);
    await vi.waitFor(() => expect(near.numbers()).toHaveLength(61));
    await vi.waitFor(() => expect(far.numbers()).toHaveLength(61));
    expect(near.numbers()).toEqual(all);
    expect(far.numbers()).toEqual(all);
    const late = await follow(one, id, 40);
    expect(late.numbers()).toEqual(all.slice(40));
    for (const feed of [near, far, late]) feed.close();
  });

  it('tells what is written while it looks at the log with one more look', async () => {
    const here = await engine();
    const id = await thread(here);
    const one = await follow(here, id);
    const ask = database.pool.query.bind(database.pool) as (...asked: unknown[]) => Promise<unknown>;
    const { promise: written, resolve } = Promise.withResolvers<void>();
    let looks = 0;
    const query = vi.spyOn(database.pool, 'query').mockImplementation((async (...asked: unknown[]) => {
      if ((asked[0] as { name?: string }).name !== 'conversations.tail-events') return ask(...asked);
      looks++;
      await written;
      return ask(...asked);
    }) as never);
    for (let at = 0; at < 20; at++) await here.conversations.putItem(ann, id, item(`${at}`));
    resolve();
    await vi.waitFor(() => expect(one.numbers()).toEqual(Array.from({ length: 21 }, (_, at) => at + 1)));
    query.mockRestore();
    expect(looks).toBe(2);
    one.close();
  });

  it('is not held up by what a crowd signals: beyond a measure it is dropped, and what stands is told to newcomers', async () => {
    const here = await engine();
    const id = await thread(here);
    let told = 0;
    const reader = {
      wire: plain,
      send: (_: FeedOutput, output: FeedOutput) => void (output.kind === 'signal' && told++),
      onError() {},
    };
    const crowd = await Promise.all(Array.from({ length: 300 }, () => here.conversations.follow(ann, id, 1, reader)));
    const one = await follow(here, id, 1);
    for (let at = 0; at < 200; at++) crowd[0]!.signal({ type: 'pointer', key: 'w', data: { at } });
    await here.conversations.putItem(ann, id, item('heard'));
    await vi.waitFor(() => expect(one.numbers()).toEqual([2]));
    expect(told).toBeGreaterThanOrEqual(300);
    expect(told).toBeLessThan(300 * 200);
    const late = await follow(here, id, 2);
    expect(late.heard).toContainEqual({
      kind: 'signal',
      signal: { type: 'pointer', personId: ann, key: 'w', data: { at: 199 } },
    });
    for (const { close } of [...crowd, one, late]) close();
  });

  it('replaces an item in its place and keeps what was written to the letter', async () => {
    const here = await engine();
    const id = await thread(here);
    const first = item('first');
    await here.conversations.putItem(ann, id, first);
    await here.conversations.putItem(ann, id, item('second'));
    const odd = { z: 1, a: 'nul \u0000, half a pair \ud800, \u2028', nested: { b: null } };
    await here.conversations.putItem(ann, id, { ...first, payload: odd });
    const { data } = await here.conversations.items(ann, id, { limit: 9, order: 'asc', after: null });
    expect(data.map((row) => row.id)[0]).toBe(first.id);
    expect(JSON.stringify(data[0]!.payload)).toBe(JSON.stringify(odd));
  });

  it('pages by place, not by time, and refuses to continue from the future', async () => {
    const here = await engine();
    const id = await thread(here);
    const sameTime = new Date();
    for (let i = 0; i < 7; i++) await here.conversations.putItem(ann, id, item(String(i), { createdAt: sameTime }));
    const seen: unknown[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await here.conversations.items(ann, id, { limit: 3, order: 'desc', after });
      seen.push(...page.data.map((row) => row.payload.text));
      after = page.data.at(-1)!.id;
      if (!page.hasMore) break;
    }
    expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0']);
    await expect(here.conversations.follow(ann, id, 99, silentReader)).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('ends the feeds of a deleted conversation', async () => {
    const here = await engine();
    const id = await thread(here);
    const feed = await follow(here, id);
    await here.conversations.remove(ann, id);
    await vi.waitFor(() => expect(feed.heard.at(-1)).toEqual({ kind: 'gone' }));
  });
});

describe('the search', () => {
  const found = ({ conversations }: { conversations: Conversations }, question: string) =>
    conversations.search(ann, 'assistant', question, { limit: 5, after: null });

  it('reads an item once for all that a person asks at the same time', async () => {
    const here = await engine();
    const id = await thread(here);
    for (let n = 0; n < 5; n++) await here.conversations.putItem(ann, id, item(`a sorb ${n}`));
    await found(here, 'older items');
    for (let n = 0; n < 5; n++) await here.conversations.putItem(ann, id, item(`a sorb ${n}`));
    const query = vi.spyOn(database.pool, 'query');
    const pages = await Promise.all(Array.from({ length: 6 }, () => found(here, 'sorb')));
    for (const { data } of pages) expect(data).toHaveLength(1);
    const saved = query.mock.calls.flatMap(([statement]) => {
      const { name, values } = statement as unknown as { name?: string; values: string[] };
      return name === 'conversations.save-terms' ? (JSON.parse(values[0]!) as unknown[]) : [];
    });
    query.mockRestore();
    expect(saved).toHaveLength(5);
  });

  it('and a deletion that lock the same items wait for each other, and neither fails', async () => {
    const here = await engine();
    const id = await thread(here);
    const [first, second] = [item('a ripe medlar'), item('a ripe rowan', { createdAt: new Date(Date.now() + 1000) })];
    for (const each of [first, second]) await here.conversations.putItem(ann, id, each);
    // Rows are found one by one only where there are many.
    await database.pool.query(
      `INSERT INTO items (conversation_id, seq, id, type, hidden, payload, created_at)
       SELECT $1, 100 + n, 'many_' || n, 'message', true, '{}', now() FROM generate_series(1, 30000) n`,
      [await thread(here, bob)],
    );
    await database.pool.query('ANALYZE items');
    const other = await database.pool.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM items WHERE id = $1 FOR UPDATE', [first.id]);
    const searched = found(here, 'ripe');
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      expect(rows).toHaveLength(1);
    });
    await other.query('DELETE FROM items WHERE id = $1', [second.id]);
    await other.query('COMMIT');
    other.release();
    expect((await searched).data).toMatchObject([{ item: { id: first.id } }]);
  });
});

describe('runs', () => {
  it('lets one of many who ask at the same time answer, whatever their process', async () => {
    const [one, two] = [await engine(), await engine()];
    const id = await thread(one);
    const claims = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => {
        const { runs } = (i % 2 ? one : two).conversations;
        return runs.claim(runs.prepare(ann, 'assistant'), id);
      }),
    );
    expect(claims.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1);
    const refusals = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason.code] : []));
    expect(new Set(refusals)).toEqual(new Set(['run_in_progress']));
    expect(one.conversations.runs.count + two.conversations.runs.count).toBe(1);
  });

  it.each(['the same process', 'another process'])(
    'is heard in mid-sentence from %s, nothing lost and nothing twice',
    async (where) => {
      const one = await engine();
      const there = where === 'another process' ? await engine() : one;
      const id = await thread(one);
      const { run, pending, say } = await startRun(one, id);
      for (const word of ['one ', 'two ', 'three ']) say(word);
      const feed = await follow(there, id, 1);
      say('four ');
      await new Promise((resolve) => setTimeout(resolve, 20));
      const second = await follow(there, id, 1);
      say('five');
      await vi.waitFor(() => expect(text(feed.heard)).toBe('one two three four five'));
      await vi.waitFor(() => expect(text(second.heard)).toBe('one two three four five'));

      await one.conversations.putItem(ann, id, item(String(pending.payload.text), { id: pending.id }));
      await one.conversations.runs.finish(run, { state: 'done' });
      await vi.waitFor(() =>
        expect(feed.heard.at(-1)).toMatchObject({ event: { type: 'run.ended', payload: { state: 'done' } } }),
      );
      // The end of the item comes after the last of its words, never before.
      const kinds = feed.heard.map((output) => output.kind);
      const done = feed.heard.findIndex((output) => output.kind === 'event' && output.event.type === 'item.done');
      expect(kinds.lastIndexOf('said')).toBeLessThan(done);
      feed.close();
      second.close();
    },
  );

  it('is heard from its first word by who followed before it began', async () => {
    const [one, two] = [await engine(), await engine()];
    const id = await thread(one);
    const feed = await follow(two, id);
    const { run, say } = await startRun(one, id);
    await vi.waitFor(() => expect(feed.heard.some((output) => output.kind === 'snapshot')).toBe(true));
    say('hello ');
    say('world');
    await vi.waitFor(() => expect(text(feed.heard)).toBe('hello world'));
    await one.conversations.runs.finish(run, { state: 'done' });
    feed.close();
  });

  it('goes on to be heard, and to be answered, whatever another version of the server puts on the bus', async () => {
    const [one, two] = [await engine(), await engine()];
    const id = await thread(one);
    const { run, pending, say } = await startRun(one, id);
    say('one ');
    const feed = await follow(two, id);
    await vi.waitFor(() => expect(text(feed.heard)).toBe('one '));
    const name = await new Promise<string>((resolve) => {
      const channel = `conversation.${id}`;
      void bus.subscribe(channel, {
        message: (message) => message.startsWith('{"kind":"ask"') && resolve(JSON.parse(message).from),
      });
      // A gap is what makes it ask.
      bus.publish(channel, JSON.stringify({ kind: 'said', runId: run.id, from: 99, signals: [] }));
    });
    const former = [
      { kind: 'snapshot', to: name, runId: run.id, pending: [], allowCancel: true },
      { kind: 'signals', runId: run.id, frames: ['data: {}'] },
      { kind: 'ask', from: 'another' },
      { kind: 'stop' },
      { kind: 'signal' },
      { kind: 'said', runId: run.id },
      { kind: 'event' },
      {},
      null,
      'text',
    ];
    for (const message of former) bus.publish(`conversation.${id}`, JSON.stringify(message));
    say('two');
    await vi.waitFor(() => expect(text(feed.heard)).toBe('one two'));
    expect(run.signal.aborted).toBe(false);
    await one.conversations.putItem(ann, id, item(String(pending.payload.text), { id: pending.id }));
    await one.conversations.runs.finish(run, { state: 'done' });
    await vi.waitFor(() => expect(feed.heard.at(-1)).toMatchObject({ event: { type: 'run.ended' } }));
    feed.close();
  });

  it.each(['the same process', 'another process'])('is stopped from %s', async (where) => {
    const one = await engine();
    const there = where === 'another process' ? await engine() : one;
    const id = await thread(one);
    const { run } = await startRun(one, id);
    await there.conversations.runs.stop(ann, id);
    await vi.waitFor(() => expect(run.signal.reason).toBe('stopped'));
    await one.conversations.runs.finish(run, { state: 'stopped' });
    await expect(there.conversations.runs.stop(ann, id)).resolves.toBeUndefined();
  });

  it('says that it was interrupted when its process is gone, keeping the text it had', async () => {
    const [dying, living] = [await engine(), await engine()];
    const id = await thread(dying);
    const { run, say } = await startRun(dying, id);
    say('half an ans');
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query(
        'SELECT piece FROM run_pieces p JOIN runs r ON r.number = p.run WHERE r.id = $1',
        [run.id],
      );
      expect(rows.map(({ piece }) => piece).join()).toContain('half an ans');
    });
    await living.conversations.runs.recover();
    expect((await living.conversations.items(ann, id, { limit: 9, order: 'asc', after: null })).data).toHaveLength(0);

    await dying.lease.close();
    await living.conversations.runs.recover();
    const { data } = await living.conversations.items(ann, id, { limit: 9, order: 'asc', after: null });
    expect(data.map((row) => [row.payload.text, row.hidden])).toEqual([
      ['half an ans', false],
      ['cut off', true],
    ]);
    const feed = await follow(living, id);
    expect(feed.heard.at(-1)).toEqual({ kind: 'caught-up', running: false, interrupted: true });
    feed.close();
    // The next one may answer, and a late word of the dead process changes nothing.
    await startRun(living, id);
    await dying.conversations.runs.finish(run, { state: 'done' });
    expect(living.conversations.runs.live(id)[0]?.state).toBe('running');
  });

  it('is told to have been interrupted, with the text it had, to who comes back before anybody looked for it', async () => {
    const [dying, living] = [await engine(), await engine()];
    const id = await thread(dying);
    const { run, say } = await startRun(dying, id);
    say('half an ans');
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query(
        'SELECT piece FROM run_pieces p JOIN runs r ON r.number = p.run WHERE r.id = $1',
        [run.id],
      );
      expect(rows.map(({ piece }) => piece).join()).toContain('half');
    });
    await dying.lease.close();
    const feed = await follow(living, id);
    const told = feed.heard.flatMap((output) => (output.kind === 'event' ? [output.event] : []));
    expect(told.map(({ type }) => type)).toEqual([
      'conversation.created',
      'run.started',
      'item.done',
      'item.done',
      'run.ended',
    ]);
    expect(told[2]?.item?.payload.text).toBe('half an ans');
    expect(feed.heard.at(-1)).toEqual({ kind: 'caught-up', running: false, interrupted: true });
    feed.close();
  });

  it('goes on, and keeps its conversation, while all connections to the database are lost', async () => {
    const [here, there] = [await engine(), await engine()];
    const id = await thread(here);
    const { run } = await startRun(here, id);
    await there.conversations.runs.recover();
    const client = await database.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
    // Its lock is free at this moment.
    await vi.waitFor(() => there.conversations.runs.recover(), 10_000);
    const other = there.conversations.runs.prepare(ann, 'assistant');
    await expect(there.conversations.runs.claim(other, id)).rejects.toMatchObject({ code: 'run_in_progress' });
    const { rows } = await database.pool.query('SELECT state FROM runs WHERE id = $1', [run.id]);
    expect(rows[0].state).toBe('running');
    await here.conversations.runs.finish(run, { state: 'done' });
  });

  it('of a request that is made again is told from its first event on, and known to have ended when its process is gone', async () => {
    const [dying, living] = [await engine(), await engine()];
    const id = await thread(dying);
    await dying.conversations.putItem(ann, id, item('before'));
    const request = { clientId: `key of ${id}`, hash: 'h' };
    const run = dying.conversations.runs.prepare(ann, 'assistant', { request });
    const question = item('question', { id: newId('msg') });
    await dying.conversations.runs.claim(run, id, { ...question, authorId: ann, clientId: request.clientId });
    const asked = () => living.conversations.runs.findRequest(ann, request);
    expect(await asked()).toEqual({ conversationId: id, after: 2 });
    expect(await living.conversations.runs.findRequest(bob, request)).toBeNull();
    await expect(living.conversations.runs.findRequest(ann, { ...request, hash: 'other' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    // Neither its run nor its item is there a second time.
    const again = living.conversations.runs.prepare(ann, 'assistant', { request });
    await expect(living.conversations.runs.claim(again, await thread(living))).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(
      living.conversations.putItem(ann, id, { ...item('twice'), authorId: ann, clientId: request.clientId }),
    ).rejects.toMatchObject({ code: 'conflict' });

    await dying.lease.close();
    await asked();
    const feed = await follow(living, id, 2);
    expect(feed.heard.flatMap((output) => (output.kind === 'event' ? [output.event.type] : []))).toEqual([
      'run.started',
      'item.done',
      'item.done',
      'run.ended',
    ]);
    feed.close();
  });

  it('is over once its end is told, though its process has not heard yet that the end is stored', async () => {
    const here = await engine();
    const id = await thread(here);
    const { run } = await startRun(here, id);
    let hear = () => {};
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>;
    const spy = vi.spyOn(database.pool, 'query').mockImplementation((async (...args: [{ name?: string }]) => {
      const result = await query(...args);
      if (args[0].name === 'conversations.end-run') await heard;
      return result;
    }) as never);
    const finished = here.conversations.runs.finish(run, { state: 'done' });
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query('SELECT state FROM runs WHERE id = $1', [run.id]);
      expect(rows[0].state).toBe('done');
    });
    expect(here.conversations.runs.live(id)).toEqual([run]);
    const feed = await follow(here, id);
    expect(feed.heard.at(-1)).toEqual({ kind: 'caught-up', running: false, interrupted: false });
    hear();
    await finished;
    spy.mockRestore();
    feed.close();
  });

  it('leaves no trace when it is abandoned', async () => {
    const here = await engine();
    const id = await thread(here);
    const feed = await follow(here, id);
    const { run } = await startRun(here, id);
    await here.conversations.runs.abandon(run);
    await here.conversations.putItem(ann, id, item('after'));
    await vi.waitFor(() =>
      expect(feed.heard.some((output) => output.kind === 'event' && output.event.type === 'item.done')).toBe(true),
    );
    await startRun(here, id);
    feed.close();
  });

  it('is waited for when the server stops, as are those that begin meanwhile; then it is interrupted, new ones refused', async () => {
    const here = await engine();
    const id = await thread(here);
    const { run } = await startRun(here, id);
    const drained = here.conversations.runs.drain(500);
    const { run: late } = await startRun(here, await thread(here));
    await here.conversations.runs.finish(run, { state: 'done' });
    await vi.waitFor(() => expect(late.signal.reason).toBe('interrupted'));
    expect(() => here.conversations.runs.prepare(ann, 'assistant')).toThrow(
      expect.objectContaining({ code: 'stopping' }),
    );
    await here.conversations.runs.finish(late, { state: 'interrupted' });
    await drained;
  });
});
