// Over 400 lines: the sixteen requests stand side by side, so that a reader can compare their refusals and the order of
// their writes.
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
import { type EventBatch, EventPump, type EventSource, type Logger } from './event-pump.ts';
import { parseRequest } from './parse-request.ts';
import { NonStreamingResult, StreamingResult } from './results.ts';
import { applySubmission } from './structured-input.ts';
import { toWireAttachment, toWireItem, toWirePage, toWireThread } from './wire.ts';

/** The note to the model after a person has stopped an answer. The sentence is the reference's, to the letter. */
export const cancelledSentence = 'The user cancelled the stream. Stop responding to the prior request.';

export type ChatKitServerOptions = {
  /** Default: `console`. */
  logger?: Logger;
  /** Default: the system clock. */
  clock?: () => Date;
};

/** The options of `process`. */
export type ProcessOptions<Run = unknown> = {
  /** Aborting it stops a streaming answer. */
  signal?: AbortSignal | undefined;
  /**
   * The application's own record of this answer. The server passes it unchanged to `Store.beginTurn`, `respond` and
   * `action`, and does not read it.
   */
  run?: Run | undefined;
  /** The thread of the request, if the caller has just loaded it. The server then does not load it again. */
  thread?: ThreadMetadata | undefined;
};

/** The options of `respond` and `action`. */
export type RunOptions<Run = unknown> = {
  /** Aborted when the answer is stopped. Pass it to the model. */
  signal: AbortSignal;
  /** The `run` option of `process`. */
  run?: Run | undefined;
};

/** Recorded speech, as sent by a client. */
export type AudioInput = {
  data: Uint8Array;
  /** As sent, for instance `audio/webm;codecs=opus`. */
  mimeType: string;
  /** The part before the first `;`. */
  mediaType: string;
};

/** The beginning of an answer: the events stored already, and the source of the rest. */
type Opening<Written> = {
  thread: ThreadMetadata;
  head: EventBatch<Written>;
  open?: (signal: AbortSignal) => EventSource | Promise<EventSource>;
};

/**
 * A ChatKit server over a store of your own. Extend it, write `respond`, and hand each request's body to `process`
 * (or use `@causerie/chatkit/mount`).
 *
 * `context` is what a request carries beyond its body, usually the person who sends it. The server passes it unchanged
 * to the store and to your methods. `Written` and `Run` are those of the {@link Store}; most servers need neither.
 */
export abstract class ChatKitServer<Context = unknown, Written = unknown, Run = unknown> {
  readonly store: Store<Context, Written, Run>;
  readonly attachmentStore: AttachmentStore<Context> | undefined;
  readonly #logger: Logger;
  readonly #clock: () => Date;

  constructor(
    store: Store<Context, Written, Run>,
    attachmentStore?: AttachmentStore<Context>,
    { logger = console, clock = () => new Date() }: ChatKitServerOptions = {},
  ) {
    this.store = store;
    this.attachmentStore = attachmentStore;
    this.#logger = logger;
    this.#clock = clock;
  }

  /**
   * Answers a message. `input` is already stored, so it is the newest item of the thread's history. It is undefined
   * when the answer continues after a client tool or a structured input. Changing `thread` (title, status, metadata,
   * allowed_image_domains) saves it and tells the client.
   *
   * Return an async generator of events, or an array when they are ready at once. A thrown error becomes an `error`
   * event: {@link CustomStreamError} carries your message, {@link StreamError} a code. Any other error is logged and
   * becomes `stream.error`.
   */
  abstract respond(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    context: Context,
    options: RunOptions<Run>,
  ): EventSource | Promise<EventSource>;

  /** Answers the use of a widget. `sender` is the widget's item, when the client named one. */
  action(
    _thread: ThreadMetadata,
    action: Action,
    _sender: WidgetItem | undefined,
    _context: Context,
    _options: RunOptions<Run>,
  ): EventSource | Promise<EventSource> {
    throw new ChatKitError('not_configured', `Override action() to answer the action ${action.type}`);
  }

