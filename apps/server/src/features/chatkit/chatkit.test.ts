import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newId, type StreamEvent } from '@causerie/chatkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { createLog } from '../../platform/telemetry/log.ts';
import type { Responder } from './index.ts';

/** The script of the next answers: words to say, a wait for the test's word, or a failure. */
type Step = string | (() => Promise<void>) | Error;
let script: Step[] = [];
let asked = 0;

const responder: Responder = {
  async *respond({ thread, signal }) {
    asked++;
    const id = newId('msg');
    const item = { id, thread_id: thread.id, created_at: new Date().toISOString(), type: 'assistant_message' as const };
    const part = { type: 'output_text' as const, text: '', annotations: [] };
    yield { type: 'thread.item.added', item: { ...item, content: [{ ...part }] } };
    let text = '';
    for (const step of script) {
      if (step instanceof Error) throw step;
      if (typeof step !== 'string') {
        await Promise.race([step(), new Promise((resolve) => signal.addEventListener('abort', resolve))]);
        if (signal.aborted) return;
        continue;
      }
      text += step;
      yield {
        type: 'thread.item.updated',
        item_id: id,
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: step },
      };
    }
    yield { type: 'thread.item.done', item: { ...item, content: [{ ...part, text }] } };
  },
};

/** A point at which the answer waits until the test opens it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { step: () => opened, open };
}

type Stream = {
  status: number;
  headers: http.IncomingHttpHeaders;
  raw: () => string;
  events: () => (StreamEvent | { type: string; [key: string]: unknown })[];
  ended: Promise<void>;
  leave(): void;
};

let app: App;
let database: TestDatabase;
let port: number;
const directory = mkdtempSync(path.join(tmpdir(), 'causerie-chatkit-'));
const tokens: Record<'ann' | 'bob', string> = { ann: '', bob: '' };

beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
  const config = loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent' }, directory);
  app = await createApp(config, { database, responder, log: createLog('silent') });
  await app.http.listen({ port: 0, host: '127.0.0.1' });
  port = (app.http.server.address() as { port: number }).port;
  for (const name of ['ann', 'bob'] as const) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `${name}@example.org`, password: 'a long enough password', name }),
    });
    tokens[name] = ((await response.json()) as { access_token: string }).access_token;
  }
});
afterAll(async () => {
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  script = ['Hello ', 'there'];
});

function open(method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: url,
        agent: false,
        headers: {
          authorization: `Bearer ${tokens.ann}`,
          ...(text ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
      },
      (response) => {
        let raw = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          raw += chunk;
        });
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          raw: () => raw,
          events: () => [...raw.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!)),
          ended: new Promise((end) => response.on('close', () => end())),
          leave: () => request.destroy(),
        });
        response.on('error', () => {});
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

const post = (body: unknown, headers?: Record<string, string>) => open('POST', '/api/chatkit', body, headers);
const input = (text: string) => ({ content: [{ type: 'input_text', text }], attachments: [], inference_options: {} });
const create = (headers?: Record<string, string>) =>
  post({ type: 'threads.create', params: { input: input('Hi') } }, headers);

async function ask<T = { data: { type: string; id: string; content: { text: string }[] }[] }>(
  type: string,
  params: object,
  who: 'ann' | 'bob' = 'ann',
) {
  const stream = await post({ type, params }, { authorization: `Bearer ${tokens[who]}` });
  await stream.ended;
  return { status: stream.status, headers: stream.headers, body: JSON.parse(stream.raw()) as T };
}

type AnyEvent = { item?: { type: string; content: { text: string }[] }; update?: { delta?: string } };
type Refusal = { error: { code: string; message: string } };

const idOf = (stream: Stream) => (stream.events()[0] as { thread: { id: string } }).thread.id;

/** What a client shows of the newest assistant message: snapshots replace, deltas append. */
function shown(stream: Stream): string {
  let text = '';
  for (const event of stream.events() as AnyEvent[]) {
    if (event.item?.type === 'assistant_message') text = event.item.content[0]!.text;
    if (event.update?.delta) text += event.update.delta;
  }
  return text;
}

