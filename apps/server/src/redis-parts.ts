/** The parts of a server with Redis, loaded where `REDIS_URL` is set. */
export { createRedisBus } from './platform/bus/redis.ts';
export { connectRedis } from './platform/redis/index.ts';
export { createSharedCache } from './platform/redis/shared-cache.ts';
