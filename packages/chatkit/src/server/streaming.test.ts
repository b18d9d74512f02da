// Over 400 lines: one list of what a stream may hold.
import { describe, expect, it } from 'vitest';
import { CustomStreamError, StreamError } from '../protocol/errors.ts';
import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadItem, WidgetItem, WorkflowItem } from '../protocol/items.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { cancelledSentence } from './chatkit-server.ts';
import {
  type Asking,
  add,
  added,
  alice,
  create,
  delta,
  done,
  hang,
  message,
  now,
  ScriptedServer,
  types,
} from './scripted-server.test-double.ts';

const hidden = (id: string): ThreadItem => ({
  id,
  thread_id: 'thr_1',
  created_at: now(),
  type: 'hidden_context_item',
  content: 'secret',
});

describe('a new thread', () => {
  it('is created, given the message, and answered in that order', async () => {
    const server = new ScriptedServer();
    server.responder = async function* () {
      yield done(message('msg_a', 'hi'));
    };
    const events = await server.events({
      type: 'threads.create',
      params: {
        input: {
          content: [{ type: 'input_text', text: 'hé' }],
          attachments: [],
          quoted_text: 'q',
          inference_options: { tool_choice: { id: 'draw' } },
        },
      },
    });
    expect(types(events)).toEqual(['thread.created', 'thread.item.done', 'stream_options', 'thread.item.done']);
    const created = events[0] as Extract<StreamEvent, { type: 'thread.created' }>;
    expect(created.thread).toEqual({
      id: expect.stringMatching(/^thr_[0-9a-f]{36}$/),
      created_at: expect.stringMatching(/Z$/),
      status: { type: 'active' },
      metadata: {},
      items: { data: [], has_more: false },
    });
    expect(events[1]).toMatchObject({
      item: { type: 'user_message', quoted_text: 'q', inference_options: { tool_choice: { id: 'draw' } } },
    });
    expect((await server.items(created.thread.id)).map((item) => item.type)).toEqual([
      'user_message',
      'assistant_message',
    ]);
  });

  it('hands the same context to the responder', async () => {
    const server = new ScriptedServer();
    const context = { user: 'carol' };
    let seen: Asking | undefined;
    server.responder = (_thread, _input, asking) => {
      seen = asking;
      return [];
    };
    await server.events(create('x'), context);
    expect(seen).toBe(context);
  });

  it('is not left behind when its message names an attachment that is not there', async () => {
    const server = new ScriptedServer();
    await expect(server.events(create('x', ['atc_nope']))).rejects.toMatchObject({ status: 404 });
    expect(await server.json({ type: 'threads.list', params: {} })).toEqual({ data: [], has_more: false });
  });
});

describe('a thread that the responder changes', () => {
  it('is saved and announced right after the event that changed it', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = async function* (thread) {
      yield done(message('msg_a', 'a'));
      thread.title = 'Titled';
      thread.metadata.secret = { nested: [1] };
      yield done(message('msg_b', 'b'));
      yield done(message('msg_c', 'c'));
      (thread.metadata.secret as { nested: number[] }).nested.push(2);
      thread.status = { type: 'locked', reason: 'busy' };
      thread.allowed_image_domains = ['a.example'];
    };
    const events = await server.events(add('x'));
    expect(types(events).slice(2)).toEqual([
      'thread.item.done',
      'thread.item.done',
      'thread.updated',
      'thread.item.done',
      'thread.updated',
    ]);
    expect(events[4]).toMatchObject({ thread: { title: 'Titled', metadata: {} } });
    expect(events.at(-1)).toMatchObject({
      thread: { status: { type: 'locked', reason: 'busy' }, allowed_image_domains: ['a.example'] },
    });
    expect(await server.store.loadThread('thr_1', alice)).toMatchObject({
      title: 'Titled',
      metadata: { secret: { nested: [1, 2] } },
      status: { type: 'locked', reason: 'busy' },
      allowed_image_domains: ['a.example'],
    });
  });

  it('does not carry allowed_image_domains when there are none', async () => {
    const server = new ScriptedServer();
    server.responder = (thread) => {
      thread.title = 't';
      return [];
    };
    for await (const frame of await server.stream(create('x'))) expect(frame).not.toContain('allowed_image_domains');
  });
});

