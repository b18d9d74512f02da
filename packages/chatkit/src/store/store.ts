import type { Attachment } from '../protocol/attachments.ts';
import { ChatKitError } from '../protocol/errors.ts';
import type { ThreadItem, UserMessageItem } from '../protocol/items.ts';
import type { Order, Page } from '../protocol/pages.ts';
import type { AttachmentCreateParams } from '../protocol/requests.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { type ItemIdKind, idPrefixes, newId } from './ids.ts';

export type { ItemIdKind } from './ids.ts';

/** Which rows of a list. `after` is exclusive: the id of the last row already had. */
export type PageQuery = {
  limit: number;
  order: Order;
  after?: string | undefined;
};

/** A message, and what it brings along. */
export type NewTurn<Run = unknown> = {
  /** The thread it begins. Absent: it goes into one that is stored, `message.thread_id`. */
  thread?: ThreadMetadata | undefined;
  /** Its attachments name the thread they are in from now on. */
  message: UserMessageItem;
  /** What was given to `process` as `run`. */
  run?: Run | undefined;
};

/** What the writes of a turn's beginning returned. */
export type BegunTurn<Written = unknown> = {
  thread?: Written | undefined;
  message?: Written | undefined;
};

/**
 * Where threads, items and attachments are kept. `context` is whatever the application passed to `process`; a store
 * with several users must look at it: what belongs to somebody else is as if it never was, a {@link NotFoundError} for
 * a single row and an empty page for a list.
 *
 * Rows are given and taken by value: a store never keeps an object it was given, nor gives out one it keeps.
 * Lists are ordered by `created_at`, and rows of the same time by when they were first saved, so that paging never
 * skips or repeats a row. `storeConformance` in `@causerie/chatkit/testing` checks all of this.
 *
 * Most stores need `Context` alone. A store that numbers its changes returns the number from each write (`Written`), and
 * it is handed on beside the event that tells of the change (see `StreamingResult.written`). One that keeps account of
 * answers is told with each write of an answer which one it is (`run`, as given to `process`), and with the message that it
 * answers.
 */
export abstract class Store<Context = unknown, Written = unknown, Run = unknown> {
  /** An id for a new thread. */
  generateThreadId(_context: Context): string {
    return newId(idPrefixes.thread);
  }

  /** An id for a new item. */
  generateItemId(kind: ItemIdKind, _thread: ThreadMetadata, _context: Context): string {
    return newId(idPrefixes[kind]);
  }

  /** @throws NotFoundError */
  abstract loadThread(threadId: string, context: Context): Promise<ThreadMetadata>;
  /** Adds the thread, or overwrites the one with its id. */
  abstract saveThread(thread: ThreadMetadata, context: Context, run?: Run): Promise<Written>;
  abstract loadThreads(query: PageQuery, context: Context): Promise<Page<ThreadMetadata>>;
  /** Deletes a thread and its items; one that is not there is deleted already. */
  abstract deleteThread(threadId: string, context: Context): Promise<void>;

  /** A page of a thread's items, empty for a thread that is not there. */
  abstract loadThreadItems(threadId: string, query: PageQuery, context: Context): Promise<Page<ThreadItem>>;
  /** @throws NotFoundError */
  abstract loadItem(threadId: string, itemId: string, context: Context): Promise<ThreadItem>;
  /**
   * Adds an item at the end, or overwrites the one with its id where it stands: an item can be done twice, when a
   * workflow goes on after a client tool.
   */
  abstract addThreadItem(threadId: string, item: ThreadItem, context: Context, run?: Run): Promise<Written>;
  /** Overwrites an item, or adds it. */
  abstract saveItem(threadId: string, item: ThreadItem, context: Context, run?: Run): Promise<Written>;
  /** Deletes an item; one that is not there is deleted already. */
  abstract deleteThreadItem(threadId: string, itemId: string, context: Context, run?: Run): Promise<Written>;
  /**
   * Deletes the items that come after one, as when a message is answered anew. Done here one by one: a store that can do it
   * in one statement overrides it.
   */
  async deleteThreadItemsAfter(threadId: string, itemId: string, context: Context, run?: Run): Promise<void> {
    const later: string[] = [];
    for (let after: string | undefined = itemId; after !== undefined; ) {
      const page: Page<ThreadItem> = await this.loadThreadItems(threadId, { limit: 100, order: 'asc', after }, context);
      later.push(...page.data.map((item) => item.id));
      after = page.has_more ? page.after : undefined;
    }
    for (const id of later) await this.deleteThreadItem(threadId, id, context, run);
  }

  /**
   * Stores a message before it is answered: its thread when that is new, its attachments, and itself. Done here one by one
   * with the methods of those names; a store that can do it in one transaction overrides it.
   */
  async beginTurn({ thread, message, run }: NewTurn<Run>, context: Context): Promise<BegunTurn<Written>> {
    const begun: BegunTurn<Written> = {};
    if (thread) begun.thread = await this.saveThread(thread, context, run);
    for (const attachment of message.attachments) await this.saveAttachment(attachment, context);
    begun.message = await this.addThreadItem(message.thread_id, message, context, run);
    return begun;
  }

  /** @throws NotFoundError */
  abstract loadAttachment(attachmentId: string, context: Context): Promise<Attachment>;
  /** Adds the attachment, or overwrites the one with its id. */
  abstract saveAttachment(attachment: Attachment, context: Context): Promise<void>;
  abstract deleteAttachment(attachmentId: string, context: Context): Promise<void>;
}

/** Where the bytes of attachments are kept. Without one, a server refuses attachments. */
export abstract class AttachmentStore<Context = unknown> {
  /** An id for a new attachment. */
  generateAttachmentId(_mimeType: string, _context: Context): string {
    return newId(idPrefixes.attachment);
  }

  /**
   * The first phase of a two-phase upload: names the attachment and says where its bytes go (`upload_descriptor`).
   * The server saves the result in the {@link Store}.
   */
  createAttachment(_params: AttachmentCreateParams, _context: Context): Promise<Attachment> {
    return Promise.reject(
      new ChatKitError('not_configured', 'Override createAttachment() to support two-phase uploads'),
    );
  }

  /** Deletes the bytes. */
  abstract deleteAttachment(attachmentId: string, context: Context): Promise<void>;
}
