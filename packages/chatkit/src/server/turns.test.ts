import { describe, expect, it, vi } from 'vitest';
import type { Attachment } from '../protocol/attachments.ts';
import type { StreamEvent } from '../protocol/events.ts';
import type { StructuredInputItem, ThreadItem, UserMessageItem, WidgetItem } from '../protocol/items.ts';
import { chatKitRequestSchema } from '../protocol/requests.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { type BegunTurn, type NewTurn, type PageQuery, Store } from '../store/store.ts';
import { ChatKitServer, type RunOptions } from './chatkit-server.ts';
import type { EventSource } from './event-pump.ts';
import { parseRequest } from './parse-request.ts';
import type { StreamingResult } from './results.ts';
import { add, added, create, delta, done, hang, message, now } from './scripted-server.test-double.ts';

type Run = { name: string };

/** Numbers its changes from 1, and records its calls. */
class NumberingStore extends Store<undefined, number, Run> {
  readonly #rows = new MemoryStore();
  calls: string[] = [];
  #last = 0;

  async #write(call: string, work: Promise<void>): Promise<number> {
    this.calls.push(call);
    await work;
    this.#last += 1;
    return this.#last;
  }

  loadThread(id: string) {
    this.calls.push('loadThread');
    return this.#rows.loadThread(id, undefined);
  }
  saveThread(thread: ThreadMetadata) {
    return this.#write('saveThread', this.#rows.saveThread(thread, undefined));
  }
  loadThreads(query: PageQuery) {
    return this.#rows.loadThreads(query, undefined);
  }
  deleteThread(id: string) {
    return this.#rows.deleteThread(id, undefined);
  }
  loadThreadItems(thread: string, query: PageQuery) {
    return this.#rows.loadThreadItems(thread, query, undefined);
  }
  loadItem(thread: string, id: string) {
    return this.#rows.loadItem(thread, id, undefined);
  }
  addThreadItem(thread: string, item: ThreadItem) {
    return this.#write('addThreadItem', this.#rows.addThreadItem(thread, item, undefined));
  }
  saveItem(thread: string, item: ThreadItem) {
    return this.#write('saveItem', this.#rows.saveItem(thread, item, undefined));
  }
  deleteThreadItem(thread: string, id: string) {
    return this.#write('deleteThreadItem', this.#rows.deleteThreadItem(thread, id, undefined));
  }
  loadAttachment(id: string) {
    return this.#rows.loadAttachment(id, undefined);
  }
  saveAttachment(attachment: Attachment) {
    this.calls.push('saveAttachment');
    return this.#rows.saveAttachment(attachment, undefined);
  }
  deleteAttachment(id: string) {
    return this.#rows.deleteAttachment(id, undefined);
  }
}

/** Overrides `beginTurn` with one step of its own. */
class WholeTurnStore extends NumberingStore {
  turns: NewTurn<Run>[] = [];

  override async beginTurn(turn: NewTurn<Run>, context: undefined): Promise<BegunTurn<number>> {
    this.turns.push(structuredClone(turn));
    await super.beginTurn(turn, context);
    return { ...(turn.thread && { thread: 100 }), message: 101 };
  }
}

class Server extends ChatKitServer<undefined, number, Run> {
  constructor(store: NumberingStore) {
    super(store, undefined, { logger: { warn() {}, error() {} } });
  }

  answer: (thread: ThreadMetadata) => StreamEvent[] = () => [];
  receivedOptions: RunOptions<Run>[] = [];

  override respond(
    thread: ThreadMetadata,
    _input: UserMessageItem | undefined,
    _: undefined,
    options: RunOptions<Run>,
  ): EventSource {
    this.receivedOptions.push(options);
    return this.answer(thread);
  }

  override action(
    thread: ThreadMetadata,
    _action: object,
    _sender: WidgetItem | undefined,
    _: undefined,
    options: RunOptions<Run>,
  ) {
    return this.respond(thread, undefined, undefined, options);
  }

