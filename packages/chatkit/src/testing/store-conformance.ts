// Over 400 lines: it is one list of requirements.
import assert from 'node:assert/strict';
import type { Attachment } from '../protocol/attachments.ts';
import { NotFoundError } from '../protocol/errors.ts';
import type { AssistantMessageItem, ThreadItem, UserMessageItem, WidgetItem } from '../protocol/items.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import type { Store } from '../store/store.ts';

/** The functions of a test runner that the suite needs: those of vitest, node:test and jest fit. */
export type TestRunner = {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>): void;
};

/** A store under test, and two people who must not see each other's rows. */
export type StoreUnderTest<Context> = {
  store: Store<Context>;
  alice: Context;
  bob: Context;
};

const all = { limit: 100, order: 'asc' as const };
const time = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second)).toISOString();

/**
 * Everything a {@link Store} promises, as tests. `makeStore` is called for every test; the rows of earlier tests may
 * still be there, under other ids.
 *
 * ```ts
 * storeConformance({ describe, it }, async () => ({ store: new MyStore(db), alice: { userId: 'a' }, bob: { userId: 'b' } }));
 * ```
 */
export function storeConformance<Context>(
  { describe, it }: TestRunner,
  makeStore: () => Promise<StoreUnderTest<Context>> | StoreUnderTest<Context>,
): void {
  const check = (name: string, run: (bench: Bench<Context>) => Promise<void>) =>
    it(name, async () => run(new Bench(await makeStore())));

  describe('threads', () => {
    check('are given back as they were saved', async (bench) => {
      const thread = bench.thread({
        title: 'Tïtle "quoted" \u2028',
        status: { type: 'locked', reason: 'why' },
        allowed_image_domains: ['a.example'],
        metadata: { deep: { list: [1, null, 'x'] } },
      });
      await bench.saveThread(thread);
      assert.deepEqual(await bench.loadThread(thread.id), thread);
    });

    check('may have no title', async (bench) => {
      const thread = bench.thread();
      await bench.saveThread(thread);
      assert.equal((await bench.loadThread(thread.id)).title, undefined);
    });

    check('are overwritten when saved again, their items kept', async (bench) => {
      const thread = await bench.savedThread({ title: 'before', metadata: { a: 1 } });
      await bench.add(thread.id, bench.message(thread.id));
      const changed = { ...thread, title: 'after', metadata: { b: 2 }, status: { type: 'closed' as const } };
      await bench.saveThread(changed);
      assert.deepEqual(await bench.loadThread(thread.id), changed);
      assert.equal((await bench.items(thread.id)).length, 1);
    });

    check('that are not there are a NotFoundError', async (bench) => {
      await assert.rejects(bench.loadThread(bench.id('thr')), NotFoundError);
    });

    check('are deleted with their items', async (bench) => {
      const thread = await bench.savedThread();
      const item = bench.message(thread.id);
      await bench.add(thread.id, item);
      await bench.store.deleteThread(thread.id, bench.alice);
      await assert.rejects(bench.loadThread(thread.id), NotFoundError);
      await assert.rejects(bench.store.loadItem(thread.id, item.id, bench.alice), NotFoundError);
      assert.deepEqual(await bench.items(thread.id), []);
    });

    check('are saved without the items a caller leaves on them', async (bench) => {
      const thread = bench.thread();
      const withItems = { ...thread, items: { data: [bench.message(thread.id)], has_more: false } };
      await bench.saveThread(withItems);
      assert.deepEqual(await bench.loadThread(thread.id), thread);
    });

    check('are listed by time, a page at a time, in both orders', async (bench) => {
      const threads = [];
      for (const second of [2, 0, 4, 1, 3]) threads.push(await bench.savedThread({ created_at: time(second) }));
      const byTime = threads.sort((a, b) => a.created_at.localeCompare(b.created_at)).map(({ id }) => id);
      const walk = (order: 'asc' | 'desc') =>
        bench.walk((after) => bench.store.loadThreads({ limit: 2, order, after }, bench.alice));
      const mine = (ids: string[]) => ids.filter((id) => byTime.includes(id));
      assert.deepEqual(mine(await walk('asc')), byTime);
      assert.deepEqual(mine(await walk('desc')), byTime.toReversed());
    });
  });

  describe('items', () => {
    check('are given back as they were added, of every kind', async (bench) => {
      const thread = await bench.savedThread();
      const items = bench.oneOfEveryKind(thread.id);
      for (const item of items) await bench.add(thread.id, item);
      assert.deepEqual(await bench.items(thread.id), items);
      for (const item of items) assert.deepEqual(await bench.store.loadItem(thread.id, item.id, bench.alice), item);
    });

    check('are overwritten by saveItem, whatever their kind becomes', async (bench) => {
      const thread = await bench.savedThread();
      const first = bench.message(thread.id, { created_at: time(1) });
      const second = bench.message(thread.id, { created_at: time(2) });
      await bench.add(thread.id, first);
      await bench.add(thread.id, second);
      const { id, thread_id, created_at } = first;
      const widget: WidgetItem = {
        id,
        thread_id,
        created_at,
        type: 'widget',
        widget: { type: 'Card', children: [{ type: 'Unheard', of: [null, { x: 1 }] }] },
      };
      await bench.store.saveItem(thread.id, widget, bench.alice);
      assert.deepEqual(await bench.items(thread.id), [widget, second]);
    });

    check('are added by saveItem when they are not there', async (bench) => {
      const thread = await bench.savedThread();
      const item = bench.message(thread.id);
      await bench.store.saveItem(thread.id, item, bench.alice);
      assert.deepEqual(await bench.items(thread.id), [item]);
    });

    check('added a second time are one row, where it stood', async (bench) => {
      const thread = await bench.savedThread();
      const first = bench.message(thread.id, { created_at: time(1) });
      const second = bench.message(thread.id, { created_at: time(1) });
      await bench.add(thread.id, first);
      await bench.add(thread.id, second);
      const again = { ...first, content: bench.text('again') };
      await bench.add(thread.id, again);
      assert.deepEqual(await bench.items(thread.id), [again, second]);
    });

    check('of the same time keep the order in which they were added', async (bench) => {
      const thread = await bench.savedThread();
      const ids: string[] = [];
      // The ids sort backwards, so that an order by id fails the test.
      for (const name of ['e', 'd', 'c', 'b', 'a']) {
        const item = bench.message(thread.id, { id: `${name}_${bench.id('msg')}`, created_at: time(1) });
        await bench.add(thread.id, item);
        ids.push(item.id);
      }
      const walk = (order: 'asc' | 'desc') =>
        bench.walk((after) => bench.store.loadThreadItems(thread.id, { limit: 2, order, after }, bench.alice));
      assert.deepEqual(await walk('asc'), ids);
      assert.deepEqual(await walk('desc'), ids.toReversed());
    });

    check('come in pages with an exclusive cursor, named only when there is more', async (bench) => {
      const thread = await bench.savedThread();
      const ids: string[] = [];
      for (let second = 0; second < 5; second++) {
        const item = bench.message(thread.id, { created_at: time(second) });
        await bench.add(thread.id, item);
        ids.push(item.id);
      }
      const load = (limit: number, after?: string) =>
        bench.store.loadThreadItems(thread.id, { limit, order: 'asc', after }, bench.alice);
      const first = await load(3);
      assert.deepEqual([first.data.map(({ id }) => id), first.has_more, first.after], [ids.slice(0, 3), true, ids[2]]);
      const rest = await load(3, first.after);
      assert.deepEqual([rest.data.map(({ id }) => id), rest.has_more, rest.after], [ids.slice(3), false, undefined]);
      // A page that is exactly full has no more rows.
      const whole = await load(5);
      assert.deepEqual([whole.data.length, whole.has_more, whole.after], [5, false, undefined]);
    });

    check('after a cursor that is not there are none', async (bench) => {
      const thread = await bench.savedThread();
      await bench.add(thread.id, bench.message(thread.id));
      const query = { ...all, after: bench.id('msg') };
      const page = await bench.store.loadThreadItems(thread.id, query, bench.alice);
      assert.deepEqual([page.data, page.has_more], [[], false]);
    });

    check('of the same id in two threads are two items', async (bench) => {
      const [one, two] = [await bench.savedThread(), await bench.savedThread()];
      const id = bench.id('msg');
      const inOne = bench.message(one.id, { id, content: bench.text('one') });
      const inTwo = bench.message(two.id, { id, content: bench.text('two') });
      await bench.add(one.id, inOne);
      await bench.add(two.id, inTwo);
      assert.deepEqual(await bench.store.loadItem(one.id, id, bench.alice), inOne);
      assert.deepEqual(await bench.store.loadItem(two.id, id, bench.alice), inTwo);
      await bench.store.deleteThreadItem(one.id, id, bench.alice);
      assert.deepEqual(await bench.items(one.id), []);
      assert.deepEqual(await bench.items(two.id), [inTwo]);
    });

    check('that are not there are a NotFoundError', async (bench) => {
      const thread = await bench.savedThread();
      await assert.rejects(bench.store.loadItem(thread.id, bench.id('msg'), bench.alice), NotFoundError);
    });

    check('are deleted one by one, and a second time is no error', async (bench) => {
      const thread = await bench.savedThread();
      const [keep, drop] = [bench.message(thread.id), bench.message(thread.id)];
      await bench.add(thread.id, keep);
      await bench.add(thread.id, drop);
      await bench.store.deleteThreadItem(thread.id, drop.id, bench.alice);
      await bench.store.deleteThreadItem(thread.id, drop.id, bench.alice);
      assert.deepEqual(await bench.items(thread.id), [keep]);
    });

    check('are kept and given by value', async (bench) => {
      const thread = await bench.savedThread();
      const item = bench.message(thread.id);
      const before = structuredClone(item);
      await bench.add(thread.id, item);
      item.content.push({ annotations: [], text: 'later', type: 'output_text' });
      const loaded = (await bench.store.loadItem(thread.id, item.id, bench.alice)) as AssistantMessageItem;
      assert.deepEqual(loaded, before);
      loaded.content.length = 0;
      assert.deepEqual(await bench.store.loadItem(thread.id, item.id, bench.alice), before);
    });
  });

  describe('attachments', () => {
    check('are given back as they were saved, notes included', async (bench) => {
      const file = bench.attachment();
      const image: Attachment = { ...bench.attachment(), type: 'image', preview_url: 'https://files.example/p' };
      for (const attachment of [file, image]) {
        await bench.store.saveAttachment(attachment, bench.alice);
        assert.deepEqual(await bench.store.loadAttachment(attachment.id, bench.alice), attachment);
      }
    });

    check('are overwritten when saved again', async (bench) => {
      const thread = await bench.savedThread();
      const attachment = bench.attachment();
      await bench.store.saveAttachment(attachment, bench.alice);
      const used = { ...attachment, thread_id: thread.id };
      await bench.store.saveAttachment(used, bench.alice);
      assert.deepEqual(await bench.store.loadAttachment(attachment.id, bench.alice), used);
    });

    check('are gone when deleted', async (bench) => {
      const attachment = bench.attachment();
      await bench.store.saveAttachment(attachment, bench.alice);
      await bench.store.deleteAttachment(attachment.id, bench.alice);
      await assert.rejects(bench.store.loadAttachment(attachment.id, bench.alice), NotFoundError);
    });
  });

  describe('a turn', () => {
    check('begins with its thread, its files and its message', async (bench) => {
      const thread = bench.thread({ title: 'new', metadata: { a: [1] } });
      const attachment = await bench.savedAttachment();
      const message = bench.question(thread.id, [{ ...attachment, thread_id: thread.id }]);
      await bench.store.beginTurn({ thread, message }, bench.alice);
      assert.deepEqual(await bench.loadThread(thread.id), thread);
      assert.deepEqual(await bench.items(thread.id), [message]);
      assert.equal((await bench.store.loadAttachment(attachment.id, bench.alice)).thread_id, thread.id);
    });

    check('begins in a thread that is there, after what is in it', async (bench) => {
      const thread = bench.thread();
      const first = bench.question(thread.id);
      await bench.store.beginTurn({ thread, message: first }, bench.alice);
      const answer = bench.message(thread.id, { created_at: time(2) });
      await bench.add(thread.id, answer);
      const attachment = await bench.savedAttachment();
      const second = bench.question(thread.id, [{ ...attachment, thread_id: thread.id }]);
      await bench.store.beginTurn({ message: second }, bench.alice);
      assert.deepEqual(await bench.items(thread.id), [first, answer, second]);
    });
  });

  describe('somebody else', () => {
    check('sees no thread, item or attachment', async (bench) => {
      const { store, bob } = bench;
      const thread = await bench.savedThread();
      const item = bench.message(thread.id);
      const attachment = bench.attachment();
      await bench.add(thread.id, item);
      await store.saveAttachment(attachment, bench.alice);
      await assert.rejects(store.loadThread(thread.id, bob), NotFoundError);
      await assert.rejects(store.loadItem(thread.id, item.id, bob), NotFoundError);
      await assert.rejects(store.loadAttachment(attachment.id, bob), NotFoundError);
      assert.deepEqual((await store.loadThreadItems(thread.id, all, bob)).data, []);
      const theirs = await bench.walk((after) => store.loadThreads({ ...all, after }, bob));
      assert.ok(!theirs.includes(thread.id));
    });

    check('can delete and overwrite nothing', async (bench) => {
      const { store, bob } = bench;
      const thread = await bench.savedThread({ title: 'mine' });
      const item = bench.message(thread.id);
      const attachment = bench.attachment();
      await bench.add(thread.id, item);
      await store.saveAttachment(attachment, bench.alice);
      // A store may throw or do nothing: only the rows afterwards matter.
      const tries = [
        () => store.saveThread({ ...thread, title: 'theirs' }, bob),
        () => store.saveItem(thread.id, { ...item, content: [] }, bob),
        () => store.addThreadItem(thread.id, bench.message(thread.id), bob),
        () => store.beginTurn({ message: bench.question(thread.id) }, bob),
        () => store.saveAttachment({ ...attachment, name: 'theirs' }, bob),
        () => store.deleteThreadItem(thread.id, item.id, bob),
        () => store.deleteAttachment(attachment.id, bob),
        () => store.deleteThread(thread.id, bob),
      ];
      for (const attempt of tries) await attempt().catch(() => {});
      assert.deepEqual(await bench.loadThread(thread.id), thread);
      assert.deepEqual(await bench.items(thread.id), [item]);
      assert.deepEqual(await store.loadAttachment(attachment.id, bench.alice), attachment);
    });
  });

  describe('ids', () => {
    check('carry their prefix and never come twice', async (bench) => {
      const { store, alice } = bench;
      const thread = await bench.savedThread();
      assert.match(store.generateThreadId(alice), /^thr_/);
      const kinds = {
        message: 'msg',
        tool_call: 'tc',
        workflow: 'wf',
        task: 'tsk',
        sdk_hidden_context: 'shcx',
      } as const;
      for (const [kind, prefix] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
        const ids = Array.from({ length: 100 }, () => store.generateItemId(kind, thread, alice));
        assert.equal(new Set(ids).size, 100);
        assert.ok(ids.every((id) => id.startsWith(`${prefix}_`)));
      }
    });
  });
}

