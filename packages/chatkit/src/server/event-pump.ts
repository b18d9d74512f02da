import { CustomStreamError, StreamError, streamErrorCode, UsageError } from '../protocol/errors.ts';
import type { ErrorEvent, StreamEvent } from '../protocol/events.ts';
import { isHidden, type ThreadItem } from '../protocol/items.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { applyUpdate } from '../replay/apply-update.ts';
import type { Store } from '../store/store.ts';
import { sameJson, snapshot } from './json.ts';
import { toWireItem, toWireThread } from './wire.ts';

/** The result of `respond` and `action`: events one by one, or many that are ready at once. */
export type EventSource = AsyncIterable<StreamEvent> | Iterable<StreamEvent>;

/** Receives failures. `console` fits. */
export type Logger = {
  warn(message: string, details?: unknown): void;
  error(message: string, details?: unknown): void;
};

/** Events that were ready together. */
export type EventBatch<Written> = {
  events: StreamEvent[];
  /** At an event's index, what the store returned for the write that the event announces. Most entries are empty. */
  written: (Written | undefined)[];
};

export type PumpOptions<Context, Written, Run> = {
  store: Store<Context, Written, Run>;
  thread: ThreadMetadata;
  context: Context;
  logger: Logger;
  /** Events whose effects are in the store already. */
  head: EventBatch<Written>;
  /** Called once, when a reader asks for the first event. A thrown error becomes an `error` event. Absent: only the head is sent. */
  open?: (signal: AbortSignal) => EventSource | Promise<EventSource>;
  /** `reason` is that of the `signal`, undefined when the reader left. */
  onCancelled: (pending: ThreadItem[], reason: unknown) => Promise<void>;
  signal: AbortSignal | undefined;
  /** Passed to the store with each write. */
  run: Run | undefined;
};

// How many events the application may run ahead of a slow reader before it must wait.
const highWater = 64;
const soon: (run: () => void) => void = globalThis.setImmediate ?? ((run) => setTimeout(run, 0));

/**
 * Reads an answer's events from the application, writes the durable ones to the store, and passes them on in batches.
 *
 * One loop and no generator in between: every layer of async generators costs three promises an event, and four of
 * them halved the throughput. The loop runs ahead of the reader a little, so that the reader gets everything that
 * became ready in one turn of the event loop at once and can write it in one go (see bench/chatkit-pipeline.ts).
 *
 * The pump passes on copies: the application may change an item after it has yielded it, and a slow reader must still
 * send the item as it was.
 */
export class EventPump<Context, Written, Run> {
  readonly #options: PumpOptions<Context, Written, Run>;
  readonly #abort = new AbortController();
  readonly #pending = new Map<string, ThreadItem>();
  readonly #hidden = new Set<string>();
  #savedThread: ThreadMetadata;
  #ready: StreamEvent[];
  /** The results of the writes of the ready events, at the same indexes. */
  #written: (Written | undefined)[];
  #started = false;
  #cancelled = false;
  /** The application's events have ended: too late to cancel. */
  #exhausted = false;
  #closed = false;
  /** A batch has left in this turn of the event loop: the next one leaves in the next turn. */
  #resting = false;
  /** The item of the last text event. */
  #streamedItemId: string | undefined;
  #writing: Promise<unknown> | undefined;
  #source: AsyncIterator<StreamEvent> | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #cancelling: Promise<void> | undefined;
  readonly #onAbort = () => void this.cancel();

