// Over 400 lines: the sixteen requests stand side by side, since what one refuses and in which order it writes is read
// against the others.
import type { Action } from '../protocol/actions.ts';
import type { Attachment } from '../protocol/attachments.ts';
import { ChatKitError, streamErrorCode } from '../protocol/errors.ts';
import type { StreamEvent, StreamOptions } from '../protocol/events.ts';
import type { ClientToolCallItem, ThreadItem, UserMessageItem, WidgetItem } from '../protocol/items.ts';
import { defaultPageSize } from '../protocol/pages.ts';
import {
  type ChatKitRequest,
  isStreamingRequest,
  type NonStreamingRequest,
  type RequestOf,
  type StreamingRequest,
} from '../protocol/requests.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import type { UserMessageInput } from '../protocol/user-input.ts';
import type { AttachmentStore, Store } from '../store/store.ts';
import { EventPump, type EventSource, type Logger } from './event-pump.ts';
import { parseRequest } from './parse-request.ts';
import { NonStreamingResult, StreamingResult } from './results.ts';
import { applySubmission } from './structured-input.ts';
import { toWireAttachment, toWireItem, toWirePage, toWireThread } from './wire.ts';

/** What a model is told after a person has stopped an answer. The sentence is the reference's, to the letter. */
export const cancelledSentence = 'The user cancelled the stream. Stop responding to the prior request.';

export interface ChatKitServerOptions {
  /** Default: `console`. */
  logger?: Logger;
  /** Default: the machine's. */
  clock?: () => Date;
}

/** What `respond` and `action` are told beside their subject. */
export interface RunOptions {
  /** Aborted when the answer is stopped: hand it to the model. */
  signal: AbortSignal;
}

/** Recorded speech, as sent by a client. */
export interface AudioInput {
  data: Uint8Array;
  /** As sent, for instance `audio/webm;codecs=opus`. */
  mimeType: string;
  /** The part before the first `;`. */
  mediaType: string;
}

/** How an answer begins: what is stored already, and where the rest comes from. */
interface Opening {
  thread: ThreadMetadata;
  head: StreamEvent[];
  open?: (signal: AbortSignal) => EventSource | Promise<EventSource>;
}

/**
 * A ChatKit server over a store of your own. Extend it, write `respond`, and hand each request's body to `process`
 * (or use `@causerie/chatkit/mount`).
 *
 * `context` is whatever one request is about beyond its body, usually who asks; it goes to the store and to your
 * methods as it is.
 */
export abstract class ChatKitServer<Context = unknown> {
  readonly store: Store<Context>;
  readonly attachmentStore: AttachmentStore<Context> | undefined;
  readonly #logger: Logger;
  readonly #clock: () => Date;

  constructor(
    store: Store<Context>,
    attachmentStore?: AttachmentStore<Context>,
    { logger = console, clock = () => new Date() }: ChatKitServerOptions = {},
  ) {
    this.store = store;
    this.attachmentStore = attachmentStore;
    this.#logger = logger;
    this.#clock = clock;
  }