  async numbered(request: object, run?: Run): Promise<[string, number | undefined][]> {
    return pairs((await this.process(request, undefined, { run })) as StreamingResult<number>);
  }
}

async function pairs(result: StreamingResult<number>): Promise<[string, number | undefined][]> {
  const found: [string, number | undefined][] = [];
  for await (const { events, written } of result.written) {
    events.forEach(({ type }, at) => {
      found.push([type, written[at]]);
    });
  }
  return found;
}

async function withThread(store: NumberingStore, ...items: ThreadItem[]): Promise<Server> {
  const thread: ThreadMetadata = { id: 'thr_1', created_at: now(), status: { type: 'active' }, metadata: {} };
  await store.saveThread(thread);
  for (const item of items) await store.addThreadItem(thread.id, item);
  store.calls = [];
  return new Server(store);
}

describe('a turn that a message begins', () => {
  it('is stored in the order thread, files, message by the default beginTurn', async () => {
    const store = new NumberingStore();
    const server = new Server(store);
    const file = { id: 'atc_1', type: 'file' as const, name: 'a', mime_type: 'text/plain' };
    await store.saveAttachment(file);
    store.calls = [];
    const events = await server.numbered(create('hi', ['atc_1']));
    expect(store.calls).toEqual(['saveThread', 'saveAttachment', 'addThreadItem']);
    expect(events).toEqual([
      ['thread.created', 1],
      ['thread.item.done', 2],
      ['stream_options', undefined],
    ]);
    expect((await store.loadAttachment('atc_1')).thread_id).toMatch(/^thr_/);
  });

  it('goes to the store in one call with its run, which respond receives as well', async () => {
    const store = new WholeTurnStore();
    const server = new Server(store);
    const run = { name: 'first' };
    expect(await server.numbered(create('hi'), run)).toEqual([
      ['thread.created', 100],
      ['thread.item.done', 101],
      ['stream_options', undefined],
    ]);
    const [turn] = store.turns;
    expect(turn).toMatchObject({
      run,
      thread: { id: turn?.message.thread_id },
      message: { content: [{ text: 'hi' }] },
    });
    expect(server.receivedOptions[0]?.run).toBe(run);

    expect((await server.numbered(add('more', turn?.thread?.id), { name: 'second' }))[0]).toEqual([
      'thread.item.done',
      101,
    ]);
    expect(store.turns[1]).toMatchObject({ run: { name: 'second' }, message: { content: [{ text: 'more' }] } });
    expect(store.turns[1]?.thread).toBeUndefined();
  });

  it('is not begun when the message cannot be built', async () => {
    const store = new WholeTurnStore();
    await expect(new Server(store).process(create('hi', ['atc_none']), undefined)).rejects.toMatchObject({
      status: 404,
    });
    expect([store.turns, store.calls]).toEqual([[], []]);
  });
});

it('passes the run to an action as well', async () => {
  const server = await withThread(new NumberingStore());
  const run = { name: 'pressed' };
  await server.numbered({ type: 'threads.custom_action', params: { thread_id: 'thr_1', action: { type: 'go' } } }, run);
  expect(server.receivedOptions[0]?.run).toBe(run);
});

