import { useLayoutEffect, useReducer } from 'preact/hooks';

/** A value that calls its readers when it changes. The whole state of the element is kept in signals. */
export class Signal<T> {
  #value: T;
  readonly #readers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const reader of [...this.#readers]) reader();
  }

  subscribe(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}

/** Returns the signal's value, and draws the component again whenever it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const drawn = signal.value;
  useLayoutEffect(() => {
    // The value may have changed between drawing and subscribing.
    if (!Object.is(drawn, signal.value)) redraw(undefined);
    return signal.subscribe(() => redraw(undefined));
  }, [signal]);
  return drawn;
}