  /** Answers the use of a widget whose action has `streaming: false`. The returned item is sent, not saved. */
  syncAction(
    _thread: ThreadMetadata,
    action: Action,
    _sender: WidgetItem | undefined,
    _context: Context,
  ): Promise<ThreadItem | undefined> {
    throw new ChatKitError('not_configured', `Override syncAction() to answer the action ${action.type}`);
  }

  /** Receives a person's rating of items of an answer. Does nothing by default. */
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

  /** The logger for the failures of one request. Override it to add the request's id. */
  loggerFor(_context: Context): Logger {
    return this.#logger;
  }

  /** The client's options while this answer streams. By default the client shows a Stop button. */
  getStreamOptions(_thread: ThreadMetadata, _context: Context): StreamOptions | Promise<StreamOptions> {
    return { allow_cancel: true };
  }

  /**
   * Keeps what a stopped answer has written so far. It stores every assistant message that has text, and a note to the
   * model that the answer was stopped. It drops other unfinished items. `reason` is that of the `signal` given to
   * `process`; undefined when the reader left.
   */
  async handleStreamCancelled(
    thread: ThreadMetadata,
    pendingItems: ThreadItem[],
    context: Context,
    _reason?: unknown,
    run?: Run,
  ): Promise<void> {
    for (const item of pendingItems) {
      if (item.type === 'assistant_message' && item.content.some((part) => part.text.trim() !== '')) {
        await this.store.addThreadItem(thread.id, item, context, run);
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
      run,
    );
  }

  /**
   * Answers one request: the body of a POST, or the value that a framework has parsed already.
   *
   * Every refusal is thrown here, before the stream begins.
   *
   * @throws ChatKitError with `code` and `status`: 400 for a malformed request, 404 for what does not exist or is
   *   somebody else's, 409 for what the state of the thread does not allow, 501 for what the application has not
   *   built; and whatever the store throws
   */
  async process(
    body: string | Uint8Array | object,
    context: Context,
    options: ProcessOptions<Run> = {},
  ): Promise<StreamingResult<Written> | NonStreamingResult> {
    return this.processParsed(parseRequest(body), context, options);
  }

  /**
   * Answers a request from {@link parseRequest}, for a caller that inspects requests itself. It does not check the
   * request a second time. Otherwise as {@link process}.
   */
  processParsed(
    request: StreamingRequest,
    context: Context,
    options?: ProcessOptions<Run>,
  ): Promise<StreamingResult<Written>>;
  processParsed(
    request: NonStreamingRequest,
    context: Context,
    options?: ProcessOptions<Run>,
  ): Promise<NonStreamingResult>;
  processParsed(
    request: ChatKitRequest,
    context: Context,
    options?: ProcessOptions<Run>,
  ): Promise<StreamingResult<Written> | NonStreamingResult>;
  async processParsed(
    request: ChatKitRequest,
    context: Context,
    options: ProcessOptions<Run> = {},
  ): Promise<StreamingResult<Written> | NonStreamingResult> {
    if (!isStreamingRequest(request)) return new NonStreamingResult(await this.#answer(request, context, options));
    const { thread, head, open } = await this.#begin(request, context, options);
    return new StreamingResult(
      new EventPump<Context, Written, Run>({
        store: this.store,
        thread,
        context,
        logger: this.loggerFor(context),
        head,
        ...(open ? { open } : {}),
        onCancelled: (pending, reason) => this.handleStreamCancelled(thread, pending, context, reason, options.run),
        signal: options.signal,
        run: options.run,
      }),
    );
  }

  /** Makes the checks of a streaming request, and the writes before its first event. */
  async #begin(request: StreamingRequest, context: Context, options: ProcessOptions<Run>): Promise<Opening<Written>> {
    switch (request.type) {
      case 'threads.create':
        return this.#createThread(request.params.input, context, options);
      case 'threads.add_user_message':
        return this.#addUserMessage(request.params, context, options);
      case 'threads.add_client_tool_output':
        return this.#addClientToolOutput(request.params, context, options);
      case 'threads.add_structured_input':
        return this.#addStructuredInput(request.params, context, options);
      case 'threads.retry_after_item':
        return this.#retryAfterItem(request.params, context, options);
      case 'threads.custom_action':
        return this.#customAction(request.params, context, options);
    }
  }

  /** The thread a request is about. */
  async #threadOf(id: string, context: Context, { thread }: ProcessOptions<Run>): Promise<ThreadMetadata> {
    return thread?.id === id ? thread : this.store.loadThread(id, context);
  }