describe('what the store returned', () => {
  it('comes with the event that announces the write, in a batch of several events too', async () => {
    const server = await withThread(new NumberingStore());
    server.answer = (thread) => {
      thread.title = 'T';
      return [
        added(message('msg_a', undefined)),
        delta('msg_a', 'one '),
        delta('msg_a', 'two'),
        done(message('msg_a', 'one two')),
        // Written without an event: its number must not move to a neighbouring event.
        done({ id: 'hid_1', thread_id: 'thr_1', created_at: now(), type: 'hidden_context_item', content: 'x' }),
        { type: 'thread.item.replaced', item: message('msg_a', 'ONE TWO') },
        { type: 'thread.item.removed', item_id: 'msg_a' },
        { type: 'progress_update', text: 'done' },
      ];
    };
    expect(await server.numbered(add('x'))).toEqual([
      ['thread.item.done', 2],
      ['stream_options', undefined],
      ['thread.item.added', undefined],
      ['thread.updated', 3],
      ['thread.item.updated', undefined],
      ['thread.item.updated', undefined],
      ['thread.item.done', 4],
      ['thread.item.replaced', 6],
      ['thread.item.removed', 7],
      ['progress_update', undefined],
    ]);
  });

  it('is there for the answer to a structured input', async () => {
    const asked: StructuredInputItem = {
      id: 'si_1',
      thread_id: 'thr_1',
      created_at: now(),
      type: 'structured_input',
      status: 'pending',
      inputs: [{ id: 'why', question: 'Why?', type: 'freeform' }],
    };
    const server = await withThread(new NumberingStore(), asked);
    const params = { thread_id: 'thr_1', item_id: 'si_1', input: { status: 'skipped' } };
    expect(await server.numbered({ type: 'threads.add_structured_input', params })).toEqual([
      ['stream_options', undefined],
      ['thread.item.replaced', 3],
    ]);
  });
});

describe('a parsed request', () => {
  it('is not checked again', async () => {
    const parsed = parseRequest(create('hi'));
    const check = vi.spyOn(chatKitRequestSchema, 'safeParse');
    try {
      const server = new Server(new NumberingStore());
      await server.processParsed(parsed, undefined);
      expect(check).not.toHaveBeenCalled();
      await server.process(create('hi'), undefined);
      expect(check).toHaveBeenCalledTimes(1);
    } finally {
      check.mockRestore();
    }
  });

  it('may come with its thread, which is loaded again only if the ids differ', async () => {
    const store = new NumberingStore();
    const server = await withThread(store);
    const thread = await store.loadThread('thr_1');
    store.calls = [];
    const request = parseRequest({ type: 'threads.get_by_id', params: { thread_id: 'thr_1' } });
    await server.processParsed(request, undefined, { thread });
    expect(store.calls).toEqual([]);
    await server.processParsed(request, undefined, { thread: { ...thread, id: 'thr_2' } });
    expect(store.calls).toEqual(['loadThread']);
  });
});

it('a client tool’s output that is stored is answered, even where older calls cannot be dropped', async () => {
  const store = new NumberingStore();
  const call = (id: string): ThreadItem => ({
    id,
    thread_id: 'thr_1',
    created_at: now(),
    type: 'client_tool_call',
    status: 'pending',
    call_id: id,
    name: 'where',
    arguments: {},
  });
  const server = await withThread(store, call('tc_old'), call('tc_1'));
  store.deleteThreadItem = () => Promise.reject(new Error('gone'));
  const request = { type: 'threads.add_client_tool_output', params: { thread_id: 'thr_1', result: 1 } };
  expect(await server.numbered(request)).toEqual([
    ['stream_options', undefined],
    ['error', undefined],
  ]);
  expect(server.receivedOptions).toEqual([]);
  expect(await store.loadItem('thr_1', 'tc_1')).toMatchObject({ status: 'completed', output: 1 });
});

it('passes the reason of a stop to handleStreamCancelled', async () => {
  const reasons: unknown[] = [];
  class Stopped extends Server {
    override async *respond(...[, , , { signal }]: Parameters<Server['respond']>): AsyncGenerator<StreamEvent> {
      yield { type: 'progress_update', text: 'thinking' };
      await hang(signal);
    }

    override async handleStreamCancelled(...[, , , reason]: Parameters<Server['handleStreamCancelled']>) {
      reasons.push(reason);
    }
  }
  const stop = new AbortController();
  const server = new Stopped(new NumberingStore());
  const result = (await server.process(create('hi'), undefined, { signal: stop.signal })) as StreamingResult<number>;
  stop.abort('interrupted');
  await pairs(result);
  const left = (await server.process(create('hi'), undefined)) as StreamingResult<number>;
  for await (const _ of left.written) break;
  expect(reasons).toEqual(['interrupted', undefined]);
});
