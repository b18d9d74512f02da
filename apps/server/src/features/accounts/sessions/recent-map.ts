/** `staleAt` is a time of the process's own clock, `until` one of the wall's. */
type Entry<Value> = { value: Promise<Value | undefined>; staleAt: number; until: number };

/** What was found lately, for a short time and in bounded number. Parallel askers share one look-up; "nothing" is not kept. */
export class RecentMap<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #most: number;
  readonly #freshFor: number;
  readonly #ticks: () => number;
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
    this.#most = most;
    this.#freshFor = freshFor;
    this.#ticks = ticks;
    this.#now = now;
  }

  /** @param find also says until when the find holds, in milliseconds since 1970, which may be sooner. */
  get(key: string, find: () => Promise<{ value: Value; until: number } | undefined>): Promise<Value | undefined> {
    const known = this.#entries.get(key);
    if (known && known.staleAt > this.#ticks() && known.until > this.#now()) return known.value;
    const entry: Entry<Value> = {
      value: Promise.resolve(undefined),
      staleAt: this.#ticks() + this.#freshFor,
      until: Number.POSITIVE_INFINITY,
    };
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
    this.#entries.delete(key); // A Map keeps its order: the oldest comes first.
    if (this.#entries.size >= this.#most) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, entry);
    return entry.value;
  }

  clear(): void {
    this.#entries.clear();
  }

  #forget(key: string, entry: Entry<Value>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
