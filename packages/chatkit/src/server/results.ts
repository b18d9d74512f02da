import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadItem } from '../protocol/items.ts';
import type { EventPump } from './event-pump.ts';
import { encodeEvent } from './wire.ts';

/**
 * The answer to a request that streams. Iterate over one of the three, once:
 *
 * - the result itself: one server-sent frame (a string) at a time;
 * - `.events`: the events as objects;
 * - `.batches`: arrays of the events that were ready together, for a writer that sends them in one go.
 *
 * The application's code starts with the first step of the iteration. Leaving the loop early (`break`) is the client
 * going away, which in ChatKit means Stop: it does the same as aborting the `signal` given to `process`. To let an
 * answer go on without a client, keep iterating.
 */
export class StreamingResult implements AsyncIterable<string> {
  readonly #pump: EventPump<never>;

  constructor(pump: EventPump<never>) {
    this.#pump = pump;
  }

  /** Items that were added and are not done yet, as they are now. Live; the items themselves are never changed. */
  get pendingItems(): ReadonlyMap<string, ThreadItem> {
    return this.#pump.pendingItems;
  }

  get events(): AsyncIterable<StreamEvent> {
    return { [Symbol.asyncIterator]: () => oneByOne(this.#pump, (event) => event) };
  }

  get batches(): AsyncIterable<StreamEvent[]> {
    const pump = this.#pump;
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          const value = await pump.read();
          return value ? { done: false, value } : { done: true, value: undefined };
        },
        async return() {
          await pump.cancel();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return oneByOne(this.#pump, encodeEvent);
  }
}

function oneByOne<Value>(pump: EventPump<never>, render: (event: StreamEvent) => Value): AsyncIterator<Value> {
  let batch: StreamEvent[] = [];
  let at = 0;
  return {
    async next() {
      if (at >= batch.length) {
        const more = await pump.read();
        if (!more) return { done: true, value: undefined };
        batch = more;
        at = 0;
      }
      return { done: false, value: render(batch[at++] as StreamEvent) };
    },
    async return() {
      batch = [];
      at = 0;
      await pump.cancel();
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
