// Over 400 lines: one stage of two servers, and every way in which a request comes twice.
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { gate, scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, type Stream, shownBy, threadIdOf } from '../../../testing/stream.ts';
import { world } from '../../../testing/world.ts';
import { AppError } from '../../errors.ts';
import { hasRedis } from '../../platform/redis/testing.ts';

// Requests that are made twice under one Idempotency-Key. Two servers on one database; with Redis they hear each other.

const responder = scriptedResponder();
const { ann, bob, server, servers } = await world({ answers: responder, processes: 2, redis: hasRedis });
const { database } = server;
const people = { ann, bob };

beforeEach(() => {
  responder.script = ['Hello ', 'there'];
  responder.asked = 0;
});

type Caller = { who?: 'ann' | 'bob'; at?: 0 | 1 };

const post = (body: unknown, key: string | undefined, { who = 'ann', at = 0 }: Caller = {}) =>
  people[who].at(servers[at]!).open('POST', '/api/chatkit', body, key === undefined ? {} : { 'idempotency-key': key });
const creation = (text = 'Hi', attachments: string[] = []) => ({
  type: 'threads.create',
  params: { input: { ...inputOf(text), attachments } },
});
const message = (thread_id: string, text: string) => ({
  type: 'threads.add_user_message',
  params: { thread_id, input: inputOf(text) },
});

async function finished(stream: Stream | Promise<Stream>): Promise<Stream> {
  const opened = await stream;
  await opened.ended;
  return opened;
}

const wordsIn = async (thread: string) => (await ann.items(thread)).map(({ content }) => content[0]!.text);
const threadsOf = async ({ who = 'ann', at = 0 }: Caller = {}): Promise<number> =>
  (await people[who].at(servers[at]!).chatkit('threads.list', { limit: 100 })).body.data.length;

const typesOf = (stream: Stream) => stream.events().map(({ type }) => type);
const itemsDone = (stream: Stream) =>
  stream.events().flatMap((event) => (event.type === 'thread.item.done' ? [(event.item as { id: string }).id] : []));
const errorOf = (stream: Stream) => [stream.status, JSON.parse(stream.raw()).error.code];

