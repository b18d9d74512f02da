import { LRUCache } from 'lru-cache';
import type { RedisLink } from '../redis/index.ts';

/** The requests a minute of each caller, over all routes with the same policy; 0 is no limit. */
export type LimitPolicy = { name: string; perMinute: number };

/** A caller's window. `count` includes the current request; `resetMs` is the time until the window ends. */
export type Count = { count: number; resetMs: number };

/** Rate limits. Shared by all processes with Redis, otherwise per process. */
export type Limits = {
  /** Counts one more in the window that the first request opened. `most`: beyond it Redis is not asked any more. */
  count(key: string, most: number, windowMs: number): Promise<Count>;
  /**
   * Counts one more try at something that may rarely fail: free at first, then after a wait that doubles with each try, up
   * to `longestMs`. Returns the remaining wait; 0 means: try now, it is counted. Tries are counted before they are made,
   * since a thousand at the same time would otherwise all be the first.
   */
  attempt(key: string, rule: AttemptRule): Promise<number>;
  /** Forgets the counts and tries of the key: it has succeeded. */
  forgive(key: string): Promise<void>;
};

export type AttemptRule = { free: number; firstMs: number; longestMs: number; forgetMs: number };

type Window = { count: number; endsAt: number };
type Attempts = { made: number; notBefore: number; endsAt: number };

/** A cluster chooses the node by the part in {}: all entries of one key are together. */
const windowKey = (key: string) => `causerie:{limit:${key}}`;
const triesKey = (key: string) => `${windowKey(key)}:tries`;
const waitKey = (key: string) => `${windowKey(key)}:wait`;

// Both run inside Redis, as one atomic step.
const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}`;
const attemptScript = `
local wait = redis.call('PTTL', KEYS[2])
if wait > 0 then return {wait, 0} end
local made = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local over = made - tonumber(ARGV[1])
wait = 0
if over >= 0 then wait = math.min(tonumber(ARGV[2]) * 2 ^ math.min(over, 30), tonumber(ARGV[3])) end
if wait > 0 then redis.call('SET', KEYS[2], '1', 'PX', string.format('%d', wait)) end
return {-made, wait}`;

/**
 * The counts from Redis are also kept here. When Redis dies, counting goes on from there, in each process for itself: a
 * dead Redis lifts no limit. And a caller who is over the limit already is refused without asking Redis again.
 *
 * @param now milliseconds of a monotonic clock: one that is set back would keep people waiting for hours
 * @param size the most callers remembered; the least recently seen go first, so that many addresses cannot fill the memory
 */
export function createLimits({
  redis,
  now = () => performance.now(),
  size = 50_000,
}: {
  redis?: RedisLink | undefined;
  now?: (() => number) | undefined;
  size?: number;
} = {}): Limits {
  const windows = createRecent<Window>(size, now);
  const attempts = createRecent<Attempts>(size, now);

  return {
    async count(key, most, windowMs) {
      const known = windows.get(key);
      if (known && known.count >= most) return { count: ++known.count, resetMs: known.endsAt - now() };
      const counted = await redis?.ask(
        (client) => client.eval(countScript, 1, windowKey(key), windowMs) as Promise<[number, number]>,
      );
      if (counted) {
        const [count, resetMs] = counted;
        windows.set(key, { count, endsAt: now() + resetMs });
        return { count, resetMs };
      }
      const window = windows.get(key) ?? { count: 0, endsAt: now() + windowMs };
      window.count++;
      windows.set(key, window);
      return { count: window.count, resetMs: window.endsAt - now() };
    },

    async attempt(key, rule) {
      const { free, firstMs, longestMs, forgetMs } = rule;
      const at = now();
      const keys = [triesKey(key), waitKey(key)];
      const told = await redis?.ask(
        (client) =>
          client.eval(attemptScript, 2, ...keys, free, firstMs, longestMs, forgetMs) as Promise<[number, number]>,
      );
      if (told) {
        const [answer, wait] = told;
        // Above 0: the wait. Below: the number of this try, negated.
        const made = answer > 0 ? (attempts.get(key)?.made ?? free) : -answer;
        attempts.set(key, { made, notBefore: at + (answer > 0 ? answer : wait), endsAt: at + forgetMs });
        return Math.max(0, answer);
      }
      const known = attempts.get(key);
      if (known && at < known.notBefore) return known.notBefore - at;
      const made = (known?.made ?? 0) + 1;
      const over = made - free;
      const wait = over >= 0 ? Math.min(firstMs * 2 ** Math.min(over, 30), longestMs) : 0;
      attempts.set(key, { made, notBefore: at + wait, endsAt: at + forgetMs });
      return 0;
    },

    async forgive(key) {
      windows.delete(key);
      attempts.delete(key);
      await redis?.ask((client) => client.del(windowKey(key), triesKey(key), waitKey(key)));
    },
  };
}

/** Values that expire, the least recently used out first. `maxSize`, since a list of `max` entries is allocated at once. */
function createRecent<T extends { endsAt: number }>(size: number, now: () => number) {
  // The library takes a start of 0 for none.
  const perf = { now: () => 1 + now() };
  const kept = new LRUCache<string, T>({ maxSize: size, sizeCalculation: () => 1, ttl: 1, ttlResolution: 0, perf });
  return {
    get(key: string): T | undefined {
      const value = kept.get(key);
      return value && value.endsAt > now() ? value : undefined;
    },
    set(key: string, value: T): void {
      kept.set(key, value, { ttl: Math.max(1, value.endsAt - now()) });
    },
    delete(key: string): void {
      kept.delete(key);
    },
  };
}