async function finishedThread(): Promise<string> {
  const stream = await create();
  await stream.ended;
  return idOf(stream);
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
    const { body, headers } = await ask('items.list', { thread_id: idOf(stream), order: 'asc' });
    expect(body.data.map((item) => [item.type, item.content[0]!.text])).toEqual([
      ['user_message', 'Hi'],
      ['assistant_message', 'Hello there'],
    ]);
    expect(Number(headers['causerie-last-event'])).toBeGreaterThan(3);
  });

  it('stops the answer by going away; what was written is kept and the model is told', async () => {
    const wait = gate();
    script = ['Half ', wait.step, 'never'];
    const stream = await create();
    await vi.waitFor(() => expect(shown(stream)).toBe('Half '));
    const id = idOf(stream);
    stream.leave();
    await vi.waitFor(async () => {
      const { rows } = await database.pool.query('SELECT state FROM runs WHERE conversation_id = $1', [id]);
      expect(rows[0].state).toBe('stopped');
    });
    const { body } = await ask('items.list', { thread_id: id, order: 'asc' });
    expect(body.data.map((item) => item.content[0]!.text)).toEqual(['Hi', 'Half ']);
    const { rows } = await database.pool.query('SELECT payload FROM items WHERE conversation_id = $1 AND hidden', [id]);
    expect(rows[0].payload.content).toBe('The user cancelled the stream. Stop responding to the prior request.');
  });
});

describe('a client that can come back', () => {
  it('leaves in mid-sentence and goes on, in two places at the same time', async () => {
    const [first, second] = [gate(), gate()];
    script = ['One ', 'two ', first.step, 'three ', second.step, 'four'];
    const stream = await create({ 'causerie-resume': '1' });
    await vi.waitFor(() => expect(shown(stream)).toBe('One two '));
    const id = idOf(stream);
    const lastSeen = [...stream.raw().matchAll(/^id: (\d+)$/gm)].at(-1)![1];
    stream.leave();

    const follow = () => open('GET', `/api/chatkit/threads/${id}/stream?after=${lastSeen}&until=idle`);
    const [laptop, phone] = await Promise.all([follow(), follow()]);
    await vi.waitFor(() => expect(shown(laptop)).toBe('One two '));
    first.open();
    await vi.waitFor(() => expect(shown(phone)).toBe('One two three '));
    const late = await open('GET', `/api/chatkit/threads/${id}/stream?until=idle`, undefined, { 'last-event-id': '1' });
    second.open();
    await Promise.all([laptop.ended, phone.ended, late.ended]);
    for (const reader of [laptop, phone, late]) {
      expect(shown(reader)).toBe('One two three four');
      expect(reader.events().at(-1)).toMatchObject({ type: 'causerie.run', state: 'done' });
    }
    // Nothing a second time: one user message for who starts before it, none for who had it.
    const dones = (reader: Stream) => reader.events().filter((event) => event.type === 'thread.item.done').length;
    expect([dones(laptop), dones(phone), dones(late)]).toEqual([1, 1, 2]);
  });

  it('follows a thread in which nothing runs, and hears of the next answer', async () => {
    const id = await finishedThread();
    const feed = await open('GET', `/api/chatkit/threads/${id}/stream?after=5`);
    const again = await post({ type: 'threads.add_user_message', params: { thread_id: id, input: input('More') } });
    await again.ended;
    await vi.waitFor(() => expect(feed.events().at(-1)).toMatchObject({ type: 'causerie.run', state: 'done' }));
    expect(shown(feed)).toBe('Hello there');
    feed.leave();
  });

  it('stops by asking', async () => {
    const wait = gate();
    script = ['Half ', wait.step, 'never'];
    const stream = await create({ 'causerie-resume': '1' });
    await vi.waitFor(() => expect(shown(stream)).toBe('Half '));
    const stop = await open('POST', `/api/chatkit/threads/${idOf(stream)}/stop`);
    expect(stop.status).toBe(204);
    await stream.ended;
    const { body } = await ask('items.list', { thread_id: idOf(stream), order: 'desc', limit: 2 });
    expect(body.data[0]!.content[0]!.text).toBe('Half ');
    expect((await open('POST', `/api/chatkit/threads/${idOf(stream)}/stop`)).status).toBe(204);
  });
});

it('refuses a second answer in the same thread while one is written, and writes nothing', async () => {
  const id = await finishedThread();
  const wait = gate();
  script = ['Slow', wait.step];
  const add = { type: 'threads.add_user_message', params: { thread_id: id, input: input('Again') } };
  const before = asked;
  const streams = await Promise.all(Array.from({ length: 5 }, () => post(add)));
  expect(streams.map((stream) => stream.status).sort()).toEqual([200, 409, 409, 409, 409]);
  const refusedOne = streams.find((stream) => stream.status === 409)!;
  await refusedOne.ended;
  expect(JSON.parse(refusedOne.raw()).error.code).toBe('run_in_progress');
  wait.open();
  await Promise.all(streams.map((stream) => stream.ended));
  expect(asked - before).toBe(1);
  const { body } = await ask('items.list', { thread_id: id });
  expect(body.data).toHaveLength(4);
});