describe('items', () => {
  it('are stored before their done event is seen', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = () => [done(message('msg_a', 'a'))];
    for await (const event of (await server.stream(add('x'))).events) {
      if (event.type !== 'thread.item.done') continue;
      expect((await server.items('thr_1')).map(({ id }) => id)).toContain(event.item.id);
    }
  });

  it('that are removed or replaced are so in the store', async () => {
    const server = new ScriptedServer();
    const thread = await server.thread();
    await server.store.addThreadItem(thread.id, message('msg_old', 'old'), alice);
    await server.store.addThreadItem(thread.id, message('msg_gone', 'gone'), alice);
    const widget: WidgetItem = {
      id: 'msg_old',
      thread_id: 'thr_1',
      created_at: now(),
      type: 'widget',
      widget: { type: 'Card', children: [] },
    };
    server.responder = () => [
      { type: 'thread.item.replaced', item: widget },
      { type: 'thread.item.removed', item_id: 'msg_gone' },
    ];
    expect(types(await server.events(add('x'))).slice(2)).toEqual(['thread.item.replaced', 'thread.item.removed']);
    const items = await server.items('thr_1');
    expect(items.map(({ id, type }) => [id, type])).toContainEqual(['msg_old', 'widget']);
    expect(items.map(({ id }) => id)).not.toContain('msg_gone');
  });

  it('that are done twice are one', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = () => [done(message('msg_a', 'one')), done(message('msg_a', 'two'))];
    await server.events(add('x'));
    expect(await server.items('thr_1')).toMatchObject([{ type: 'user_message' }, { content: [{ text: 'two' }] }]);
  });

  it('that are hidden are stored and never sent, in no event', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = () => [
      added(hidden('hid_1')),
      delta('hid_1', 'secret'),
      { type: 'thread.item.replaced', item: hidden('hid_2') },
      done(hidden('hid_1')),
      done(hidden('hid_3')),
      { type: 'thread.item.removed', item_id: 'hid_3' },
    ];
    expect(types(await server.events(add('x')))).toEqual(['thread.item.done', 'stream_options']);
    expect((await server.items('thr_1')).map(({ id }) => id).slice(1)).toEqual(['hid_2', 'hid_1']);
    const listed = await server.json({ type: 'items.list', params: { thread_id: 'thr_1' } });
    expect(JSON.stringify(listed)).not.toContain('secret');
    const loaded = await server.json({ type: 'threads.get_by_id', params: { thread_id: 'thr_1' } });
    expect(JSON.stringify(loaded)).not.toContain('secret');
  });

  it('are sent as they were when yielded, whatever becomes of the object', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = function* () {
      const workflow: WorkflowItem = {
        id: 'wf_1',
        thread_id: 'thr_1',
        created_at: now(),
        type: 'workflow',
        workflow: { type: 'custom', tasks: [], expanded: false },
      };
      yield added(workflow);
      workflow.workflow.tasks.push({ type: 'custom', status_indicator: 'none', title: 't' });
      const task = workflow.workflow.tasks[0]!;
      yield {
        type: 'thread.item.updated',
        item_id: 'wf_1',
        update: { type: 'workflow.task.added', task_index: 0, task },
      };
      yield done(workflow);
    };
    const events = await server.events(add('x'));
    expect(events[2]).toMatchObject({ type: 'thread.item.added', item: { workflow: { tasks: [] } } });
    expect((await server.items('thr_1'))[1]).toMatchObject({ workflow: { tasks: [{ title: 't' }] } });
  });

  it('of which some never came to be done are not stored', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = () => [added(message('msg_a', undefined)), delta('msg_a', 'lost')];
    await server.events(add('x'));
    expect((await server.items('thr_1')).map((item) => item.type)).toEqual(['user_message']);
  });
});

