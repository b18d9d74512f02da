// Over 400 lines: the door of ChatKit as its clients use it, bad input included.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ShownItem } from '../../../testing/person.ts';
import { gate, scriptedResponder } from '../../../testing/scripted-responder.ts';
import { inputOf, type Stream, shownBy, threadIdOf } from '../../../testing/stream.ts';
import { world } from '../../../testing/world.ts';

const responder = scriptedResponder();
const { ann, bob, server } = await world({
  answers: responder,
  logLevel: 'error',
  env: { RATE_LIMIT_PER_MINUTE: undefined },
});
const { app, database, logged } = server;

beforeEach(() => {
  responder.script = ['Hello ', 'there'];
});

const post = (body: unknown, headers?: Record<string, string>) => ann.open('POST', '/api/chatkit', body, headers);
const create = (headers?: Record<string, string>) => ann.stream('threads.create', { input: inputOf('Hi') }, headers);

async function finishedThread(): Promise<string> {
  const stream = await create();
  await stream.ended;
  return threadIdOf(stream);
}

describe('an ordinary client', () => {
  it('receives frames of data only, and the items are stored before it hears of them', async () => {
    const stream = await create();
    await stream.ended;
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers['causerie-resume']).toBe('1');
    expect(stream.raw()).toMatch(/^(data: [^\n]+\n\n)+$/);
    expect(stream.events().map((event) => event.type)).toEqual([
      'thread.created',
      'thread.item.done',
      'stream_options',
      'thread.item.added',
      'thread.item.updated',
      'thread.item.updated',
      'thread.item.done',
    ]);
    const { body, headers } = await ann.chatkit('items.list', { thread_id: threadIdOf(stream), order: 'asc' });
    expect(body.data.map((item: ShownItem) => [item.type, item.content[0]!.text])).toEqual([
      ['user_message', 'Hi'],
      ['assistant_message', 'Hello there'],
    ]);
    expect(Number(headers['causerie-last-event'])).toBeGreaterThan(3);
  });

  it('stops the answer by going away; what was written is kept and the model is told', async () => {
    const wait = gate();
    responder.script = ['Half ', wait.step, 'never'];
    const stream = await create();
    await vi.waitFor(() => expect(shownBy(stream)).toBe('Half '));
    const id = threadIdOf(stream);
    stream.leave();
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query('SELECT state FROM runs WHERE conversation_id = $1', [id]);
      expect(rows[0].state).toBe('stopped');
    });
    const items = await ann.items(id);
    expect(items.map((item) => item.content[0]!.text)).toEqual(['Hi', 'Half ']);
    const { rows } = await database.pool.query('SELECT payload FROM items WHERE conversation_id = $1 AND hidden', [id]);
    expect(rows[0].payload.content).toBe('The user cancelled the stream. Stop responding to the prior request.');
  });
});