it('ends a failing answer with an error event, and the thread can be used again', async () => {
  script = ['Half ', new Error('secret detail')];
  const stream = await create();
  await stream.ended;
  expect(stream.events().at(-1)).toEqual({ type: 'error', code: 'stream.error', allow_retry: true });
  expect(stream.raw()).not.toContain('secret detail');
  script = ['Better'];
  const again = await post({
    type: 'threads.add_user_message',
    params: { thread_id: idOf(stream), input: input('Again') },
  });
  await again.ended;
  expect(shown(again)).toBe('Better');
});

describe("somebody else's", () => {
  it('thread, item or attachment answers every request as if it never was', async () => {
    const id = await finishedThread();
    const { body } = await ask('items.list', { thread_id: id });
    const itemId = body.data[0]!.id;
    const requests = (thread_id: string, item_id: string): [string, object][] => [
      ['threads.get_by_id', { thread_id }],
      ['threads.update', { thread_id, title: 'Mine now' }],
      ['threads.delete', { thread_id }],
      ['items.list', { thread_id }],
      ['items.feedback', { thread_id, item_ids: [item_id], kind: 'negative' }],
      ['threads.add_user_message', { thread_id, input: input('x') }],
      ['threads.add_client_tool_output', { thread_id, result: {} }],
      ['threads.add_structured_input', { thread_id, item_id, input: { status: 'answered', answers: {} } }],
      ['threads.retry_after_item', { thread_id, item_id }],
      ['threads.custom_action', { thread_id, item_id, action: { type: 'x' } }],
      ['threads.sync_custom_action', { thread_id, item_id, action: { type: 'x' } }],
    ];
    for (const [type, params] of requests(id, itemId)) {
      const theirs = await ask<Refusal>(type, params, 'bob');
      const never = await ask<Refusal>(
        type,
        requests('thr_never', 'msg_never').find(([name]) => name === type)![1],
        'bob',
      );
      expect([type, theirs.status, theirs.body.error.code]).toEqual([type, 404, 'not_found']);
      expect(theirs.body.error.message.replaceAll(id, 'thr_never').replaceAll(itemId, 'msg_never')).toBe(
        never.body.error.message,
      );
      expect(never.status).toBe(404);
    }
    for (const url of [`/api/chatkit/threads/${id}/stream`, '/api/chatkit/threads/thr_never/stream']) {
      const stream = await open('GET', url, undefined, { authorization: `Bearer ${tokens.bob}` });
      expect(stream.status).toBe(404);
    }
    const stop = await open('POST', `/api/chatkit/threads/${id}/stop`, undefined, {
      authorization: `Bearer ${tokens.bob}`,
    });
    expect(stop.status).toBe(404);
    expect((await ask('threads.list', { after: id }, 'bob')).body.data).toEqual([]);
    expect((await ask('items.list', { thread_id: id })).body.data).toHaveLength(2);
  });

  it('attachment cannot be sent', async () => {
    await database.pool.query("INSERT INTO attachments (id, owner_id, payload) VALUES ('atc_ann', 'usr_ann', '{}')");
    const message = { ...input('x'), attachments: ['atc_ann'] };
    const { status, body } = await ask<Refusal>('threads.create', { input: message }, 'bob');
    expect([status, body.error.code]).toEqual([404, 'not_found']);
    expect((await ask('threads.list', {}, 'bob')).body.data).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    ['malformed JSON', '{"type":', 400, 'bad_request', undefined],
    ['an unknown type', { type: 'threads.destroy', params: {} }, 400, 'bad_request', 'type'],
    ['no type', { params: {} }, 400, 'bad_request', 'type'],
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
      { type: 'threads.create', params: { input: input('x'.repeat(1_100_000)) } },
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

  it.each([
    ['no token', {}],
    ['a bad token', { authorization: 'Bearer nonsense' }],
  ])('%s is 401', async (_, headers) => {
    const stream = await open(
      'POST',
      '/api/chatkit',
      { type: 'threads.list', params: {} },
      { authorization: '', ...headers },
    );
    expect(stream.status).toBe(401);
  });

  it('an event number from the future is refused, and an unknown one of another kind too', async () => {
    const id = await finishedThread();
    expect((await open('GET', `/api/chatkit/threads/${id}/stream?after=999`)).status).toBe(400);
    expect((await open('GET', `/api/chatkit/threads/${id}/stream?after=-1`)).status).toBe(422);
  });
});
