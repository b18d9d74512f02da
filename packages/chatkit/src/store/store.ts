import type { Attachment } from '../protocol/attachments.ts';
import { ChatKitError } from '../protocol/errors.ts';
import type { ThreadItem, UserMessageItem } from '../protocol/items.ts';
import type { Order, Page } from '../protocol/pages.ts';
import type { AttachmentCreateParams } from '../protocol/requests.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { type ItemIdKind, idPrefixes, newId } from './ids.ts';

export type { ItemIdKind } from './ids.ts';

/** Selects rows of a list. `after` is exclusive: the id of the last row of the previous page. */
export type PageQuery = {
  limit: number;
  order: Order;
  after?: string | undefined;
};

/** A message with its new thread and its attachments. */
export type NewTurn<Run = unknown> = {
  /** The new thread that it begins. Absent: it belongs to a stored thread, `message.thread_id`. */
  thread?: ThreadMetadata | undefined;
  /** Its attachments, which now name their thread. */
  message: UserMessageItem;
  /** The `run` option of `process`. */
  run?: Run | undefined;
};

/** The results of the writes at the beginning of a turn. */
export type BegunTurn<Written = unknown> = {
  thread?: Written | undefined;
  message?: Written | undefined;
};

/**
 * Stores threads, items and attachments. `context` is the application's argument of `process`. A store with several
 * users must check it: a row of another person does not exist for the caller, which means a {@link NotFoundError} for a
 * single row and an empty page for a list.
 *
 * Rows pass by value: a store never keeps an object of a caller, and never returns an object that it keeps. Lists are
 * ordered by `created_at`, and rows of the same time by their first save, so that paging never skips or repeats a row. `storeConformance` in `@causerie/chatkit/testing` checks all of this.
 *
 * Most stores need `Context` alone. A store that numbers its changes returns the number from each write (`Written`); the
 * server passes it on with the event that announces the change (see `StreamingResult.written`). A store that records
 * answers receives `run` (an option of `process`) with the message that begins an answer and with each write of it.
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
  /** Deletes a thread and its items. Succeeds when there is no such thread. */
  abstract deleteThread(threadId: string, context: Context): Promise<void>;

  /** A page of a thread's items, empty when there is no such thread. */
  abstract loadThreadItems(threadId: string, query: PageQuery, context: Context): Promise<Page<ThreadItem>>;
  /** @throws NotFoundError */
  abstract loadItem(threadId: string, itemId: string, context: Context): Promise<ThreadItem>;
  /**
   * Adds an item at the end, or overwrites the item with its id in place: an item can be done twice, when a workflow
   * continues after a client tool.
   */
  abstract addThreadItem(threadId: string, item: ThreadItem, context: Context, run?: Run): Promise<Written>;
  /** Overwrites an item, or adds it. */
  abstract saveItem(threadId: string, item: ThreadItem, context: Context, run?: Run): Promise<Written>;
  /** Deletes an item. Succeeds when there is no such item. */
  abstract deleteThreadItem(threadId: string, itemId: string, context: Context, run?: Run): Promise<Written>;
  /**
   * Deletes the items after the given one, for a new answer to a message. The default deletes them one by one; override it
   * where one statement can do it.
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
   * Stores a message before it is answered: its thread if that is new, its attachments, and the message itself. The
   * default calls the methods for each; override it where one transaction can do it.
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

/** Stores the bytes of attachments. A server without one refuses attachments. */
export abstract class AttachmentStore<Context = unknown> {
  /** An id for a new attachment. */
  generateAttachmentId(_mimeType: string, _context: Context): string {
    return newId(idPrefixes.attachment);
  }

  /**
   * The first phase of a two-phase upload: creates the attachment with the address for its bytes (`upload_descriptor`).
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
