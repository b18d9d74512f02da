import { LRUCache } from 'lru-cache';

/** `until` is a time of the wall's clock. */
type Entry<Value> = { value: Promise<Value | undefined>; until: number };

/** What was found lately, for a short time and in bounded number. Parallel askers share one look-up; "nothing" is not kept. */
export class RecentMap<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #now: () => number;

  /**
   * @param freshFor how long a find may be used again, in milliseconds
   * @param clocks `ticks` says how long that is: the wall's clock (`now`) may be set back, and what was found would be fresh
   * for hours. By `now` go the times at which finds end themselves.
   */
  constructor(
    most: number,
    freshFor: number,
    { ticks = () => performance.now(), now = Date.now }: { ticks?: () => number; now?: () => number } = {},
  ) {
    // It grows as it is filled: a list of `max` would be made at once. And it takes a start at 0 for none.
    this.#entries = new LRUCache({
      maxSize: most,
      sizeCalculation: () => 1,
      ttl: freshFor,
      ttlResolution: 0,
      perf: { now: () => 1 + ticks() },
    });
    this.#now = now;
  }

  /** @param find also says until when the find holds, in milliseconds since 1970, which may be sooner. */
  get(key: string, find: () => Promise<{ value: Value; until: number } | undefined>): Promise<Value | undefined> {
    const known = this.#entries.get(key);
    if (known && known.until > this.#now()) return known.value;
    const entry: Entry<Value> = { value: Promise.resolve(undefined), until: Number.POSITIVE_INFINITY };
    entry.value = find().then(
      (found) => {
        if (found) entry.until = found.until;
        else this.#forget(key, entry);
        return found?.value;
      },
      (error) => {
        this.#forget(key, entry);
        throw error;
      },
    );
    this.#entries.set(key, entry);
    return entry.value;
  }

  clear(): void {
    this.#entries.clear();
  }

  #forget(key: string, entry: Entry<Value>): void {
    if (this.#entries.peek(key) === entry) this.#entries.delete(key);
  }
}