  async #createThread(
    input: UserMessageInput,
    context: Context,
    { run }: ProcessOptions<Run>,
  ): Promise<Opening<Written>> {
    const { store } = this;
    const thread: ThreadMetadata = {
      id: store.generateThreadId(context),
      created_at: this.#now(),
      status: { type: 'active' },
      metadata: {},
    };
    // Built before the thread is saved: a message that names an unknown attachment must not leave an empty thread.
    const message = await this.#buildMessage(thread, input, context);
    const begun = await store.beginTurn({ thread, message, run }, context);
    const head = {
      events: [{ type: 'thread.created' as const, thread: toWireThread(thread) }, doneMessage(message)],
      written: [begun.thread, begun.message],
    };
    return this.#respondTo(thread, message, head, context, run);
  }

  async #addUserMessage(
    { thread_id, input }: RequestOf<'threads.add_user_message'>['params'],
    context: Context,
    options: ProcessOptions<Run>,
  ): Promise<Opening<Written>> {
    const { run } = options;
    const thread = await this.#threadOf(thread_id, context, options);
    const message = await this.#buildMessage(thread, input, context);
    const begun = await this.store.beginTurn({ message, run }, context);
    const head = { events: [doneMessage(message)], written: [begun.message] };
    return this.#respondTo(thread, message, head, context, run);
  }

  async #addClientToolOutput(
    { thread_id, result }: RequestOf<'threads.add_client_tool_output'>['params'],
    context: Context,
    options: ProcessOptions<Run>,
  ): Promise<Opening<Written>> {
    const { store } = this;
    const thread = await this.#threadOf(thread_id, context, options);
    const newest = await store.loadThreadItems(thread_id, { limit: 1, order: 'desc' }, context);
    const call = newest.data[0];
    if (call?.type !== 'client_tool_call' || call.status !== 'pending') {
      throw new ChatKitError('conflict', `Thread ${thread_id} is not waiting for the output of a client tool`);
    }
    // A tool without a result has no output: the field is absent, as everywhere on the wire.
    const output = result === null ? {} : { output: result };
    const completed: ClientToolCallItem = { ...call, status: 'completed', ...output };
    await store.saveItem(thread_id, completed, context, options.run);
    const opening = await this.#respondTo(thread, undefined, { events: [], written: [] }, context, options.run);
    return {
      ...opening,
      // Part of the answer: the output is stored, so its sender must not receive a failed request.
      open: async (signal) => {
        await this.#dropStaleToolCalls(thread_id, context, options.run);
        return signal.aborted ? [] : opening.open(signal);
      },
    };
  }

  /** Removes calls that were never answered: a model would wait for their output for ever. */
  async #dropStaleToolCalls(threadId: string, context: Context, run: Run | undefined): Promise<void> {
    const query = { limit: defaultPageSize, order: 'desc' as const };
    for (const item of (await this.store.loadThreadItems(threadId, query, context)).data) {
      if (item.type !== 'client_tool_call' || item.status !== 'pending') continue;
      this.loggerFor(context).warn('A client tool call was never answered and is dropped', {
        thread_id: threadId,
        item_id: item.id,
      });
      await this.store.deleteThreadItem(threadId, item.id, context, run);
    }
  }

  async #addStructuredInput(
    { thread_id, item_id, input }: RequestOf<'threads.add_structured_input'>['params'],
    context: Context,
    options: ProcessOptions<Run>,
  ): Promise<Opening<Written>> {
    const thread = await this.#threadOf(thread_id, context, options);
    const item = await this.store.loadItem(thread_id, item_id, context);
    if (item.type !== 'structured_input') {
      throw new ChatKitError('bad_request', `Item ${item_id} is not a structured input`);
    }
    if (item.status !== 'pending') throw new ChatKitError('conflict', `Item ${item_id} is answered already`);
    const answered = applySubmission(item, input);
    const written = await this.store.saveItem(thread_id, answered, context, options.run);
    const opening = await this.#respondTo(thread, undefined, { events: [], written: [] }, context, options.run);
    opening.head.written[opening.head.events.length] = written;
    opening.head.events.push({ type: 'thread.item.replaced', item: toWireItem(answered) });
    return opening;
  }

  async #retryAfterItem(
    { thread_id, item_id }: RequestOf<'threads.retry_after_item'>['params'],
    context: Context,
    options: ProcessOptions<Run>,
  ): Promise<Opening<Written>> {
    const { store } = this;
    const thread = await this.#threadOf(thread_id, context, options);
    const item = await store.loadItem(thread_id, item_id, context);
    if (item.type !== 'user_message') throw new ChatKitError('bad_request', `Item ${item_id} is not a user message`);
    // The client drops these items by itself, so no event is sent.
    await store.deleteThreadItemsAfter(thread_id, item_id, context, options.run);
    return this.#respondTo(thread, item, { events: [], written: [] }, context, options.run);
  }

  async #customAction(
    { thread_id, item_id, action }: RequestOf<'threads.custom_action'>['params'],
    context: Context,
    options: ProcessOptions<Run>,
  ): Promise<Opening<Written>> {
    const { run } = options;
    const thread = await this.#threadOf(thread_id, context, options);
    const sender = item_id === undefined ? undefined : await this.store.loadItem(thread_id, item_id, context);
    if (sender && sender.type !== 'widget') {
      this.loggerFor(context).warn('An action came from an item that is not a widget', { thread_id, item_id });
      return { thread, head: { events: [{ type: 'error', code: streamErrorCode, allow_retry: false }], written: [] } };
    }
    return {
      thread,
      head: { events: [await this.#streamOptions(thread, context)], written: [] },
      open: (signal) => this.action(thread, action, sender, context, { signal, run }),
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

  async #respondTo(
    thread: ThreadMetadata,
    input: UserMessageItem | undefined,
    head: EventBatch<Written>,
    context: Context,
    run: Run | undefined,
  ): Promise<Required<Opening<Written>>> {
    head.events.push(await this.#streamOptions(thread, context));
    return { thread, head, open: (signal) => this.respond(thread, input, context, { signal, run }) };
  }

  async #streamOptions(thread: ThreadMetadata, context: Context): Promise<StreamEvent> {
    return { type: 'stream_options', stream_options: await this.getStreamOptions(thread, context) };
  }

  async #answer(request: NonStreamingRequest, context: Context, options: ProcessOptions<Run>): Promise<unknown> {
    const { store } = this;
    switch (request.type) {
      case 'threads.get_by_id': {
        const { thread_id } = request.params;
        const thread = await this.#threadOf(thread_id, context, options);
        const page = await store.loadThreadItems(thread_id, { limit: defaultPageSize, order: 'asc' }, context);
        return toWireThread(thread, toWirePage(page));
      }
      case 'threads.list': {
        const page = await store.loadThreads(toQuery(request.params), context);
        return { ...page, data: page.data.map((thread) => toWireThread(thread)) };
      }
      case 'items.list': {
        const { thread_id } = request.params;
        // The store answers with an empty page for a thread that does not exist. The client gets `not_found` instead.
        await this.#threadOf(thread_id, context, options);
        return toWirePage(await store.loadThreadItems(thread_id, toQuery(request.params), context));
      }
      case 'items.feedback': {
        const { thread_id, item_ids, kind } = request.params;
        await this.#threadOf(thread_id, context, options);
        await this.addFeedback(thread_id, item_ids, kind, context);
        return {};
      }
      case 'threads.update': {
        const thread = await this.#threadOf(request.params.thread_id, context, options);
        thread.title = request.params.title;
        await store.saveThread(thread, context);
        return toWireThread(thread);
      }
      case 'threads.delete': {
        const { thread_id } = request.params;
        await this.#threadOf(thread_id, context, options);
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
        // The store is asked first, because it knows the owner. The store of the bytes need not.
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
        const thread = await this.#threadOf(thread_id, context, options);
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

const doneMessage = (message: UserMessageItem): StreamEvent => ({
  type: 'thread.item.done',
  item: toWireItem(message),
});

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
