import type { Attachment } from '../protocol/attachments.ts';
import { NotFoundError } from '../protocol/errors.ts';
import type { ThreadItem } from '../protocol/items.ts';
import type { Page } from '../protocol/pages.ts';
import type { AttachmentCreateParams } from '../protocol/requests.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { AttachmentStore, type PageQuery, Store } from './store.ts';

type Row = {
  id: string;
  created_at: string;
};

/** Rows by id, kept as JSON, so that stored and returned rows are always copies. */
class Rows<Value extends Row> {
  readonly #rows = new Map<string, { at: number; json: string }>();

  get(id: string): Value | undefined {
    const row = this.#rows.get(id);
    return row && JSON.parse(row.json);
  }

  put(value: Value): void {
    // A Map keeps the place of a key that is set again, so an overwritten row keeps its place among equal times.
    this.#rows.set(value.id, { at: Date.parse(value.created_at), json: JSON.stringify(value) });
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }

  page({ limit, order, after }: PageQuery): Page<Value> {
    const sorted = [...this.#rows].sort(([, a], [, b]) => a.at - b.at);
    if (order === 'desc') sorted.reverse();
    // An unknown cursor gives an empty page: a start from the beginning would show a client every row twice.
    const start = after === undefined ? 0 : sorted.findIndex(([id]) => id === after) + 1;
    const found = after === undefined || start > 0 ? sorted.slice(start, start + limit) : [];
    const more = found.length > 0 && start + limit < sorted.length;
    return {
      data: found.map(([, row]) => JSON.parse(row.json)),
      has_more: more,
      ...(more ? { after: found.at(-1)?.[0] as string } : {}),
    };
  }
}

type Room = {
  threads: Rows<ThreadMetadata>;
  items: Map<string, Rows<ThreadItem>>;
  attachments: Map<string, string>;
};

/**
 * A complete {@link Store} in memory, for examples, tests and trials. With `owner` it keeps each owner's rows apart.
 *
 * ```ts
 * const store = new MemoryStore<{ userId: string }>({ owner: (context) => context.userId });
 * ```
 */
export class MemoryStore<Context = unknown> extends Store<Context> {
  readonly #owner: (context: Context) => string;
  readonly #rooms = new Map<string, Room>();

  constructor(options: { owner?: (context: Context) => string } = {}) {
    super();
    this.#owner = options.owner ?? (() => '');
  }

  override async loadThread(threadId: string, context: Context): Promise<ThreadMetadata> {
    const thread = this.#room(context).threads.get(threadId);
    if (!thread) throw new NotFoundError(`Thread ${threadId} not found`);
    return thread;
  }

  override async saveThread(thread: ThreadMetadata, context: Context): Promise<void> {
    const { title, id, created_at, status, allowed_image_domains, metadata } = thread;
    // Field by field: a caller may hand over a thread with its items, which are kept elsewhere.
    const row = { title, id, created_at, status, allowed_image_domains, metadata } as ThreadMetadata;
    this.#room(context).threads.put(row);
  }

  override async loadThreads(query: PageQuery, context: Context): Promise<Page<ThreadMetadata>> {
    return this.#room(context).threads.page(query);
  }

  override async deleteThread(threadId: string, context: Context): Promise<void> {
    const room = this.#room(context);
    room.threads.delete(threadId);
    room.items.delete(threadId);
  }

  override async loadThreadItems(threadId: string, query: PageQuery, context: Context): Promise<Page<ThreadItem>> {
    return this.#room(context).items.get(threadId)?.page(query) ?? { data: [], has_more: false };
  }

  override async loadItem(threadId: string, itemId: string, context: Context): Promise<ThreadItem> {
    const item = this.#room(context).items.get(threadId)?.get(itemId);
    if (!item) throw new NotFoundError(`Item ${itemId} not found in thread ${threadId}`);
    return item;
  }

  override async addThreadItem(threadId: string, item: ThreadItem, context: Context): Promise<void> {
    await this.saveItem(threadId, item, context);
  }

  override async saveItem(threadId: string, item: ThreadItem, context: Context): Promise<void> {
    const { items } = this.#room(context);
    const rows = items.get(threadId) ?? new Rows<ThreadItem>();
    items.set(threadId, rows);
    rows.put(item);
  }

  override async deleteThreadItem(threadId: string, itemId: string, context: Context): Promise<void> {
    this.#room(context).items.get(threadId)?.delete(itemId);
  }

  override async loadAttachment(attachmentId: string, context: Context): Promise<Attachment> {
    const json = this.#room(context).attachments.get(attachmentId);
    if (json === undefined) throw new NotFoundError(`Attachment ${attachmentId} not found`);
    return JSON.parse(json);
  }

  override async saveAttachment(attachment: Attachment, context: Context): Promise<void> {
    this.#room(context).attachments.set(attachment.id, JSON.stringify(attachment));
  }

  override async deleteAttachment(attachmentId: string, context: Context): Promise<void> {
    this.#room(context).attachments.delete(attachmentId);
  }

  #room(context: Context): Room {
    const owner = this.#owner(context);
    const room = this.#rooms.get(owner) ?? { threads: new Rows(), items: new Map(), attachments: new Map() };
    this.#rooms.set(owner, room);
    return room;
  }
}

/**
 * Creates attachments with an upload address. The bytes go to the application's `uploadUrl(id)`.
 * For examples and tests.
 */
export class MemoryAttachmentStore<Context = unknown> extends AttachmentStore<Context> {
  readonly #uploadUrl: (id: string) => string;

  constructor(options: { uploadUrl: (id: string) => string }) {
    super();
    this.#uploadUrl = options.uploadUrl;
  }

  override async createAttachment(params: AttachmentCreateParams, context: Context): Promise<Attachment> {
    const id = this.generateAttachmentId(params.mime_type, context);
    const url = this.#uploadUrl(id);
    const base = {
      id,
      name: params.name,
      mime_type: params.mime_type,
      upload_descriptor: { url, method: 'PUT' as const, headers: {} },
      metadata: { size: params.size },
    };
    return params.mime_type.startsWith('image/')
      ? { ...base, type: 'image', preview_url: url }
      : { ...base, type: 'file' };
  }

  override async deleteAttachment(): Promise<void> {}
}