describe('a responder that fails', () => {
  const failing = async (error: unknown, synchronously = false) => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = synchronously
      ? () => {
          throw error;
        }
      : async function* (thread) {
          yield added(message('msg_a', 'partial'));
          thread.title = 'changed';
          throw error;
        };
    return { server, events: (await server.events(add('x'))).slice(2) };
  };

  it('ends its stream with an error that can be retried, and is logged', async () => {
    const { server, events } = await failing(new Error('inside'));
    expect(types(events)).toEqual(['thread.item.added', 'error', 'thread.updated']);
    expect(events[1]).toEqual({ type: 'error', code: 'stream.error', allow_retry: true });
    expect(server.logged).toEqual(['An answer failed']);
    expect((await server.items('thr_1')).map((item) => item.type)).toEqual(['user_message']);
    expect(await server.store.loadThread('thr_1', alice)).toMatchObject({ title: 'changed' });
  });

  it('may say in its own words, or by a code of its own, what went wrong', async () => {
    const custom = await failing(new CustomStreamError('Out of quota', { allowRetry: true }));
    expect(custom.events[1]).toEqual({ type: 'error', code: 'custom', message: 'Out of quota', allow_retry: true });
    const coded = await failing(new StreamError('model.busy'));
    expect(coded.events[1]).toEqual({ type: 'error', code: 'model.busy', allow_retry: false });
    const known = await failing(new StreamError());
    expect(known.events[1]).toEqual({ type: 'error', code: 'stream.error', allow_retry: true });
    expect(custom.server.logged).toEqual([]);
  });

  it('may fail before it gives anything to iterate over', async () => {
    const { events } = await failing(new Error('at once'), true);
    expect(events).toEqual([{ type: 'error', code: 'stream.error', allow_retry: true }]);
  });

  it('gets the same when the store fails in mid-stream', async () => {
    class FullStore extends MemoryStore<Asking> {
      override async addThreadItem(threadId: string, item: ThreadItem, context: Asking): Promise<void> {
        if (item.id === 'msg_full') throw new Error('disk full');
        await super.addThreadItem(threadId, item, context);
      }
    }
    const server = new ScriptedServer({ store: new FullStore() });
    await server.thread();
    server.responder = () => [done(message('msg_full', 'a')), done(message('msg_after', 'b'))];
    const events = await server.events(add('x'));
    expect(types(events)).toEqual(['thread.item.done', 'stream_options', 'error']);
    expect((await server.items('thr_1')).map((item) => item.type)).toEqual(['user_message']);
  });
});

describe('an answer that is stopped', () => {
  async function stopped(before: (signal: AbortSignal) => AsyncGenerator<StreamEvent>) {
    const server = new ScriptedServer();
    await server.thread();
    const client = new AbortController();
    server.responder = async function* (thread, _input, _context, { signal }) {
      yield* before(signal);
      thread.title = 'not saved';
      setTimeout(() => client.abort(), 1);
      await hang(signal);
      throw new Error('the model was aborted');
    };
    const events = await server.events(add('x'), alice, client.signal);
    return { server, events, items: (await server.items('thr_1')).slice(1) };
  }

  it('keeps the text so far, padding and all, and a note for the model', async () => {
    const { server, events, items } = await stopped(async function* () {
      yield added(message('msg_a', 'Hello, '));
      yield delta('msg_a', 'World!');
      yield delta('msg_a', 'third', 2);
    });
    expect(types(events)).not.toContain('error');
    expect(items).toMatchObject([
      { id: 'msg_a', content: [{ text: 'Hello, World!' }, { text: '' }, { text: 'third' }] },
      { type: 'sdk_hidden_context', content: cancelledSentence },
    ]);
    expect((await server.store.loadThread('thr_1', alice)).title).toBeUndefined();
    expect(server.logged).toEqual([]);
  });

  it('drops messages without text, and everything that is not a message', async () => {
    const { items } = await stopped(async function* () {
      yield added(message('msg_empty', undefined));
      yield added(message('msg_blank', ' \n'));
      yield added({
        id: 'msg_w',
        thread_id: 'thr_1',
        created_at: now(),
        type: 'widget',
        widget: { type: 'Card', children: [] },
      });
    });
    expect(items.map((item) => item.type)).toEqual(['sdk_hidden_context']);
  });

  it('is also stopped by leaving the loop', async () => {
    const server = new ScriptedServer();
    await server.thread();
    let stopped = false;
    server.responder = async function* (_thread, _input, _context, { signal }) {
      yield added(message('msg_a', 'so far'));
      await hang(signal);
      stopped = true;
    };
    for await (const event of (await server.stream(add('x'))).events) if (event.type === 'thread.item.added') break;
    expect((await server.items('thr_1')).map((item) => item.type)).toEqual([
      'user_message',
      'assistant_message',
      'sdk_hidden_context',
    ]);
    await Promise.resolve();
    expect(stopped).toBe(true);
  });

  it('does not overwrite an item whose last write was under way', async () => {
    let release = () => {};
    class SlowStore extends MemoryStore<Asking> {
      override async addThreadItem(threadId: string, item: ThreadItem, context: Asking): Promise<void> {
        if (item.id === 'msg_a') {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        }
        await super.addThreadItem(threadId, item, context);
      }
    }
    const server = new ScriptedServer({ store: new SlowStore() });
    await server.thread();
    server.responder = () => [
      added(message('msg_a', undefined)),
      delta('msg_a', 'par'),
      done(message('msg_a', 'whole')),
    ];
    const client = new AbortController();
    const all = server.events(add('x'), alice, client.signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
    client.abort();
    release();
    await all;
    expect((await server.items('thr_1')).slice(1)).toMatchObject([
      { content: [{ text: 'whole' }] },
      { type: 'sdk_hidden_context' },
    ]);
  });

  it('is left alone once it has ended', async () => {
    const server = new ScriptedServer();
    await server.thread();
    const client = new AbortController();
    server.responder = () => [done(message('msg_a', 'a'))];
    await server.events(add('x'), alice, client.signal);
    client.abort();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await server.items('thr_1')).map((item) => item.type)).toEqual(['user_message', 'assistant_message']);
  });

  it('shows what is pending while it runs, as values that stay', async () => {
    const server = new ScriptedServer();
    await server.thread();
    server.responder = async function* () {
      yield added(message('msg_a', undefined));
      yield delta('msg_a', 'He');
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield delta('msg_a', 'llo');
      yield done(message('msg_a', 'Hello'));
    };
    const result = await server.stream(add('x'));
    const seen = [];
    for await (const event of result.events) {
      if (event.type === 'thread.item.updated') seen.push(result.pendingItems.get('msg_a') ?? 'done');
    }
    expect(seen[0]).toMatchObject({ content: [{ text: 'He' }] });
    expect(result.pendingItems.size).toBe(0);
  });
});

