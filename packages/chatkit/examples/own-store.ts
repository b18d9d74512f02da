// A store of your own: here plain arrays, in your case a database. `storeConformance` tells whether it is right.
import {
  type Attachment,
  NotFoundError,
  type Page,
  type PageQuery,
  Store,
  type ThreadItem,
  type ThreadMetadata,
} from '@causerie/chatkit';

export type Asking = {
  userId: string;
};

type Row<Value> = {
  owner: string;
  thread?: string;
  value: Value;
};

export class ArrayStore extends Store<Asking> {
  #threads: Row<ThreadMetadata>[] = [];
  #items: Row<ThreadItem>[] = [];
  #attachments: Row<Attachment>[] = [];

  override async loadThread(id: string, { userId }: Asking): Promise<ThreadMetadata> {
    return one(this.#threads, (row) => row.owner === userId && row.value.id === id, `Thread ${id}`);
  }

  override async saveThread(thread: ThreadMetadata, { userId }: Asking): Promise<void> {
    // A thread may come with its items, which have a place of their own.
    const { items: _, ...value } = thread as ThreadMetadata & { items?: unknown };
    put(this.#threads, { owner: userId, value }, (row) => row.owner === userId && row.value.id === thread.id);
  }

  override async loadThreads(query: PageQuery, { userId }: Asking): Promise<Page<ThreadMetadata>> {
    return page(
      this.#threads.filter((row) => row.owner === userId),
      query,
    );
  }

  override async deleteThread(id: string, { userId }: Asking): Promise<void> {
    this.#threads = this.#threads.filter((row) => row.owner !== userId || row.value.id !== id);
    this.#items = this.#items.filter((row) => row.owner !== userId || row.thread !== id);
  }

  override async loadThreadItems(thread: string, query: PageQuery, { userId }: Asking): Promise<Page<ThreadItem>> {
    return page(
      this.#items.filter((row) => row.owner === userId && row.thread === thread),
      query,
    );
  }

  override async loadItem(thread: string, id: string, { userId }: Asking): Promise<ThreadItem> {
    const mine = (row: Row<ThreadItem>) => row.owner === userId && row.thread === thread && row.value.id === id;
    return one(this.#items, mine, `Item ${id}`);
  }

  override async addThreadItem(thread: string, item: ThreadItem, context: Asking): Promise<void> {
    await this.saveItem(thread, item, context);
  }

  override async saveItem(thread: string, value: ThreadItem, { userId }: Asking): Promise<void> {
    const same = (row: Row<ThreadItem>) => row.owner === userId && row.thread === thread && row.value.id === value.id;
    put(this.#items, { owner: userId, thread, value }, same);
  }

  override async deleteThreadItem(thread: string, id: string, { userId }: Asking): Promise<void> {
    this.#items = this.#items.filter((row) => row.owner !== userId || row.thread !== thread || row.value.id !== id);
  }

  override async loadAttachment(id: string, { userId }: Asking): Promise<Attachment> {
    return one(this.#attachments, (row) => row.owner === userId && row.value.id === id, `Attachment ${id}`);
  }

  override async saveAttachment(value: Attachment, { userId }: Asking): Promise<void> {
    put(this.#attachments, { owner: userId, value }, (row) => row.owner === userId && row.value.id === value.id);
  }

  override async deleteAttachment(id: string, { userId }: Asking): Promise<void> {
    this.#attachments = this.#attachments.filter((row) => row.owner !== userId || row.value.id !== id);
  }
}

function one<Value>(rows: Row<Value>[], wanted: (row: Row<Value>) => boolean, name: string): Value {
  const row = rows.find(wanted);
  // What is somebody else's is not there, in the same words.
  if (!row) throw new NotFoundError(`${name} not found`);
  return structuredClone(row.value);
}

function put<Value>(rows: Row<Value>[], row: Row<Value>, same: (row: Row<Value>) => boolean): void {
  const index = rows.findIndex(same);
  const copy = structuredClone(row);
  if (index < 0) rows.push(copy);
  else rows[index] = copy;
}

function page<Value extends { id: string; created_at: string }>(
  rows: Row<Value>[],
  { limit, order, after }: PageQuery,
): Page<Value> {
  // sort() keeps rows of the same time in the order in which they were first saved.
  const sorted = rows.map((row) => row.value).sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  if (order === 'desc') sorted.reverse();
  const start = after === undefined ? 0 : sorted.findIndex((value) => value.id === after) + 1;
  if (after !== undefined && start === 0) return { data: [], has_more: false };
  const data = sorted.slice(start, start + limit);
  const last = data.at(-1);
  const more = last !== undefined && start + limit < sorted.length;
  return { data: structuredClone(data), has_more: more, ...(more ? { after: last.id } : {}) };
}
