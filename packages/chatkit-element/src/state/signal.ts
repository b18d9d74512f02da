import { useLayoutEffect, useReducer } from 'preact/hooks';

/** A value that tells its readers when it changed. The whole element runs on these; there is no other state. */
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
    this.touch();
  }

  /** Tells the readers, for values that are changed in place. */
  touch(): void {
    for (const reader of [...this.#readers]) reader();
  }

  subscribe(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }
}

/** Draws the component again whenever the signal changes, and gives its value. */
export function useSignal<T>(signal: Signal<T>): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const drawn = signal.value;
  useLayoutEffect(() => {
    // It may have changed between drawing and subscribing.
    if (!Object.is(drawn, signal.value)) redraw(undefined);
    return signal.subscribe(() => redraw(undefined));
  }, [signal]);
  return drawn;
}
