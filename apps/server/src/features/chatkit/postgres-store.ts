import {
  type Attachment,
  type BegunTurn,
  type NewTurn,
  NotFoundError,
  type Page,
  type PageQuery,
  Store,
  type ThreadItem,
  type ThreadMetadata,
  type UserMessageItem,
} from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { Conversations } from '../conversations/index.ts';
import type { AnswerRun } from './answer-run.ts';
import type { ChatKitContext } from './context.ts';
import { inProtocolWords } from './refusals.ts';
import { toConversation, toItem, toThreadItem, toThreadMetadata } from './thread-rows.ts';

/** The attachment store; every call is made as the person who asks. */
export type AttachmentRows = {
  load(personId: string, id: string): Promise<Attachment>;
  save(personId: string, attachment: Attachment): Promise<void>;
  remove(personId: string, id: string): Promise<void>;
};

/** The hooks for outgoing attachments and after deletions; see `ChatKitAttachments`. */
type AttachmentCare = { present(attachment: Attachment, origin: string): Attachment; sweep(): void };

/** The number of a write's event; null when it changed nothing. */
export type EventNumber = number | null;

/** ChatKit's store on the conversation engine: a thread is a conversation of kind `assistant`. */
export class PostgresStore extends Store<ChatKitContext, EventNumber, AnswerRun> {
  readonly #conversations: Conversations;
  readonly #attachments: AttachmentRows;
  readonly #care: AttachmentCare;
  readonly #maxPage: number;

  /** @param maxPage the largest page that a client gets, whatever size it asks for */
  constructor(conversations: Conversations, attachments: AttachmentRows, care: AttachmentCare, maxPage = 200) {
    super();
    this.#maxPage = maxPage;
    this.#conversations = conversations;
    this.#attachments = attachments;
    this.#care = care;
  }

  /**
   * Stores a message with the run that answers it and with its new thread, in one statement: all exist, or none. Only files
   * take more than one, since their rows refer to an existing thread.
   */
  override async beginTurn(
    { thread, message, run: answer }: NewTurn<AnswerRun>,
    context: ChatKitContext,
  ): Promise<BegunTurn<EventNumber>> {
    const { id: personId } = context.person;
    const run = answer?.run ?? null;
    const item = { ...toUserItem(message, context), ...(run?.request && { clientId: run.request.clientId }) };
    if (thread && message.attachments.length === 0) {
      const last = await found(this.#conversations.create(personId, toConversation(thread), { run, item }));
      return { thread: 1, message: last };
    }
    if (thread) await found(this.#conversations.create(personId, toConversation(thread), { run }));
    for (const attachment of message.attachments) await this.saveAttachment(attachment, context);
    if (run && !thread) {
      const { lastEvent } = await found(this.#conversations.runs.claim(run, message.thread_id, item));
      return { message: lastEvent };
    }
    const last = await found(this.#conversations.putItem(personId, message.thread_id, item, 'item.done', run));
    return thread ? { thread: 1, message: last } : { message: last };
  }

  async loadThread(threadId: string, context: ChatKitContext): Promise<ThreadMetadata> {
    return toThreadMetadata(await found(this.#conversations.access(context.person.id, threadId)));
  }

  async saveThread(thread: ThreadMetadata, context: ChatKitContext, answer?: AnswerRun): Promise<EventNumber> {
    const row = toConversation(thread);
    const saved = this.#conversations.save(context.person.id, row, answer?.run).catch((error) => {
      unlessMissing(error);
      return this.#conversations.create(context.person.id, row);
    });
    return found(saved);
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

  addThreadItem(threadId: string, item: ThreadItem, context: ChatKitContext, answer?: AnswerRun): Promise<EventNumber> {
    const row = rowOf(item, context);
    return found(this.#conversations.putItem(context.person.id, threadId, row, 'item.done', answer?.run));
  }

  saveItem(threadId: string, item: ThreadItem, context: ChatKitContext, answer?: AnswerRun): Promise<EventNumber> {
    const row = rowOf(item, context);
    return found(this.#conversations.putItem(context.person.id, threadId, row, 'item.replaced', answer?.run));
  }

  deleteThreadItem(
    threadId: string,
    itemId: string,
    context: ChatKitContext,
    answer?: AnswerRun,
  ): Promise<EventNumber> {
    return this.#conversations.removeItem(context.person.id, threadId, itemId, answer?.run);
  }

  override async deleteThreadItemsAfter(
    threadId: string,
    itemId: string,
    context: ChatKitContext,
    answer?: AnswerRun,
  ): Promise<void> {
    await this.#conversations.removeItemsAfter(context.person.id, threadId, itemId, answer?.run);
  }

  async loadAttachment(attachmentId: string, context: ChatKitContext): Promise<Attachment> {
    return this.#present(context)(await found(this.#attachments.load(context.person.id, attachmentId)));
  }

  async saveAttachment(attachment: Attachment, context: ChatKitContext): Promise<void> {
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
}

const toUserItem = (item: UserMessageItem, { person }: ChatKitContext) => ({ ...toItem(item), authorId: person.id });

const rowOf = (item: ThreadItem, context: ChatKitContext) =>
  item.type === 'user_message' ? toUserItem(item, context) : toItem(item);

const toPage = <Row extends { id: string }>(data: Row[], hasMore: boolean): Page<Row> => ({
  data,
  has_more: hasMore,
  ...(hasMore && data.length > 0 ? { after: data.at(-1)!.id } : {}),
});

/** Translates the engine's "not found" into that of the protocol package. */
async function found<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found')
      throw new NotFoundError(inProtocolWords(error.message));
    throw error;
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'not_found')) throw error;
}
