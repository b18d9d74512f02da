import type { RedisLink } from '../redis/index.ts';

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

const prefix = 'causerie:limit:';

// Both run inside Redis, where nobody comes in between.
const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}`;
const attemptScript = `
local now = tonumber(ARGV[1])
local made = tonumber(redis.call('HGET', KEYS[1], 'made') or '0')
local notBefore = tonumber(redis.call('HGET', KEYS[1], 'notBefore') or '0')
if now < notBefore then return {notBefore - now, made, notBefore} end
made = made + 1
local over = made - tonumber(ARGV[2])
notBefore = now
if over >= 0 then notBefore = now + math.min(tonumber(ARGV[3]) * 2 ^ math.min(over, 30), tonumber(ARGV[4])) end
redis.call('HSET', KEYS[1], 'made', made, 'notBefore', string.format('%d', notBefore))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {0, made, notBefore}`;

/**
 * What Redis says is noted here too. So when Redis dies, counting goes on where it stood, in each process for itself: a dead
 * Redis opens nothing. And whoever is over the limit already is refused without asking Redis again.
 *
 * @param size how many callers are remembered; the least recently seen go first, so that many addresses cannot fill memory
 */
export function createLimits({
  redis,
  now = Date.now,
  size = 50_000,
}: {
  redis?: RedisLink | undefined;
  now?: (() => number) | undefined;
  size?: number;
} = {}): Limits {
  const windows = new Recent<Window>(size, now);
  const attempts = new Recent<Attempts>(size, now);

  return {
    async count(key, most, windowMs) {
      const known = windows.get(key);
      if (known && known.count >= most) return { count: ++known.count, resetMs: known.endsAt - now() };
      const told = await redis?.ask(
        (client) => client.eval(countScript, 1, prefix + key, windowMs) as Promise<[number, number]>,
      );
      if (told) {
        const [count, resetMs] = told;
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
      const told = await redis?.ask(
        (client) =>
          client.eval(attemptScript, 1, `${prefix}try:${key}`, at, free, firstMs, longestMs, forgetMs) as Promise<
            [number, number, number]
          >,
      );
      if (told) {
        const [wait, made, notBefore] = told;
        attempts.set(key, { made, notBefore, endsAt: at + forgetMs });
        return wait;
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
      await redis?.ask((client) => client.del(prefix + key, `${prefix}try:${key}`));
    },
  };
}

/** Values until they end, the least recently used out first. */
class Recent<T extends { endsAt: number }> {
  readonly #entries = new Map<string, T>();
  readonly #size: number;
  readonly #now: () => number;

  constructor(size: number, now: () => number) {
    this.#size = size;
    this.#now = now;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry && entry.endsAt <= this.#now()) {
      this.#entries.delete(key);
      return undefined;
    }
    return entry;
  }

  set(key: string, entry: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#size) this.#entries.delete(this.#entries.keys().next().value!);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
