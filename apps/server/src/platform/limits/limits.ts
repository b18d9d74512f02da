import { LRUCache } from 'lru-cache';
import type { RedisLink } from '../redis/index.ts';

/** So many requests a minute and caller, over all routes that name the same policy; 0 is no limit. */
export type LimitPolicy = { name: string; perMinute: number };

/** Where a caller stands in its window. `count` includes the request just made; `resetMs` is until the window ends. */
export type Count = { count: number; resetMs: number };

/** Counting, for all that may happen only so often. Shared by all processes with Redis, else by one. */
export type Limits = {
  /** Counts one more in the window that the first of them opened. `most`: beyond it nothing more is asked of Redis. */
  count(key: string, most: number, windowMs: number): Promise<Count>;
  /**
   * One more try at something that may fail only so often: free at first, then after a wait that doubles with each try, up to
   * `longestMs`. Returns how long to wait still; 0 means: try now, it is counted. Tries are counted before they are made, since
   * a thousand at the same time would otherwise all be the first.
   */
  attempt(key: string, rule: AttemptRule): Promise<number>;
  /** Forgets what was counted and tried under the key: it has succeeded. */
  forgive(key: string): Promise<void>;
};

export type AttemptRule = { free: number; firstMs: number; longestMs: number; forgetMs: number };

type Window = { count: number; endsAt: number };
type Attempts = { made: number; notBefore: number; endsAt: number };

/** In {} is what a cluster chooses the node by: all that is kept of one key is together. */
const windowKey = (key: string) => `causerie:{limit:${key}}`;
const triesKey = (key: string) => `${windowKey(key)}:tries`;
const waitKey = (key: string) => `${windowKey(key)}:wait`;

// Both run inside Redis, where nobody comes in between.
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
 * What Redis says is noted here too. So when Redis dies, counting goes on where it stood, in each process for itself: a dead
 * Redis opens nothing. And whoever is over the limit already is refused without asking Redis again.
 *
 * @param now milliseconds of a clock that nobody sets: one set back would keep people waiting for hours
 * @param size how many callers are remembered; the least recently seen go first, so that many addresses cannot fill memory
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
        // Above 0: to be waited for. Below: this was the so manieth try.
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

/** Values until they end, the least recently used out first. It grows as it is filled: a list of `max` would be made at once. */
function createRecent<T extends { endsAt: number }>(size: number, now: () => number) {
  // The library takes a start at 0 for none.
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
