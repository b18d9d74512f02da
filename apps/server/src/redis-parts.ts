/** What a server with Redis is made of besides, loaded where `REDIS_URL` is set. */
export { createRedisBus } from './platform/bus/redis.ts';
export { connectRedis } from './platform/redis/index.ts';
export { createSharedCache } from './platform/redis/shared-cache.ts';
