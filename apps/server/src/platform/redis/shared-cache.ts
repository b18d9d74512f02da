import type { RedisLink } from './connect-redis.ts';

/** The result of `work` from any process within `lifeMs`, or a new one. `undefined` is not cached. */
export type SharedCache = <T>(key: string, lifeMs: number, work: () => Promise<T>) => Promise<T>;

const prefix = 'causerie:cache:';

/** Saves processes that share a Redis repeated work. Values are stored as JSON; keys begin with the name of their feature. */
export function createSharedCache(redis: RedisLink): SharedCache {
  return async <T>(key: string, lifeMs: number, work: () => Promise<T>): Promise<T> => {
    const text = await redis.ask((client) => client.get(prefix + key));
    if (text) return JSON.parse(text) as T;
    const value = await work();
    if (value !== undefined) await redis.ask((client) => client.set(prefix + key, JSON.stringify(value), 'PX', lifeMs));
    return value;
  };
}