describe('a client that can come back', () => {
  it('leaves in mid-sentence and goes on, in two places at the same time', async () => {
    const [first, second] = [gate(), gate()];
    responder.script = ['One ', 'two ', first.step, 'three ', second.step, 'four'];
    const stream = await create({ 'causerie-resume': '1' });
    await vi.waitFor(() => expect(shownBy(stream)).toBe('One two '));
    const id = threadIdOf(stream);
    const lastSeen = [...stream.raw().matchAll(/^id: (\d+)$/gm)].at(-1)![1];
    stream.leave();

    const follow = () => ann.open('GET', `/api/chatkit/threads/${id}/stream?after=${lastSeen}&until=idle`);
    const [laptop, phone] = await Promise.all([follow(), follow()]);
    await vi.waitFor(() => expect(shownBy(laptop)).toBe('One two '));
    first.open();
    await vi.waitFor(() => expect(shownBy(phone)).toBe('One two three '));
    const late = await ann.open('GET', `/api/chatkit/threads/${id}/stream?until=idle`, undefined, {
      'last-event-id': '1',
    });
    second.open();
    await Promise.all([laptop.ended, phone.ended, late.ended]);
    for (const reader of [laptop, phone, late]) {
      expect(shownBy(reader)).toBe('One two three four');
      expect(reader.events().at(-1)).toMatchObject({ type: 'causerie.run', state: 'done' });
    }
    // Nothing a second time: one user message for who starts before it, none for who had it.
    const dones = (reader: Stream) => reader.events().filter((event) => event.type === 'thread.item.done').length;
    expect([dones(laptop), dones(phone), dones(late)]).toEqual([1, 1, 2]);
  });

  it('follows a thread in which nothing runs, and hears of the next answer', async () => {
    const id = await finishedThread();
    const feed = await ann.open('GET', `/api/chatkit/threads/${id}/stream?after=5`);
    const again = await post({ type: 'threads.add_user_message', params: { thread_id: id, input: inputOf('More') } });
    await again.ended;
    await vi.waitFor(() => expect(feed.events().at(-1)).toMatchObject({ type: 'causerie.run', state: 'done' }));
    expect(shownBy(feed)).toBe('Hello there');
    feed.leave();
  });

  it('that was away for too long, or comes from the future, is told to read the thread anew, and goes on from there', async () => {
    const id = await finishedThread();
    await database.pool.query(`UPDATE events SET at = now() - interval '40 days' WHERE conversation_id = $1`, [id]);
    await app.conversations.trim(30);
    const stream = (after: number) => ann.open('GET', `/api/chatkit/threads/${id}/stream?until=idle&after=${after}`);
    const late = await stream(1);
    await late.ended;
    expect([late.status, JSON.parse(late.raw()).error.code]).toEqual([410, 'events_gone']);
    const early = await stream(99);
    await early.ended;
    expect([early.status, JSON.parse(early.raw()).error.code]).toEqual([400, 'bad_request']);
    const read = await ann.chatkit('threads.get_by_id', { thread_id: id });
    expect(read.body.items.data).toHaveLength(2);
    const again = await stream(Number(read.headers['causerie-last-event']));
    await again.ended;
    expect([again.status, again.events()]).toEqual([200, []]);
  });

  it('whose thread is deleted in mid-answer hears the end, and nothing is logged as a fault', async () => {
    const before = logged.length;
    const wait = gate();
    responder.script = ['Half ', wait.step, 'never'];
    const stream = await create({ 'causerie-resume': '1' });
    await vi.waitFor(() => expect(shownBy(stream)).toBe('Half '));
    const id = threadIdOf(stream);
    const feed = await ann.open('GET', `/api/chatkit/threads/${id}/stream?after=0`);
    await ann.chatkit('threads.delete', { thread_id: id });
    await Promise.all([stream.ended, feed.ended]);
    expect(logged.slice(before)).toEqual([]);
    const { rows } = await database.pool.query('SELECT FROM items WHERE conversation_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('stops by asking', async () => {
    const wait = gate();
    responder.script = ['Half ', wait.step, 'never'];
    const stream = await create({ 'causerie-resume': '1' });
    await vi.waitFor(() => expect(shownBy(stream)).toBe('Half '));
    const stop = await ann.open('POST', `/api/chatkit/threads/${threadIdOf(stream)}/stop`);
    expect(stop.status).toBe(204);
    await stream.ended;
    const { body } = await ann.chatkit('items.list', { thread_id: threadIdOf(stream), order: 'desc', limit: 2 });
    expect(body.data[0]!.content[0]!.text).toBe('Half ');
    expect((await ann.open('POST', `/api/chatkit/threads/${threadIdOf(stream)}/stop`)).status).toBe(204);
  });
});

it('refuses a second answer in the same thread while one is written, and writes nothing', async () => {
  const id = await finishedThread();
  const wait = gate();
  responder.script = ['Slow', wait.step];
  const add = { type: 'threads.add_user_message', params: { thread_id: id, input: inputOf('Again') } };
  const before = responder.asked;
  // As many as one person may ask at once; the next would be refused for that.
  const streams = await Promise.all(Array.from({ length: 4 }, () => post(add)));
  expect(streams.map((stream) => stream.status).sort()).toEqual([200, 409, 409, 409]);
  const refusedOne = streams.find((stream) => stream.status === 409)!;
  await refusedOne.ended;
  expect(JSON.parse(refusedOne.raw()).error.code).toBe('run_in_progress');
  wait.open();
  await Promise.all(streams.map((stream) => stream.ended));
  expect(responder.asked - before).toBe(1);
  const { body } = await ann.chatkit('items.list', { thread_id: id });
  expect(body.data).toHaveLength(4);
});

it('ends a failing answer with an error event, and the thread can be used again', async () => {
  responder.script = ['Half ', new Error('secret detail')];
  const stream = await create();
  await stream.ended;
  expect(stream.events().at(-1)).toEqual({ type: 'error', code: 'stream.error', allow_retry: true });
  expect(stream.raw()).not.toContain('secret detail');
  // What the person is spared is in the log, under the id the answer carries.
  const line = logged.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'An answer failed');
  expect(line).toMatchObject({ request_id: stream.headers['x-request-id'], thread_id: threadIdOf(stream) });
  expect(line.err.stack).toContain('secret detail');
  responder.script = ['Better'];
  const again = await post({
    type: 'threads.add_user_message',
    params: { thread_id: threadIdOf(stream), input: inputOf('Again') },
  });
  await again.ended;
  expect(shownBy(again)).toBe('Better');
});

