/** The shortest time between two signals of one client under one key, in milliseconds. */
const everyMs = 50;

/** Forwards the first signal of a key at once, and after that the latest one at each interval. */
export class ThrottledSignals<Signal> {
  readonly #send: (signal: Signal) => void;
  readonly #resting = new Map<string, { timer: NodeJS.Timeout; last: Signal | null }>();

  constructor(send: (signal: Signal) => void) {
    this.#send = send;
  }

  say(key: string, signal: Signal): void {
    const rest = this.#resting.get(key);
    if (rest) {
      rest.last = signal;
      return;
    }
    this.#send(signal);
    this.#rest(key);
  }

  close(): void {
    for (const { timer } of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  #rest(key: string): void {
    const timer = setTimeout(() => {
      const last = this.#resting.get(key)?.last ?? null;
      this.#resting.delete(key);
      if (last === null) return;
      this.#send(last);
      this.#rest(key);
    }, everyMs).unref();
    this.#resting.set(key, { timer, last: null });
  }
}
