import {
  type Attachment,
  NotFoundError,
  newId,
  type Page,
  type PageQuery,
  Store,
  type ThreadItem,
  type ThreadMetadata,
} from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { Conversations } from '../conversations/index.ts';
import type { ChatKitContext } from './context.ts';
import { toItem, toThreadItem, toThreadMetadata } from './thread-rows.ts';

/** Where attachments are kept; every call is made for the person who asks. */
export type AttachmentRows = {
  load(personId: string, id: string): Promise<Attachment>;
  save(personId: string, attachment: Attachment): Promise<void>;
  remove(personId: string, id: string): Promise<void>;
};

/** What is done to attachments on their way out and after deletions; see `ChatKitAttachments`. */
type AttachmentCare = { present(attachment: Attachment, origin: string): Attachment; sweep(): void };

/** ChatKit's store on the conversation engine: a thread is a conversation of kind `assistant`. */
export class PostgresStore extends Store<ChatKitContext> {
  readonly #conversations: Conversations;
  readonly #attachments: AttachmentRows;
  readonly #care: AttachmentCare;
  readonly #maxPage: number;

  /** @param maxPage a client may ask for a page of any size; it gets at most so many */
  constructor(conversations: Conversations, attachments: AttachmentRows, care: AttachmentCare, maxPage = 200) {
    super();
    this.#maxPage = maxPage;
    this.#conversations = conversations;
    this.#attachments = attachments;
    this.#care = care;
  }

  override generateThreadId(context: ChatKitContext): string {
    context.newThread = { id: newId('thr'), row: null };
    return context.newThread.id;
  }

  async loadThread(threadId: string, context: ChatKitContext): Promise<ThreadMetadata> {
    if (isUnsaved(threadId, context)) await this.#storeNewThread(context, null);
    if (context.conversation?.id === threadId) {
      const known = toThreadMetadata(context.conversation);
      context.conversation = null;
      return known;
    }
    return toThreadMetadata(await found(this.#conversations.access(context.person.id, threadId)));
  }

  async saveThread(thread: ThreadMetadata, context: ChatKitContext): Promise<void> {
    const row = {
      id: thread.id,
      kind: 'assistant' as const,
      // Made of somebody's words, which may hold what PostgreSQL keeps in no text.
      title: thread.title?.replaceAll('\0', '') ?? null,
      status: thread.status,
      metadata: thread.metadata,
      allowedImageDomains: thread.allowed_image_domains ?? null,
      createdAt: new Date(thread.created_at),
    };
    if (context.newThread?.id === thread.id && !context.newThread.row) {
      context.newThread.row = row;
      return;
    }
    const saved = this.#conversations.save(context.person.id, row).catch((error) => {
      unlessMissing(error);
      return this.#conversations.create(context.person.id, row);
    });
    wrote(context, 'thread', await found(saved));
  }

  /** Stores the thread this request has made, with its first item if it is here, and claims it for the request's run. */
  async #storeNewThread(context: ChatKitContext, item: ThreadItem | null): Promise<void> {
    const { row } = context.newThread!;
    context.newThread = null;
    const { run } = context;
    const rowOfItem = item && this.#row(item, context);
    const last = await found(this.#conversations.create(context.person.id, row!, { run, item: rowOfItem }));
    wrote(context, 'thread', 1);
    if (item) wrote(context, item.id, last);
  }

  async loadThreads(query: PageQuery, context: ChatKitContext): Promise<Page<ThreadMetadata>> {
    const page = await this.#conversations.list(context.person.id, 'assistant', this.#pageOf(query));
    return toPage(page.data.map(toThreadMetadata), page.hasMore);
  }

  async deleteThread(threadId: string, context: ChatKitContext): Promise<void> {
    await this.#conversations.remove(context.person.id, threadId).catch(unlessMissing);
    this.#care.sweep();
  }