describe('a message', () => {
  /** The names of the engine's statements that read or write a thread while the work goes on, in their order. */
  async function statementsOf(work: () => Promise<void>): Promise<string[]> {
    const statements = vi.spyOn(database.pool, 'query');
    await work();
    const names = statements.mock.calls.map(([query]) => (query as { name?: string }).name ?? '');
    statements.mockRestore();
    return names.flatMap(
      (name) => /^conversations\.(create|find|claim-run|put-item(?:-in-run)?)$/.exec(name)?.[1] ?? [],
    );
  }
  const resumable = { 'causerie-resume': '1' };
  const numbersIn = (stream: Stream) =>
    [...stream.raw().matchAll(/^id: (\d+)\ndata: (.*)$/gm)].map(([, n, data]) => [Number(n), JSON.parse(data!).type]);

  it('is stored in the statement that makes its thread, or claims it, and each event has the number of its write', async () => {
    let stream!: Stream;
    const creating = await statementsOf(async () => {
      stream = await create(resumable);
      await stream.ended;
    });
    const id = threadIdOf(stream);
    expect(creating).toEqual(['create', 'put-item-in-run']);
    const adding = await statementsOf(async () => {
      const params = { thread_id: id, input: inputOf('More') };
      const more = await post({ type: 'threads.add_user_message', params }, resumable);
      await more.ended;
      expect(numbersIn(more).map(([, type]) => type)).toEqual(['thread.item.done', 'thread.item.done']);
      const feed = await ann.open('GET', `/api/chatkit/threads/${id}/stream?until=idle&after=0`);
      await feed.ended;
      const logged = numbersIn(feed).filter(([, type]) => !String(type).startsWith('causerie.'));
      expect(logged).toEqual([...numbersIn(stream), ...numbersIn(more)]);
    });
    // The thread is read once by the request, and once by the feed above.
    expect(adding.filter((name) => name !== 'find')).toEqual(['claim-run', 'put-item-in-run']);
    expect(adding.slice(0, 2)).toEqual(['find', 'claim-run']);
  });

  it('leaves with its run what the answer used', async () => {
    const { respond } = responder;
    responder.respond = (turn) => {
      turn.onUsage({ model: 'played/model', usage: { outputTokens: 7 } });
      return respond(turn);
    };
    const id = await finishedThread();
    responder.respond = respond;
    const { rows } = await database.pool.query('SELECT model, usage FROM runs WHERE conversation_id = $1', [id]);
    expect(rows).toEqual([{ model: 'played/model', usage: { outputTokens: 7 } }]);
  });
});

describe('an answer made anew', () => {
  it('removes what came after its message in one statement, and tells who follows of each item', async () => {
    const id = await finishedThread();
    const { body } = await ann.chatkit('items.list', { thread_id: id, order: 'asc' });
    const question = body.data[0]!.id;
    // A long conversation.
    await database.pool.query(
      `INSERT INTO items (conversation_id, id, seq, type, payload, created_at)
       SELECT conversation_id, 'msg_' || n, seq + n, type, (payload::jsonb || jsonb_build_object('id', 'msg_' || n))::json, now()
       FROM items, generate_series(1, 3000) n WHERE id = $1`,
      [body.data[1]!.id],
    );
    await database.pool.query('UPDATE conversations SET last_seq = last_seq + 3000 WHERE id = $1', [id]);
    const from = Number((await ann.chatkit('items.list', { thread_id: id })).headers['causerie-last-event']);
    const statements = vi.spyOn(database.pool, 'query');
    const again = await ann.open('POST', '/api/chatkit', {
      type: 'threads.retry_after_item',
      params: { thread_id: id, item_id: question },
    });
    await again.ended;
    expect(again.status).toBe(200);
    expect(statements.mock.calls.length).toBeLessThan(50);
    statements.mockRestore();
    const left = await ann.items(id);
    expect(left.map(({ id }) => id)).toEqual([question, expect.not.stringMatching(/^msg_\d+$/)]);
    const feed = await ann.open('GET', `/api/chatkit/threads/${id}/stream?until=idle&after=${from}`);
    await feed.ended;
    const removed = feed.events().flatMap((event) => (event.type === 'thread.item.removed' ? [event.item_id] : []));
    expect(removed.slice(0, 2)).toEqual(['msg_3000', 'msg_2999']);
    expect(removed).toHaveLength(3001);
  });

  it('wants a message of a person', async () => {
    const id = await finishedThread();
    const { body } = await ann.chatkit('items.list', { thread_id: id, order: 'asc' });
    const refused = await ann.chatkit('threads.retry_after_item', { thread_id: id, item_id: body.data[1]!.id });
    expect([refused.status, refused.body.error.code]).toEqual([400, 'bad_request']);
  });
});

