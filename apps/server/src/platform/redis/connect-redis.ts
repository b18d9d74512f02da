import type { RedisCommander } from 'ioredis';
import { openCluster, openRedis, type RedisAddress } from './connections.ts';

/** What several processes share. Redis is a convenience here, never a need: each user of it works without it. */
export type RedisLink = {
  /**
   * The result of `work`, or `undefined` when Redis is away or slow. Never throws, never waits longer than a moment. The
   * keys of one command share a {tag}: a cluster keeps those together, and accepts no others in one command.
   */
  ask<T>(work: (redis: RedisCommander) => Promise<T>): Promise<T | undefined>;
  health(): 'up' | 'down';
  close(): Promise<void>;
};

/**
 * After a failure Redis is left alone for this time, and then asked by one caller only. Otherwise a hung Redis would delay
 * every single request.
 */
const pauseMs = 1000;

/** Opens a connection that recovers by itself. Resolves at once: a server starts without Redis too. */
export function connectRedis(address: RedisAddress, log: { warn(details: object, message: string): void }): RedisLink {
  const redis = address.cluster ? openCluster(address.urls) : openRedis(address.urls[0]!);
  let closed = false;
  let warned = Number.NEGATIVE_INFINITY;
  let pausedUntil = 0;
  // Redis has not answered since the last failure; one caller at a time tries.
  let suspect = false;
  let probing = false;

  const failed = (error: Error) => {
    suspect = true;
    pausedUntil = performance.now() + pauseMs;
    if (closed || performance.now() - warned < 10_000) return;
    warned = performance.now();
    log.warn({ error: error.message }, 'Redis does not answer; limits are counted by this process alone until it does');
  };
  redis.on('error', failed);
  redis.on('ready', () => {
    suspect = false;
    pausedUntil = 0;
  });

  return {
    async ask(work) {
      if (redis.status !== 'ready' || performance.now() < pausedUntil || (suspect && probing)) return undefined;
      probing = suspect;
      try {
        const answer = await work(redis);
        suspect = false;
        return answer;
      } catch (error) {
        failed(error as Error);
        return undefined;
      } finally {
        probing = false;
      }
    },
    health: () => (redis.status === 'ready' && performance.now() >= pausedUntil ? 'up' : 'down'),
    async close() {
      closed = true;
      redis.disconnect();
    },
  };
}