  /**
   * Answers a message. `input` is already stored, so it is the newest item of the thread's history; it is undefined
   * when the answer goes on after a client tool or a structured input. Changing `thread` (title, status, metadata,
   * allowed_image_domains) saves it and tells the client.
   *
   * Events may come from an async generator, or from an array where they are ready at once. A throw becomes an
   * `error` event: {@link CustomStreamError} with your words, {@link StreamError} with a code, anything else as
   * `stream.error`, logged.
   */
  abstract respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    context: Context,
    options: RunOptions,
  ): EventSource | Promise<EventSource>;

  /** Answers the use of a widget. `sender` is the widget's item, when the client named one. */
  action(
    _thread: ThreadMetadata,
    action: Action,
    _sender: WidgetItem | undefined,
    _context: Context,
    _options: RunOptions,
  ): EventSource | Promise<EventSource> {
    throw new ChatKitError('not_configured', `Override action() to answer the action ${action.type}`);
  }

  /** Answers the use of a widget whose action says `streaming: false`. The item it gives is sent, not saved. */
  syncAction(
    _thread: ThreadMetadata,
    action: Action,
    _sender: WidgetItem | undefined,
    _context: Context,
  ): Promise<ThreadItem | undefined> {
    throw new ChatKitError('not_configured', `Override syncAction() to answer the action ${action.type}`);
  }

  /** Somebody rated items of an answer. Does nothing by default. */
  async addFeedback(
    _threadId: string,
    _itemIds: string[],
    _kind: 'positive' | 'negative',
    _context: Context,
  ): Promise<void> {}

  /** Turns speech into text. */
  transcribe(_audio: AudioInput, _context: Context): Promise<string> {
    throw new ChatKitError('not_configured', 'Override transcribe() to take dictation');
  }

  /** Where what goes wrong in a request is told. Override it to tell which request it was. */
  loggerFor(_context: Context): Logger {
    return this.#logger;
  }

  /** What the client may do while this answer streams. By default it shows a Stop button. */
  getStreamOptions(_thread: ThreadMetadata, _context: Context): StreamOptions | Promise<StreamOptions> {
    return { allow_cancel: true };
  }

  /**
   * Keeps what a stopped answer has written so far: every assistant message with some text is stored, and a note for
   * the model that it was stopped. Other unfinished items are dropped.
   */
  async handleStreamCancelled(thread: ThreadMetadata, pendingItems: ThreadItem[], context: Context): Promise<void> {
    for (const item of pendingItems) {
      if (item.type === 'assistant_message' && item.content.some((part) => part.text.trim() !== '')) {
        await this.store.addThreadItem(thread.id, item, context);
      }
    }
    await this.store.addThreadItem(
      thread.id,
      {
        id: this.store.generateItemId('sdk_hidden_context', thread, context),
        thread_id: thread.id,
        created_at: this.#now(),
        type: 'sdk_hidden_context',
        content: cancelledSentence,
      },
      context,
    );
  }

  /**
   * Answers one request: the body of a POST, or what {@link parseRequest} made of it. Aborting `signal` stops a
   * streaming answer.
   *
   * Whatever is refused is refused here, before anything is streamed.
   *
   * @throws ChatKitError with `code` and `status`: 400 for a malformed request, 404 for what does not exist or is
   *   somebody else's, 409 for what the state of the thread does not allow, 501 for what the application has not
   *   built; and whatever the store throws
   */
  async process(
    body: string | Uint8Array | object,
    context: Context,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<StreamingResult | NonStreamingResult> {
    const request: ChatKitRequest = parseRequest(body);
    if (!isStreamingRequest(request)) return new NonStreamingResult(await this.#answer(request, context));
    const { thread, head, open } = await this.#begin(request, context);
    const pump = new EventPump<Context>({
      store: this.store,
      thread,
      context,
      logger: this.loggerFor(context),
      head,
      ...(open ? { open } : {}),
      onCancelled: (pending) => this.handleStreamCancelled(thread, pending, context),
      signal,
    });
    return new StreamingResult(pump as unknown as EventPump<never>);
  }

  /** Everything of a streaming request that can be refused, and the writes that come before its first event. */
  async #begin(request: StreamingRequest, context: Context): Promise<Opening> {
    switch (request.type) {
      case 'threads.create':
        return this.#createThread(request.params.input, context);
      case 'threads.add_user_message':
        return this.#addUserMessage(request.params, context);
      case 'threads.add_client_tool_output':
        return this.#addClientToolOutput(request.params, context);
      case 'threads.add_structured_input':
        return this.#addStructuredInput(request.params, context);
      case 'threads.retry_after_item':
        return this.#retryAfterItem(request.params, context);
      case 'threads.custom_action':
        return this.#customAction(request.params, context);
    }
  }

  async #createThread(input: UserMessageInput, context: Context): Promise<Opening> {
    const { store } = this;
    const thread: ThreadMetadata = {
      id: store.generateThreadId(context),
      created_at: this.#now(),
      status: { type: 'active' },
      metadata: {},
    };
    // Built before the thread is saved: a message that names an unknown attachment must not leave an empty thread.
    const message = await this.#buildMessage(thread, input, context);
    await store.saveThread(thread, context);
    const created: StreamEvent = { type: 'thread.created', thread: toWireThread(thread) };
    return this.#respondTo(thread, message, [created, await this.#storeMessage(thread, message, context)], context);
  }

  async #addUserMessage(
    { thread_id, input }: RequestOf<'threads.add_user_message'>['params'],
    context: Context,
  ): Promise<Opening> {
    const thread = await this.store.loadThread(thread_id, context);
    const message = await this.#buildMessage(thread, input, context);
    return this.#respondTo(thread, message, [await this.#storeMessage(thread, message, context)], context);
  }

  async #addClientToolOutput(
    { thread_id, result }: RequestOf<'threads.add_client_tool_output'>['params'],
    context: Context,
  ): Promise<Opening> {
    const { store } = this;
    const thread = await store.loadThread(thread_id, context);
    const newest = await store.loadThreadItems(thread_id, { limit: 1, order: 'desc' }, context);
    const call = newest.data[0];
    if (call?.type !== 'client_tool_call' || call.status !== 'pending') {
      throw new ChatKitError('conflict', `Thread ${thread_id} is not waiting for the output of a client tool`);
    }
    // A tool that gave nothing has no output: absent is absent, as everywhere on the wire.
    const output = result === null ? {} : { output: result };
    const completed: ClientToolCallItem = { ...call, status: 'completed', ...output };
    await store.saveItem(thread_id, completed, context);
    await this.#dropStaleToolCalls(thread_id, context);
    return this.#respondTo(thread, undefined, [], context);
  }

  /** A call that was never answered would make a model wait for its output for ever. */
  async #dropStaleToolCalls(threadId: string, context: Context): Promise<void> {
    const query = { limit: defaultPageSize, order: 'desc' as const };
    for (const item of (await this.store.loadThreadItems(threadId, query, context)).data) {
      if (item.type !== 'client_tool_call' || item.status !== 'pending') continue;
      this.loggerFor(context).warn('A client tool call was never answered and is dropped', {
        thread_id: threadId,
        item_id: item.id,
      });
      await this.store.deleteThreadItem(threadId, item.id, context);
    }
  }

  async #addStructuredInput(
    { thread_id, item_id, input }: RequestOf<'threads.add_structured_input'>['params'],
    context: Context,
  ): Promise<Opening> {
    const thread = await this.store.loadThread(thread_id, context);
    const item = await this.store.loadItem(thread_id, item_id, context);
    if (item.type !== 'structured_input') {
      throw new ChatKitError('bad_request', `Item ${item_id} is not a structured input`);
    }
    if (item.status !== 'pending') throw new ChatKitError('conflict', `Item ${item_id} is answered already`);
    const answered = applySubmission(item, input);
    await this.store.saveItem(thread_id, answered, context);
    const opening = await this.#respondTo(thread, undefined, [], context);
    opening.head.push({ type: 'thread.item.replaced', item: toWireItem(answered) });
    return opening;
  }

  async #retryAfterItem(
    { thread_id, item_id }: RequestOf<'threads.retry_after_item'>['params'],
    context: Context,
  ): Promise<Opening> {
    const { store } = this;
    const thread = await store.loadThread(thread_id, context);
    const item = await store.loadItem(thread_id, item_id, context);
    if (item.type !== 'user_message') throw new ChatKitError('bad_request', `Item ${item_id} is not a user message`);
    // The client drops these by itself: no event tells it.
    await store.deleteThreadItemsAfter(thread_id, item_id, context);
    return this.#respondTo(thread, item, [], context);
  }

  async #customAction(
    { thread_id, item_id, action }: RequestOf<'threads.custom_action'>['params'],
    context: Context,
  ): Promise<Opening> {
    const thread = await this.store.loadThread(thread_id, context);
    const sender = item_id === undefined ? undefined : await this.store.loadItem(thread_id, item_id, context);
    if (sender && sender.type !== 'widget') {
      this.loggerFor(context).warn('An action came from an item that is not a widget', { thread_id, item_id });
      return { thread, head: [{ type: 'error', code: streamErrorCode, allow_retry: false }] };
    }
    return {
      thread,
      head: [await this.#streamOptions(thread, context)],
      open: (signal) => this.action(thread, action, sender, context, { signal }),
    };
  }

  async #buildMessage(thread: ThreadMetadata, input: UserMessageInput, context: Context): Promise<UserMessageItem> {
    const id = this.store.generateItemId('message', thread, context);
    const attachments: Attachment[] = [];
    for (const attachmentId of input.attachments) {
      const attachment = await this.store.loadAttachment(attachmentId, context);
      attachments.push({ ...attachment, thread_id: thread.id });
    }
    return {
      id,
      thread_id: thread.id,
      created_at: this.#now(),
      type: 'user_message',
      content: input.content,
      attachments,
      ...(input.quoted_text === undefined ? {} : { quoted_text: input.quoted_text }),
      inference_options: input.inference_options,
    };
  }

  async #storeMessage(thread: ThreadMetadata, message: UserMessageItem, context: Context): Promise<StreamEvent> {
    for (const attachment of message.attachments) await this.store.saveAttachment(attachment, context);
    await this.store.addThreadItem(thread.id, message, context);
    return { type: 'thread.item.done', item: toWireItem(message) };
  }

  async #respondTo(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    head: StreamEvent[],
    context: Context,
  ): Promise<Opening> {
    head.push(await this.#streamOptions(thread, context));
    return { thread, head, open: (signal) => this.respond(thread, input, context, { signal }) };
  }

  async #streamOptions(thread: ThreadMetadata, context: Context): Promise<StreamEvent> {
    return { type: 'stream_options', stream_options: await this.getStreamOptions(thread, context) };
  }

  async #answer(request: NonStreamingRequest, context: Context): Promise<unknown> {
    const { store } = this;
    switch (request.type) {
      case 'threads.get_by_id': {
        const { thread_id } = request.params;
        const thread = await store.loadThread(thread_id, context);
        const page = await store.loadThreadItems(thread_id, { limit: defaultPageSize, order: 'asc' }, context);
        return toWireThread(thread, toWirePage(page));
      }
      case 'threads.list': {
        const page = await store.loadThreads(toQuery(request.params), context);
        return { ...page, data: page.data.map((thread) => toWireThread(thread)) };
      }
      case 'items.list': {
        const { thread_id } = request.params;
        // A list of a thread that is not there would be an empty page; to the one who asks, that thread is missing.
        await store.loadThread(thread_id, context);
        return toWirePage(await store.loadThreadItems(thread_id, toQuery(request.params), context));
      }
      case 'items.feedback': {
        const { thread_id, item_ids, kind } = request.params;
        await store.loadThread(thread_id, context);
        await this.addFeedback(thread_id, item_ids, kind, context);
        return {};
      }
      case 'threads.update': {
        const thread = await store.loadThread(request.params.thread_id, context);
        thread.title = request.params.title;
        await store.saveThread(thread, context);
        return toWireThread(thread);
      }
      case 'threads.delete': {
        const { thread_id } = request.params;
        await store.loadThread(thread_id, context);
        await store.deleteThread(thread_id, context);
        return {};
      }
      case 'attachments.create': {
        const attachment = await this.#attachments().createAttachment(request.params, context);
        await store.saveAttachment(attachment, context);
        return toWireAttachment(attachment);
      }
      case 'attachments.delete': {
        const { attachment_id } = request.params;
        const attachments = this.#attachments();
        // Asked of the store first, which knows whose it is: the bytes' store need not.
        await store.loadAttachment(attachment_id, context);
        await attachments.deleteAttachment(attachment_id, context);
        await store.deleteAttachment(attachment_id, context);
        return {};
      }
      case 'input.transcribe': {
        const { audio_base64, mime_type } = request.params;
        const mediaType = mime_type.split(';', 1)[0] as string;
        const audio = { data: decodeBase64(audio_base64), mimeType: mime_type, mediaType };
        return { text: await this.transcribe(audio, context) };
      }
      case 'threads.sync_custom_action': {
        const { thread_id, item_id, action } = request.params;
        const thread = await store.loadThread(thread_id, context);
        const sender = item_id === undefined ? undefined : await store.loadItem(thread_id, item_id, context);
        if (sender && sender.type !== 'widget') {
          throw new ChatKitError('bad_request', `Item ${item_id} is not a widget`);
        }
        const item = await this.syncAction(thread, action, sender, context);
        return item ? { updated_item: toWireItem(item) } : {};
      }
    }
  }

  #attachments(): AttachmentStore<Context> {
    if (!this.attachmentStore) throw new ChatKitError('not_configured', 'This server has no attachment store');
    return this.attachmentStore;
  }

  #now(): string {
    return this.#clock().toISOString();
  }
}

function toQuery({
  limit,
  order,
  after,
}: {
  limit?: number | undefined;
  order: 'asc' | 'desc';
  after?: string | undefined;
}) {
  // `||` on purpose: 0 means the default, as it does in the reference.
  return { limit: limit || defaultPageSize, order, after };
}

function decodeBase64(text: string): Uint8Array {
  try {
    const binary = atob(text);
    // A loop: `Uint8Array.from` takes seconds for the ten megabytes a recording may have.
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch (cause) {
    const details = [{ path: ['params', 'audio_base64'], message: 'not base64' }];
    throw new ChatKitError('bad_request', 'params.audio_base64 is not base64', { details, cause });
  }
}