it.each(['0.5', '-1', '1e3', 'abc', '9'.repeat(30)])('a Last-Event-ID of %j is refused', async (given) => {
  const id = await finishedThread();
  const url = `/api/chatkit/threads/${id}/stream?until=idle`;
  const stream = await ann.open('GET', url, undefined, { 'last-event-id': given });
  await stream.ended;
  expect([stream.status, JSON.parse(stream.raw()).error.code]).toEqual([400, 'bad_request']);
});

describe("somebody else's", () => {
  it('thread, item or attachment answers every request as if it never was', async () => {
    const id = await finishedThread();
    const { body } = await ann.chatkit('items.list', { thread_id: id });
    const itemId = body.data[0]!.id;
    const requests = (thread_id: string, item_id: string): [string, object][] => [
      ['threads.get_by_id', { thread_id }],
      ['threads.update', { thread_id, title: 'Mine now' }],
      ['threads.delete', { thread_id }],
      ['items.list', { thread_id }],
      ['items.feedback', { thread_id, item_ids: [item_id], kind: 'negative' }],
      ['threads.add_user_message', { thread_id, input: inputOf('x') }],
      ['threads.add_client_tool_output', { thread_id, result: {} }],
      ['threads.add_structured_input', { thread_id, item_id, input: { status: 'answered', answers: {} } }],
      ['threads.retry_after_item', { thread_id, item_id }],
      ['threads.custom_action', { thread_id, item_id, action: { type: 'x' } }],
      ['threads.sync_custom_action', { thread_id, item_id, action: { type: 'x' } }],
    ];
    for (const [type, params] of requests(id, itemId)) {
      const theirs = await bob.chatkit(type, params);
      const never = await bob.chatkit(type, requests('thr_never', 'msg_never').find(([name]) => name === type)![1]);
      expect([type, theirs.status, theirs.body.error.code]).toEqual([type, 404, 'not_found']);
      expect(theirs.body.error.message.replaceAll(id, 'thr_never').replaceAll(itemId, 'msg_never')).toBe(
        never.body.error.message,
      );
      expect(never.status).toBe(404);
    }
    for (const url of [`/api/chatkit/threads/${id}/stream`, '/api/chatkit/threads/thr_never/stream']) {
      const stream = await bob.open('GET', url);
      expect(stream.status).toBe(404);
    }
    const stop = await bob.open('POST', `/api/chatkit/threads/${id}/stop`);
    expect(stop.status).toBe(404);
    expect((await bob.chatkit('threads.list', { after: id })).body.data).toEqual([]);
    expect((await ann.chatkit('items.list', { thread_id: id })).body.data).toHaveLength(2);
  });

  it('attachment cannot be sent', async () => {
    await database.pool.query("INSERT INTO attachments (id, owner_id, payload) VALUES ('atc_ann', 'usr_ann', '{}')");
    const message = { ...inputOf('x'), attachments: ['atc_ann'] };
    const { status, body } = await bob.chatkit('threads.create', { input: message });
    expect([status, body.error.code]).toEqual([404, 'not_found']);
    expect((await bob.chatkit('threads.list', {})).body.data).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    ['malformed JSON', '{"type":', 400, 'bad_request', undefined],
    ['an unknown type', { type: 'threads.destroy', params: {} }, 400, 'bad_request', 'type'],
    ['no type', { params: {} }, 400, 'bad_request', 'type'],
    [
      'a title that is too long',
      { type: 'threads.update', params: { thread_id: 'thr_x', title: 'x'.repeat(501) } },
      400,
      'bad_request',
      'params.title',
    ],
    ['a missing field', { type: 'threads.get_by_id', params: {} }, 400, 'bad_request', 'params.thread_id'],
    [
      'a missing list',
      { type: 'threads.create', params: { input: { content: [], inference_options: {} } } },
      400,
      'bad_request',
      'params.input.attachments',
    ],
    [
      'a body over a megabyte',
      { type: 'threads.create', params: { input: inputOf('x'.repeat(1_100_000)) } },
      413,
      'payload_too_large',
      undefined,
    ],
  ])('%s', async (_, body, status, code, fault) => {
    const stream = await post(body);
    await stream.ended;
    expect(stream.status).toBe(status);
    const { error } = JSON.parse(stream.raw());
    expect(error.code).toBe(code);
    if (fault)
      expect(error.details.map((detail: { path: (string | number)[] }) => detail.path.join('.'))).toContain(fault);
  });

  const inputWith = (members: string) => `{"type":"threads.create","params":{"input":{${members}}}}`;
  const answersWith = (members: string) =>
    `{"type":"threads.add_structured_input","params":{"thread_id":"x","item_id":"y","input":{"answers":{${members}}}}}`;
  const many = (count: number, entry: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => entry(i)).join();
  it.each([
    ['wrong parts', inputWith(`"attachments":[],"inference_options":{},"content":[${many(450_000, () => '1')}]`)],
    ['wrong ids', inputWith(`"content":[],"inference_options":{},"attachments":[${many(450_000, () => '1')}]`)],
    ['wrong answers', answersWith(many(80_000, (i) => `"${i}":1`))],
    ['values under a name that is free elsewhere', answersWith(`"result":{"values":[${many(450_000, () => '1')}]}`)],
    ['a few thousand', inputWith(`"attachments":[],"inference_options":{},"content":[${many(9000, () => '1')}]`)],
    ['a long key', answersWith(`"${'k'.repeat(900_000)}":1`)],
    ['metadata', `{"type":"threads.list","params":{},"metadata":{${many(80_000, (i) => `"${i}":1`)}}}`],
  ])('a megabyte of faults (%s) is answered in a few words', async (_, body) => {
    const stream = await post(body);
    await stream.ended;
    expect([stream.status, stream.raw().length < 5000]).toEqual([400, true]);
    expect(JSON.parse(stream.raw()).error.details.length).toBeLessThanOrEqual(10);
  });

  it('a large result of a tool is no fault', async () => {
    const thread_id = await finishedThread();
    const result = { rows: Array.from({ length: 50_000 }, (_, index) => index) };
    const { status, body } = await ann.chatkit('threads.add_client_tool_output', { thread_id, result });
    // Read to its end: no tool waits for it in this thread.
    expect([status, body.error.message]).toEqual([409, expect.stringContaining('client tool')]);
  });

  it.each([
    ['no token', {}],
    ['a bad token', { authorization: 'Bearer nonsense' }],
  ])('%s is 401', async (_, headers) => {
    const stream = await ann.open(
      'POST',
      '/api/chatkit',
      { type: 'threads.list', params: {} },
      { authorization: '', ...headers },
    );
    expect(stream.status).toBe(401);
  });

  it('a character that PostgreSQL keeps in no text is the fault of the request, not of the server', async () => {
    const id = await finishedThread();
    const { status, body } = await ann.chatkit('threads.get_by_id', { thread_id: 'thr_\0' });
    expect([status, body.error.code]).toEqual([400, 'bad_request']);
    expect((await ann.open('GET', '/api/chatkit/threads/%00/stream')).status).toBe(400);
    // A title is made of what somebody wrote: it does without, and the answer goes on.
    await ann.chatkit('threads.update', { thread_id: id, title: 'a\0b' });
    expect((await ann.chatkit('threads.get_by_id', { thread_id: id })).body).toMatchObject({ title: 'ab' });
  });

  it('an event number from the future is refused, and an unknown one of another kind too', async () => {
    const id = await finishedThread();
    expect((await ann.open('GET', `/api/chatkit/threads/${id}/stream?after=999`)).status).toBe(400);
    expect((await ann.open('GET', `/api/chatkit/threads/${id}/stream?after=-1`)).status).toBe(422);
  });
});
