import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadItem } from '../protocol/items.ts';
import type { EventBatch } from './event-pump.ts';
import { encodeEvent } from './wire.ts';

/** Where a result takes its events from; `EventPump` is one. */
type Source<Written> = {
  readonly pendingItems: ReadonlyMap<string, ThreadItem>;
  read(): Promise<EventBatch<Written> | undefined>;
  cancel(): Promise<void>;
};

/**
 * The answer to a request that streams. Iterate over one of the four, once:
 *
 * - the result itself: one server-sent frame (a string) at a time;
 * - `.events`: the events as objects;
 * - `.batches`: arrays of the events that were ready together, for a writer that sends them in one go;
 * - `.written`: the same, each `{ events, written }`: `written[i]` is what the store returned for the write that
 *   `events[i]` announces, such as the number of a change; undefined where there was none.
 *
 * The application's code starts with the first step of the iteration. Leaving the loop early (`break`) stops the answer,
 * as the `signal` of `process` does: in ChatKit, a client that disconnects means Stop. To continue an answer without a
 * client, keep iterating.
 */
export class StreamingResult<Written = unknown> implements AsyncIterable<string> {
  readonly #source: Source<Written>;

  constructor(source: Source<Written>) {
    this.#source = source;
  }

  /** The current state of the items that were added and are not done. The map is live; its items never change in place. */
  get pendingItems(): ReadonlyMap<string, ThreadItem> {
    return this.#source.pendingItems;
  }

  get events(): AsyncIterable<StreamEvent> {
    return { [Symbol.asyncIterator]: () => oneByOne(this.#source, (event) => event) };
  }

  get batches(): AsyncIterable<StreamEvent[]> {
    return { [Symbol.asyncIterator]: () => batchByBatch(this.#source, ({ events }) => events) };
  }

  get written(): AsyncIterable<EventBatch<Written>> {
    return { [Symbol.asyncIterator]: () => batchByBatch(this.#source, (batch) => batch) };
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return oneByOne(this.#source, encodeEvent);
  }
}

function batchByBatch<Written, Value>(
  source: Source<Written>,
  render: (batch: EventBatch<Written>) => Value,
): AsyncIterator<Value> {
  return {
    async next() {
      const batch = await source.read();
      return batch ? { done: false, value: render(batch) } : { done: true, value: undefined };
    },
    async return() {
      await source.cancel();
      return { done: true, value: undefined };
    },
  };
}

function oneByOne<Value>(source: Source<unknown>, render: (event: StreamEvent) => Value): AsyncIterator<Value> {
  let batch: StreamEvent[] = [];
  let at = 0;
  return {
    async next() {
      if (at >= batch.length) {
        const more = await source.read();
        if (!more) return { done: true, value: undefined };
        batch = more.events;
        at = 0;
      }
      return { done: false, value: render(batch[at++] as StreamEvent) };
    },
    async return() {
      batch = [];
      at = 0;
      await source.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** The answer to a request that does not stream. */
export class NonStreamingResult {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** The body of the response. */
  get json(): string {
    return JSON.stringify(this.value);
  }
}
