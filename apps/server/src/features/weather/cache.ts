type Entry<T> = {
  value: Promise<T>;
  expires: number;
};

/**
 * Remembers what a key led to for a while, least recently used out first. Callers who ask for the same key at the same
 * time share one piece of work; a failure is not remembered.
 */
export class Cache<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #size: number;
  readonly #lifeMs: number;
  readonly #now: () => number;

  constructor(options: { size: number; lifeMs: number; now?: () => number }) {
    this.#size = options.size;
    this.#lifeMs = options.lifeMs;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The remembered value, or what `work` gives, remembered. */
  get(key: string, work: () => Promise<T>): Promise<T> {
    const now = this.#now();
    const known = this.#entries.get(key);
    // Maps keep insertion order: taking an entry out and in again makes it the most recently used.
    this.#entries.delete(key);
    if (known && known.expires > now) {
      this.#entries.set(key, known);
      return known.value;
    }
    const entry: Entry<T> = { value: work(), expires: now + this.#lifeMs };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    if (this.#entries.size > this.#size) this.#entries.delete(this.#entries.keys().next().value!);
    return entry.value;
  }
}