  constructor(options: PumpOptions<Context, Written, Run>) {
    this.#options = options;
    this.#ready = options.head.events;
    this.#written = options.head.written;
    this.#savedThread = snapshot(options.thread);
    if (options.signal?.aborted) this.#onAbort();
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The items that were added and are not done, with what has come so far. The items are never changed in place. */
  get pendingItems(): ReadonlyMap<string, ThreadItem> {
    return this.#pending;
  }

  /**
   * Returns all ready events. It waits when none is ready, and returns undefined at the end. One reader at a time.
   *
   * One batch leaves in each turn of the event loop. The first event after a silence leaves at once, since handling the
   * rest of its packet takes a millisecond or more. The first words of an item leave at once as well, since models send
   * them together with the item. The rest leaves together in the next turn. In between, the loop serves others:
   * otherwise a responder with all its text ready would run to its end in microtasks while 63 other people wait for
   * their first word.
   */
  async read(): Promise<EventBatch<Written> | undefined> {
    if (!this.#started) {
      this.#started = true;
      if (!this.#cancelled) void this.#run();
    }
    while (this.#ready.length === 0 || this.#resting) {
      if (this.#closed) {
        if (this.#ready.length === 0) return undefined;
        break;
      }
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const batch = { events: this.#ready, written: this.#written };
    this.#ready = [];
    this.#written = [];
    this.#wakeWriter?.();
    this.#wakeWriter = undefined;
    this.#rest();
    return batch;
  }

  /** Stops the answer, once. It aborts the application's signal and keeps the text so far. */
  cancel(): Promise<void> {
    if (!this.#exhausted) this.#cancelling ??= this.#cancel();
    return this.#cancelling ?? Promise.resolve();
  }

  async #cancel(): Promise<void> {
    this.#cancelled = true;
    this.#abort.abort(this.#options.signal?.reason);
    // Not awaited: a generator that waits for its model returns only when that wait is over.
    Promise.resolve(this.#source?.return?.()).catch(() => {});
    // A write in progress finishes first, so that the items after it are stored after it.
    await this.#writing?.catch(() => {});
    try {
      await this.#options.onCancelled([...this.#pending.values()], this.#options.signal?.reason);
    } catch (error) {
      this.#options.logger.error('What a cancelled answer had written so far could not be kept', { error });
    }
    this.#close();
  }

  async #run(): Promise<void> {
    const { open, logger, thread } = this.#options;
    try {
      if (open) await this.#forward(await open(this.#abort.signal));
    } catch (error) {
      if (this.#cancelled) return;
      this.#push(toErrorEvent(error, logger, thread.id));
    }
    if (this.#cancelled) return;
    this.#exhausted = true;
    try {
      await this.#saveChangedThread();
    } catch (error) {
      this.#push(toErrorEvent(error, logger, thread.id));
    }
    this.#close();
  }

  async #forward(source: EventSource): Promise<void> {
    if (Symbol.asyncIterator in source) {
      const iterator = source[Symbol.asyncIterator]();
      this.#source = iterator;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done || this.#cancelled) return;
        const work = this.#accept(value);
        if (work) await work;
        if (this.#ready.length >= highWater) await this.#room();
        if (this.#cancelled) return;
      }
    }
    for (const event of source) {
      const work = this.#accept(event);
      if (work) await work;
      if (this.#ready.length >= highWater) await this.#room();
      if (this.#cancelled) return;
    }
  }

  /** Handles one event. Returns a promise only where it must wait for the store. */
  #accept(event: StreamEvent): Promise<void> | undefined {
    let written: Promise<void> | undefined;
    switch (event.type) {
      case 'thread.item.updated':
        if (this.#hidden.has(event.item_id)) break;
        this.#track(event.item_id, event.update);
        if (event.update.type === 'assistant_message.content_part.text_delta') this.#pushWords(event);
        else this.#push(snapshot(event));
        break;
      case 'thread.item.added':
        if (isHidden(event.item)) {
          this.#hidden.add(event.item.id);
        } else {
          this.#hidden.delete(event.item.id);
          const item = toWireItem(event.item);
          this.#pending.set(item.id, item);
          // The item has no text yet, and a write of its own would delay the words behind it.
          if (isSilent(item)) this.#rest();
          this.#push({ type: event.type, item });
        }
        break;
      case 'thread.item.done':
      case 'thread.item.replaced':
      case 'thread.item.removed':
        written = this.#persist(event);
        break;
      case 'thread.created':
      case 'thread.updated':
        this.#push({ type: event.type, thread: toWireThread(event.thread) });
        break;
      default:
        this.#push(snapshot(event));
    }
    if (written) return written.then(() => this.#saveChangedThread());
    return this.#saveChangedThread();
  }

  #track(id: string, update: Extract<StreamEvent, { type: 'thread.item.updated' }>['update']): void {
    const item = this.#pending.get(id);
    if (!item) return;
    if (
      update.type === 'workflow.task.updated' &&
      item.type === 'workflow' &&
      update.task_index >= item.workflow.tasks.length
    ) {
      throw new UsageError(`Workflow ${id} has no task ${update.task_index}`);
    }
    this.#pending.set(id, applyUpdate(item, update));
  }

  // Removed from the pending items before the write begins: a concurrent cancel must not overwrite it with partial text.
  async #persist(
    event: Extract<StreamEvent, { type: 'thread.item.done' | 'thread.item.replaced' | 'thread.item.removed' }>,
  ): Promise<void> {
    const { store, thread, context, run } = this.#options;
    if (event.type === 'thread.item.removed') {
      this.#pending.delete(event.item_id);
      const written = await this.#write(store.deleteThreadItem(thread.id, event.item_id, context, run));
      if (!this.#hidden.has(event.item_id)) this.#pushWritten({ type: event.type, item_id: event.item_id }, written);
      return;
    }
    const item = snapshot(event.item);
    this.#pending.delete(item.id);
    const write = event.type === 'thread.item.done' ? store.addThreadItem : store.saveItem;
    const written = await this.#write(write.call(store, thread.id, item, context, run));
    if (isHidden(item)) {
      this.#hidden.add(item.id);
    } else {
      this.#hidden.delete(item.id);
      this.#pushWritten({ type: event.type, item: toWireItem(item) }, written);
    }
  }

  /** Saves the thread and announces it, if the application has changed it since the last event. */
  #saveChangedThread(): Promise<void> | undefined {
    const { thread } = this.#options;
    const saved = this.#savedThread;
    if (
      !this.#cancelled &&
      !(
        thread.title === saved.title &&
        sameJson(thread.status, saved.status) &&
        sameJson(thread.metadata, saved.metadata) &&
        sameJson(thread.allowed_image_domains, saved.allowed_image_domains)
      )
    ) {
      return this.#saveThread(thread);
    }
    return undefined;
  }

  async #saveThread(thread: ThreadMetadata): Promise<void> {
    const { store, context, run } = this.#options;
    this.#savedThread = snapshot(thread);
    const written = await this.#write(store.saveThread(snapshot(thread), context, run));
    this.#pushWritten({ type: 'thread.updated', thread: toWireThread(this.#savedThread) }, written);
  }

  async #write(writing: Promise<Written>): Promise<Written> {
    this.#writing = writing;
    const written = await writing;
    this.#writing = undefined;
    return written;
  }

  /** Passes on an event with the result of its write. */
  #pushWritten(event: StreamEvent, written: Written): void {
    if (written !== undefined) this.#written[this.#ready.length] = written;
    this.#push(event);
  }

  #push(event: StreamEvent): void {
    if (this.#closed) return;
    this.#ready.push(event);
    if (!this.#resting) this.#wake();
  }

  /** Sends the first words of an item at once, even in the same turn as another batch. */
  #pushWords(event: Extract<StreamEvent, { type: 'thread.item.updated' }>): void {
    if (event.item_id !== this.#streamedItemId) this.#resting = false;
    this.#streamedItemId = event.item_id;
    this.#push(event);
  }

  #rest(): void {
    if (this.#resting) return;
    this.#resting = true;
    soon(() => {
      this.#resting = false;
      if (this.#ready.length > 0) this.#wake();
    });
  }

  async #room(): Promise<void> {
    const taken = new Promise<void>((resolve) => {
      this.#wakeWriter = resolve;
    });
    if (!this.#resting) this.#wake();
    await taken;
  }

  #close(): void {
    this.#closed = true;
    this.#exhausted = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#pending.clear();
    this.#wake();
    this.#wakeWriter?.();
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
  }
}

const isSilent = (item: ThreadItem): boolean =>
  item.type === 'assistant_message' && item.content.every(({ text }) => text === '');

function toErrorEvent(error: unknown, logger: Logger, threadId: string): ErrorEvent {
  if (error instanceof CustomStreamError) {
    return { type: 'error', code: 'custom', message: error.message, allow_retry: error.allowRetry };
  }
  if (error instanceof StreamError) return { type: 'error', code: error.code, allow_retry: error.allowRetry };
  logger.error('An answer failed', { thread_id: threadId, error });
  return { type: 'error', code: streamErrorCode, allow_retry: true };
}
