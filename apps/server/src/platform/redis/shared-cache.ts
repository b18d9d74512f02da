import type { RedisLink } from './connect-redis.ts';

/** What `work` gave to any process within `lifeMs`, or what it gives now. `undefined` is not kept. */
export type SharedCache = <T>(key: string, lifeMs: number, work: () => Promise<T>) => Promise<T>;

const prefix = 'causerie:cache:';

/** Spares the processes that share a Redis each other's work. Values are kept as JSON; keys begin with their user's name. */
export function createSharedCache(redis: RedisLink): SharedCache {
  return async <T>(key: string, lifeMs: number, work: () => Promise<T>): Promise<T> => {
    const text = await redis.ask((client) => client.get(prefix + key));
    if (text) return JSON.parse(text) as T;
    const value = await work();
    if (value !== undefined) await redis.ask((client) => client.set(prefix + key, JSON.stringify(value), 'PX', lifeMs));
    return value;
  };
}
