import { LRUCache } from 'lru-cache';

export type Cache<T> = ReturnType<typeof createCache<T>>;

/**
 * Remembers what a key led to for a while, least recently used out first. Callers who ask for the same key at the same
 * time share one piece of work; a failure is not remembered.
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
    /** The remembered value, or what `work` gives, remembered. */
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