describe('a request made again under its key', () => {
  it('is answered as the first time when the answer has ended, in the events of the protocol only', async () => {
    const key = randomUUID();
    const first = await finished(post(creation(), key));
    const threads = await threadsOf();
    const second = await finished(post(creation(), key));
    expect(second.status).toBe(200);
    expect(second.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(threadIdOf(second)).toBe(threadIdOf(first));
    expect(typesOf(second)).toEqual(['thread.created', 'thread.item.done', 'thread.item.done']);
    expect(itemsDone(second)).toEqual(itemsDone(first));
    expect(shownBy(second)).toBe('Hello there');
    expect(second.raw()).toMatch(/^((id: \d+\n)?data: [^\n]+\n\n)+$/);
    expect([responder.asked, await threadsOf()]).toEqual([1, threads]);

    const thread = threadIdOf(first);
    const more = randomUUID();
    const said = await finished(post(message(thread, 'More'), more));
    const again = await finished(post(message(thread, 'More'), more));
    expect(typesOf(again)).toEqual(['thread.item.done', 'thread.item.done']);
    expect(itemsDone(again)).toEqual(itemsDone(said));
    expect(await wordsIn(thread)).toEqual(['Hi', 'Hello there', 'More', 'Hello there']);
    expect(responder.asked).toBe(2);
  });

  it.each(hasRedis ? (['one server', 'two servers'] as const) : (['one server'] as const))(
    'is followed while the answer is written, on %s',
    async (where) => {
      const at = where === 'two servers' ? 1 : 0;
      const thread = threadIdOf(await finished(post(creation(), undefined)));
      const wait = gate();
      responder.script = ['One ', wait.step, 'two'];
      responder.asked = 0;
      const key = randomUUID();
      const first = await post(message(thread, 'More'), key);
      await vi.waitFor(() => expect(shownBy(first)).toBe('One '));
      const second = await post(message(thread, 'More'), key, { at });
      await vi.waitFor(() => expect(shownBy(second)).toBe('One '));
      wait.open();
      await Promise.all([first.ended, second.ended]);
      expect(shownBy(second)).toBe('One two');
      expect(typesOf(second)).toEqual([
        'thread.item.done',
        'stream_options',
        'thread.item.added',
        'thread.item.updated',
        'thread.item.done',
      ]);
      expect(itemsDone(second)).toEqual(itemsDone(first));
      expect(responder.asked).toBe(1);
      expect(await wordsIn(thread)).toEqual(['Hi', 'Hello there', 'More', 'One two']);
    },
  );

  it('goes on when its first connection broke: who named the request can come back', async () => {
    const wait = gate();
    responder.script = ['One ', wait.step, 'two'];
    const key = randomUUID();
    const first = await post(creation(), key);
    await vi.waitFor(() => expect(shownBy(first)).toBe('One '));
    first.leave();
    await first.ended;
    const second = await post(creation(), key);
    await vi.waitFor(() => expect(shownBy(second)).toBe('One '));
    wait.open();
    await second.ended;
    expect(await wordsIn(threadIdOf(second))).toEqual(['Hi', 'One two']);
  });

  it('is one request when it comes several times at once, on two servers', async () => {
    const places = hasRedis ? ([0, 1, 0, 1, 0, 1] as const) : ([0, 0, 0, 0] as const);
    const atOnce = async (body: unknown) => {
      const key = randomUUID();
      const streams = await Promise.all(places.map((at) => finished(post(body, key, { at }))));
      expect(streams.map(({ status }) => status)).toEqual(places.map(() => 200));
      expect(streams.map(shownBy)).toEqual(places.map(() => 'Hello there'));
      expect(new Set(streams.map((stream) => itemsDone(stream).join())).size).toBe(1);
      return streams[0]!;
    };
    const threads = await threadsOf();
    for (let round = 1; round <= 5; round++) {
      const thread = threadIdOf(await atOnce(creation()));
      expect(await threadsOf()).toBe(threads + round);
      await atOnce(message(thread, 'More'));
      expect(await wordsIn(thread)).toEqual(['Hi', 'Hello there', 'More', 'Hello there']);
      expect(responder.asked).toBe(2 * round);
    }
  });

  it('ends with an error, as the first time, when the run failed', async () => {
    responder.script = ['Half ', new Error('no more')];
    const key = randomUUID();
    const first = await finished(post(creation(), key));
    const second = await finished(post(creation(), key));
    expect(second.events().at(-1)).toEqual(first.events().at(-1));
    expect(second.events().at(-1)).toEqual({ type: 'error', code: 'stream.error', allow_retry: true });
    expect(responder.asked).toBe(1);
  });

  it('brings its files once', async () => {
    await database.pool.query(
      `INSERT INTO attachments (id, owner_id, file_key, size, payload)
       SELECT 'atc_again', id, 'some/file', 4, $1 FROM people WHERE email = 'ann@example.org'`,
      [JSON.stringify({ id: 'atc_again', type: 'file', name: 'a.txt', mime_type: 'text/plain' })],
    );
    const key = randomUUID();
    const first = await finished(post(creation('Look', ['atc_again']), key));
    expect(first.status, first.raw()).toBe(200);
    // The file is sent now, and refused to another message.
    expect(errorOf(await finished(post(creation('Look', ['atc_again']), randomUUID())))).toEqual([409, 'conflict']);
    const second = await finished(post(creation('Look', ['atc_again']), key));
    expect(itemsDone(second)).toEqual(itemsDone(first));
  });

  it('is a new request once its conversation is deleted', async () => {
    const key = randomUUID();
    const first = await finished(post(creation(), key));
    await ann.chatkit('threads.delete', { thread_id: threadIdOf(first) });
    const second = await finished(post(creation(), key));
    expect(threadIdOf(second)).not.toBe(threadIdOf(first));
    expect(responder.asked).toBe(2);
  });

  it('is a new request when the first was refused', async () => {
    const thread = threadIdOf(await finished(post(creation(), undefined)));
    const wait = gate();
    responder.script = ['Slow', wait.step];
    const running = await post(message(thread, 'Slow'), undefined);
    const key = randomUUID();
    expect(errorOf(await finished(post(message(thread, 'More'), key)))).toEqual([409, 'run_in_progress']);
    wait.open();
    await running.ended;
    const second = await finished(post(message(thread, 'More'), key));
    expect(second.status).toBe(200);
    expect((await wordsIn(thread)).filter((words) => words === 'More')).toHaveLength(1);
  });
});

it.each([
  ['a widget was used', 'threads.custom_action', (thread_id: string) => ({ thread_id, action: { type: 'x' } })],
  [
    'an answer is asked for again',
    'threads.retry_after_item',
    (thread_id: string, item_id: string) => ({ thread_id, item_id }),
  ],
])('%s: under one key it is done once', async (_, type, params) => {
  const first = await finished(post(creation(), undefined));
  const [item] = itemsDone(first);
  responder.asked = 0;
  const key = randomUUID();
  const body = { type, params: params(threadIdOf(first), item!) };
  const once = await finished(post(body, key));
  const twice = await finished(post(body, key));
  expect([once.status, twice.status]).toEqual([200, 200]);
  expect(itemsDone(twice)).toEqual(itemsDone(once));
  expect(twice.events().at(-1)).toEqual(once.events().at(-1));
  const { rows } = await database.pool.query('SELECT count(*)::int AS runs FROM runs WHERE conversation_id = $1', [
    threadIdOf(first),
  ]);
  expect(rows[0].runs).toBe(2);
});

/** A thread that waits for a client tool; the responder was not asked since. */
async function threadWithToolCall(): Promise<string> {
  const thread = threadIdOf(await finished(post(creation(), undefined)));
  const call = {
    id: `cltc_${randomUUID()}`,
    thread_id: thread,
    created_at: new Date().toISOString(),
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'call_1',
    name: 'where',
    arguments: {},
  };
  await server.app.conversations.putItem(ann.id, thread, {
    id: call.id,
    type: call.type,
    hidden: false,
    payload: call,
    createdAt: new Date(),
  });
  responder.asked = 0;
  return thread;
}
const toolOutput = (thread_id: string) => ({
  type: 'threads.add_client_tool_output',
  params: { thread_id, result: { city: 'Ghent' } },
});

it('a client tool gives its output once', async () => {
  const body = toolOutput(await threadWithToolCall());
  const key = randomUUID();
  const once = await finished(post(body, key));
  const twice = await finished(post(body, key));
  expect([once.status, twice.status, responder.asked]).toEqual([200, 200, 1]);
  expect(itemsDone(twice)).toEqual(itemsDone(once));
  // Without the key it is what it was before: no longer waited for.
  expect(errorOf(await finished(post(body, undefined)))).toEqual([409, 'conflict']);
});

it('what was written before a request failed is not written again', async () => {
  const thread = await threadWithToolCall();
  const query = database.pool.query.bind(database.pool);
  let reads = 0;
  const spy = vi.spyOn(database.pool, 'query').mockImplementation(((...args: [{ name?: string }]) => {
    // The second look at the thread comes after the output is stored.
    if (args[0].name === 'conversations.list-items.desc.first' && ++reads === 2)
      return Promise.reject(new Error('gone'));
    return query(...(args as unknown as [string]));
  }) as typeof query);
  const body = toolOutput(thread);
  const key = randomUUID();
  const first = await finished(post(body, key));
  spy.mockRestore();
  const second = await finished(post(body, key));
  for (const told of [first, second])
    expect([told.status, told.events().at(-1)]).toEqual([
      200,
      { type: 'error', code: 'stream.error', allow_retry: true },
    ]);
  expect(responder.asked).toBe(0);
});

describe('a key', () => {
  it('names one request: another under it is refused, and nothing is written', async () => {
    const key = randomUUID();
    const thread = threadIdOf(await finished(post(creation('Hi'), key)));
    for (const body of [creation('Bye'), message(thread, 'Hi'), message('thr_never', 'Hi')])
      expect(errorOf(await finished(post(body, key)))).toEqual([422, 'idempotency_key_reused']);
    expect(await wordsIn(thread)).toEqual(['Hi', 'Hello there']);
    expect(responder.asked).toBe(1);
  });

  it("is its person's: somebody else's same key is another", async () => {
    const key = randomUUID();
    const hers = await finished(post(creation(), key));
    const his = await finished(post(creation('Other'), key, { who: 'bob' }));
    expect(his.status).toBe(200);
    expect(threadIdOf(his)).not.toBe(threadIdOf(hers));
    expect(responder.asked).toBe(2);
  });

  it('may stand in quotes, as the standard has it, and is the same key', async () => {
    const key = randomUUID();
    const first = await finished(post(creation(), `"${key}"`));
    expect(threadIdOf(await finished(post(creation(), key)))).toBe(threadIdOf(first));
  });

  it.each([
    ['an empty one', ''],
    ['empty quotes', '""'],
    ['one of 256 characters', 'k'.repeat(256)],
    ['one with a space', 'a b'],
    ['one with an open quote', '"abc'],
    ['one with a letter beyond ASCII', 'cl\u00e9'],
  ])('%s is refused', async (_, key) => {
    const refused = await finished(post(creation(), key));
    expect(errorOf(refused)).toEqual([400, 'bad_request']);
    expect(refused.raw()).toContain('Idempotency-Key');
    expect(responder.asked).toBe(0);
  });

  it('of 255 characters is accepted', async () => {
    expect((await finished(post(creation(), randomUUID().padEnd(255, '.')))).status).toBe(200);
  });
});

describe('a connection to the database that breaks', () => {
  const away = new AppError('database_unavailable', undefined, { retryAfter: 2 });
  /** Breaks the next statement of that name: before it is carried out, or after, when nobody has heard of it yet. */
  function lose(name: string, when: 'before' | 'after', error: Error = away): void {
    const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => Promise<unknown>;
    const spy = vi.spyOn(database.pool, 'query').mockImplementation((async (...args: [{ name?: string }]) => {
      if (args[0].name !== name) return query(...args);
      spy.mockRestore();
      if (when === 'after') await query(...args);
      throw error;
    }) as never);
  }
  const cutOff = { type: 'error', code: 'run.interrupted', allow_retry: true };

  it('may have stored the message: it is told as stored and cut off, once', async () => {
    const thread = threadIdOf(await finished(post(creation(), undefined)));
    for (const [name, body] of [
      ['conversations.claim-run', message(thread, 'More')],
      ['conversations.create', creation('Lost')],
    ] as const) {
      const key = randomUUID();
      lose(name, 'after');
      const tries = [await finished(post(body, key)), await finished(post(body, key))];
      for (const told of tries) expect([told.status, told.events().at(-1)]).toEqual([200, cutOff]);
      expect(itemsDone(tries[1]!)).toEqual(itemsDone(tries[0]!));
      expect(itemsDone(tries[0]!)).toHaveLength(1);
    }
    expect(await wordsIn(thread)).toEqual(['Hi', 'Hello there', 'More']);
  });

  it('leaves of a message with a file what is stored: its thread, in which the request is told as failed, once', async () => {
    const file = (await ann.chatkit('attachments.create', { name: 'a.txt', size: 1, mime_type: 'text/plain' })).body;
    const { url, method, headers } = file.upload_descriptor;
    const { pathname, search } = new URL(url);
    expect((await server.send(method, pathname + search, 'x', headers)).status).toBe(204);
    const threads = await threadsOf();
    const key = randomUUID();
    lose('conversations.put-item-in-run', 'before');
    const tries = [await finished(post(creation('See', [file.id]), key))];
    tries.push(await finished(post(creation('See', [file.id]), key)));
    for (const told of tries) {
      expect(typesOf(told)).toEqual(['thread.created', 'error']);
      expect(told.events().at(-1)).toMatchObject({ code: 'stream.error' });
    }
    expect([await threadsOf(), responder.asked]).toEqual([threads + 1, 0]);
  });

  it.each([
    ['conversations.claim-run', 'before'],
    ['conversations.claim-run', 'after'],
    ['conversations.end-run', 'before'],
    ['conversations.end-run', 'after'],
  ] as const)('leaves the thread usable: %s, %s', async (name, when) => {
    const thread = threadIdOf(await finished(post(creation(), undefined)));
    lose(name, when);
    await finished(post(message(thread, 'Lost'), undefined));
    const next = await finished(post(message(thread, 'Next'), undefined));
    expect([next.status, shownBy(next)]).toEqual([200, 'Hello there']);
  });
});

it('without a key the same message twice is two messages', async () => {
  const threads = await threadsOf({ who: 'bob' });
  for (let i = 0; i < 2; i++) await finished(post(creation(), undefined, { who: 'bob' }));
  expect(await threadsOf({ who: 'bob' })).toBe(threads + 2);
});

describe('a request that a proxy sends to another process', () => {
  const attempt = (body: unknown, name: string, at: 0 | 1) =>
    ann.at(servers[at]!).open('POST', '/api/chatkit', body, { 'causerie-attempt': name });

  it('is answered as the first time', async () => {
    const name = randomUUID();
    const first = await finished(attempt(creation(), name, 0));
    const second = await finished(attempt(creation(), name, 1));
    expect(threadIdOf(second)).toBe(threadIdOf(first));
    expect(shownBy(second)).toBe('Hello there');
    expect(responder.asked).toBe(1);
  });

  it('is stopped all the same when its caller, who gave it no name, goes away', async () => {
    const wait = gate();
    responder.script = ['One ', wait.step, 'two'];
    const stream = await attempt(creation(), randomUUID(), 0);
    await vi.waitFor(() => expect(shownBy(stream)).toBe('One '));
    const thread = threadIdOf(stream);
    stream.leave();
    await vi.waitFor(async () => expect(await wordsIn(thread)).toEqual(['Hi', 'One ']));
    wait.open();
  });
});