describe('a slow reader', () => {
  it('holds the responder, instead of letting it run ahead without end', async () => {
    const server = new ScriptedServer();
    await server.thread();
    let made = 0;
    server.responder = async function* () {
      yield added(message('msg_a', undefined));
      for (; made < 10_000; made++) yield delta('msg_a', 'x');
    };
    const iterator = (await server.stream(add('x'))).events[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(made).toBeLessThan(500);
    let rest = 0;
    while (!(await iterator.next()).done) rest++;
    expect(rest).toBe(10_002);
  });
});

describe('batches', () => {
  it('the first event after a silence comes alone and at once, what was ready with it together', async () => {
    const server = new ScriptedServer();
    const order: string[] = [];
    server.responder = async function* () {
      yield added(message('msg_a', ''));
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let at = 0; at < 40; at++) {
        order.push(`say ${at}`);
        yield delta('msg_a', `${at} `);
      }
    };
    const result = await server.stream({
      type: 'threads.create',
      params: { input: { content: [], attachments: [], inference_options: {} } },
    });
    const batches: StreamEvent[][] = [];
    for await (const batch of result.batches) {
      if (batch[0]?.type === 'thread.item.updated') {
        order.push('read');
        batches.push(batch);
      }
    }
    expect(batches.map(({ length }) => length)).toEqual([1, 39]);
    // Before the responder has yielded all its ready events: the reader does not wait for the rest of a packet.
    expect(order.indexOf('read')).toBeLessThan(order.indexOf('say 39'));
  });

  it('the first words of an item do not wait for what its packet holds behind them, though it was announced with them', async () => {
    const server = new ScriptedServer();
    const handled: string[] = [];
    server.responder = async function* () {
      for (const id of ['msg_a', 'msg_b']) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield added(message(id, ''));
        yield delta(id, 'Hello');
        for (let at = 0; at < 40; at++) yield delta(id, `${at} `);
        handled.push(`all of ${id}`);
        yield done(message(id, 'Hello'));
      }
    };
    const result = await server.stream({
      type: 'threads.create',
      params: { input: { content: [], attachments: [], inference_options: {} } },
    });
    for await (const batch of result.batches) {
      for (const event of batch) if (JSON.stringify(event).includes('"Hello"')) handled.push(`read ${event.type}`);
    }
    const words = 'read thread.item.updated';
    const last = 'read thread.item.done';
    expect(handled).toEqual([words, 'all of msg_a', last, words, 'all of msg_b', last]);
  });
});
