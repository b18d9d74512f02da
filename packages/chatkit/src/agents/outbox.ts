import type { StreamEvent } from '../protocol/events.ts';

/**
 * The events of the run and of its tools, in the order in which they happened. Both write here at once, so no two streams
 * race, and a slow reader cannot make a tool's event overtake the model's.
 */
export class Outbox {
  #events: StreamEvent[] = [];
  #next = 0;
  #reader: (() => void) | undefined;

  push(event: StreamEvent): void {
    this.#events.push(event);
    this.wake();
  }

  shift(): StreamEvent | undefined {
    if (this.#next === this.#events.length) return undefined;
    const event = this.#events[this.#next++];
    if (this.#next === this.#events.length) {
      this.#events = [];
      this.#next = 0;
    }
    return event;
  }

  clear(): void {
    this.#events = [];
    this.#next = 0;
  }

  /** Calls `reader` once, when there is something new. */
  whenReady(reader: () => void): void {
    this.#reader = reader;
  }

  wake(): void {
    const reader = this.#reader;
    if (!reader) return;
    this.#reader = undefined;
    reader();
  }
}