  async loadThreadItems(threadId: string, query: PageQuery, context: ChatKitContext): Promise<Page<ThreadItem>> {
    const page = await this.#conversations.items(context.person.id, threadId, this.#pageOf(query));
    return toPage(
      page.data.map((row) => toThreadItem(row, this.#present(context))),
      page.hasMore,
    );
  }

  async loadItem(threadId: string, itemId: string, context: ChatKitContext): Promise<ThreadItem> {
    const row = await found(this.#conversations.item(context.person.id, threadId, itemId));
    return toThreadItem(row, this.#present(context));
  }

  async addThreadItem(threadId: string, item: ThreadItem, context: ChatKitContext): Promise<void> {
    if (isUnsaved(threadId, context)) return this.#storeNewThread(context, item);
    const row = this.#row(item, context);
    const { run } = context;
    // A message comes with the run that answers it: in one statement, both are there or neither.
    const n =
      run?.conversationId === ''
        ? this.#conversations.runs.claim(run, threadId, row).then(({ lastEvent }) => lastEvent)
        : this.#conversations.putItem(context.person.id, threadId, row);
    wrote(context, item.id, await found(n));
  }

  async saveItem(threadId: string, item: ThreadItem, context: ChatKitContext): Promise<void> {
    const row = this.#row(item, context);
    wrote(
      context,
      item.id,
      await found(this.#conversations.putItem(context.person.id, threadId, row, 'item.replaced')),
    );
  }

  async deleteThreadItem(threadId: string, itemId: string, context: ChatKitContext): Promise<void> {
    const n = await this.#conversations.removeItem(context.person.id, threadId, itemId);
    if (n !== null) wrote(context, itemId, n);
  }

  override async deleteThreadItemsAfter(threadId: string, itemId: string, context: ChatKitContext): Promise<void> {
    await this.#conversations.removeItemsAfter(context.person.id, threadId, itemId);
  }

  async loadAttachment(attachmentId: string, context: ChatKitContext): Promise<Attachment> {
    return this.#present(context)(await found(this.#attachments.load(context.person.id, attachmentId)));
  }

  async saveAttachment(attachment: Attachment, context: ChatKitContext): Promise<void> {
    // The row of a file that is sent points to its thread, which must be there.
    if (isUnsaved(attachment.thread_id, context)) await this.#storeNewThread(context, null);
    return found(this.#attachments.save(context.person.id, attachment));
  }

  async deleteAttachment(attachmentId: string, context: ChatKitContext): Promise<void> {
    await this.#attachments.remove(context.person.id, attachmentId).catch(unlessMissing);
  }

  #pageOf({ limit, order, after }: PageQuery) {
    return { limit: Math.min(limit, this.#maxPage), order, after: after ?? null };
  }

  #present(context: ChatKitContext): (attachment: Attachment) => Attachment {
    return (attachment) => this.#care.present(attachment, context.origin);
  }

  #row(item: ThreadItem, context: ChatKitContext) {
    if (item.type !== 'user_message') return toItem(item);
    const { clientId } = context;
    context.clientId = null;
    return { ...toItem(item), authorId: context.person.id, ...(clientId === null ? {} : { clientId }) };
  }
}

const isUnsaved = (threadId: string | undefined, { newThread }: ChatKitContext) =>
  threadId !== undefined && newThread?.row?.id === threadId;

function wrote(context: ChatKitContext, what: string, n: number): void {
  const numbers = context.written.get(what);
  if (numbers) numbers.push(n);
  else context.written.set(what, [n]);
}

const toPage = <Row extends { id: string }>(data: Row[], hasMore: boolean): Page<Row> => ({
  data,
  has_more: hasMore,
  ...(hasMore && data.length > 0 ? { after: data.at(-1)!.id } : {}),
});

/** The engine's "not found" in the words of the protocol package. */
async function found<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') throw new NotFoundError(error.message);
    throw error;
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'not_found')) throw error;
}
