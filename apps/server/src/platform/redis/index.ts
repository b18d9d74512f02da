export { connectRedis, type RedisLink } from './connect-redis.ts';
export type { RedisAddress } from './connections.ts';
