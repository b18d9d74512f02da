import { LRUCache } from 'lru-cache';

export type Cache<T> = ReturnType<typeof createCache<T>>;

/**
 * Caches the result of a key for a while, least recently used out first. Concurrent callers with the same key share one
 * piece of work; a failure is not cached.
 */
export function createCache<T>({
  size,
  lifeMs,
  now = () => performance.now(),
}: {
  size: number;
  lifeMs: number;
  now?: (() => number) | undefined;
}) {
  // The library takes a start at 0 for none.
  const kept = new LRUCache<string, Promise<T>>({
    max: size,
    ttl: lifeMs,
    ttlResolution: 0,
    perf: { now: () => 1 + now() },
  });
  return {
    /** The cached value, or the result of `work`, which is then cached. */
    get(key: string, work: () => Promise<T>): Promise<T> {
      const known = kept.get(key);
      if (known) return known;
      const value = work();
      kept.set(key, value);
      value.catch(() => {
        if (kept.peek(key) === value) kept.delete(key);
      });
      return value;
    },
  };
}