/** A store under test, with helpers that write rows. */
class Bench<Context> {
  readonly store: Store<Context>;
  readonly alice: Context;
  readonly bob: Context;

  constructor({ store, alice, bob }: StoreUnderTest<Context>) {
    this.store = store;
    this.alice = alice;
    this.bob = bob;
  }

  id(prefix: string): string {
    return `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`;
  }

  thread(fields: Partial<ThreadMetadata> = {}): ThreadMetadata {
    return { id: this.id('thr'), created_at: time(0), status: { type: 'active' }, metadata: {}, ...fields };
  }

  async savedThread(fields: Partial<ThreadMetadata> = {}): Promise<ThreadMetadata> {
    const thread = this.thread(fields);
    await this.saveThread(thread);
    return thread;
  }

  text(text: string): AssistantMessageItem['content'] {
    return [{ annotations: [], text, type: 'output_text' }];
  }

  message(threadId: string, fields: Partial<AssistantMessageItem> = {}): AssistantMessageItem {
    return {
      id: this.id('msg'),
      thread_id: threadId,
      created_at: time(1),
      type: 'assistant_message',
      content: this.text('hi'),
      ...fields,
    };
  }

  question(threadId: string, attachments: Attachment[] = []): UserMessageItem {
    return {
      id: this.id('msg'),
      thread_id: threadId,
      created_at: time(2),
      type: 'user_message',
      content: [{ type: 'input_text', text: 'why?' }],
      attachments,
      inference_options: {},
    };
  }

  async savedAttachment(): Promise<Attachment> {
    const attachment = this.attachment();
    await this.store.saveAttachment(attachment, this.alice);
    return attachment;
  }

  attachment(): Attachment {
    return {
      id: this.id('atc'),
      name: 'é.pdf',
      mime_type: 'application/pdf',
      type: 'file',
      upload_descriptor: { url: 'https://files.example/up', method: 'PUT', headers: { 'X-Up': '1' } },
      metadata: { secret: [1, null] },
    };
  }

  oneOfEveryKind(threadId: string): ThreadItem[] {
    const base = (second: number) => ({ id: this.id('itm'), thread_id: threadId, created_at: time(second) });
    return [
      {
        ...base(1),
        type: 'user_message',
        content: [{ type: 'input_text', text: 'hé \u{1f600}' }],
        attachments: [],
        quoted_text: 'q',
        inference_options: { model: 'm' },
      },
      { ...base(2), type: 'assistant_message', content: this.text('a') },
      {
        ...base(3),
        type: 'client_tool_call',
        status: 'completed',
        call_id: 'c',
        name: 'n',
        arguments: { z: null },
        output: { list: [null, 1.5] },
      },
      { ...base(4), type: 'widget', widget: { type: 'Card', children: [], zzz: null }, copy_text: 'copy' },
      { ...base(5), type: 'generated_image', image: { id: 'i', url: 'data:image/png;base64,AA==' } },
      {
        ...base(6),
        type: 'structured_input',
        status: 'pending',
        inputs: [{ id: 'q', question: '?', type: 'freeform' }],
      },
      { ...base(7), type: 'task', task: { type: 'custom', status_indicator: 'none', title: 't' } },
      {
        ...base(8),
        type: 'workflow',
        workflow: { type: 'reasoning', tasks: [], summary: { duration: 3 }, expanded: false },
      },
      { ...base(9), type: 'end_of_turn' },
      { ...base(10), type: 'hidden_context_item', content: { a: null } },
      { ...base(11), type: 'sdk_hidden_context', content: 'stop' },
    ];
  }

  saveThread(thread: ThreadMetadata): Promise<unknown> {
    return this.store.saveThread(thread, this.alice);
  }

  loadThread(id: string): Promise<ThreadMetadata> {
    return this.store.loadThread(id, this.alice);
  }

  add(threadId: string, item: ThreadItem): Promise<unknown> {
    return this.store.addThreadItem(threadId, structuredClone(item), this.alice);
  }

  async items(threadId: string): Promise<ThreadItem[]> {
    return (await this.store.loadThreadItems(threadId, all, this.alice)).data;
  }

  /** The ids of all rows, page after page. */
  async walk(
    load: (after: string | undefined) => Promise<{ data: { id: string }[]; has_more: boolean; after?: string }>,
  ): Promise<string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await load(after);
      assert.equal(page.after, page.has_more ? page.data.at(-1)?.id : undefined);
      ids.push(...page.data.map(({ id }) => id));
      after = page.after;
    } while (after !== undefined);
    return ids;
  }
}
