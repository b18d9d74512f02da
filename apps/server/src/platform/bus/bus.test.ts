import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasRedis, type TestRedis, testRedis } from '../redis/testing.ts';
import { type Bus, createMemoryBus } from './index.ts';
import { createRedisBus } from './redis.ts';
import { busConformance } from './testing.ts';

const log = { warn: () => {} };

describe('memory bus', () => {
  const bus = createMemoryBus();
  busConformance(() => bus);
});

describe.skipIf(!hasRedis)('Redis bus', () => {
  const redises: TestRedis[] = [];
  const buses: Bus[] = [];
  const start = async () => {
    const redis = await testRedis();
    redises.push(redis);
    return redis;
  };
  const open = async (redis: TestRedis) => {
    const bus = createRedisBus(redis.address, log);
    buses.push(bus);
    await vi.waitFor(() => expect(bus.health()).toBe('up'), { timeout: 5000 });
    return bus;
  };
  let shared: TestRedis;
  beforeAll(async () => {
    shared = await start();
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await Promise.all(redises.map((redis) => redis.kill()));
  });

  busConformance(() => open(shared));

  // These wait, mostly: at the same time, each with a Redis of its own.

  it.concurrent('knows how long a message takes, and that it does not know while Redis is dead', async () => {
    const redis = await start();
    const bus = await open(redis);
    await vi.waitFor(() => expect(bus.lagSeconds()).toBeGreaterThan(0), { timeout: 10_000 });
    await redis.kill();
    await vi.waitFor(() => expect(bus.lagSeconds()).toBeNull(), { timeout: 5000 });
    await redis.start();
    await vi.waitFor(() => expect(bus.lagSeconds()).toBeGreaterThan(0), { timeout: 15_000 });
  });

  it.concurrent('goes on alone while Redis is dead, and tells of the gap when it is back', async () => {
    const redis = await start();
    const [here, there] = [await open(redis), await open(redis)];
    const heard: string[] = [];
    const gap = vi.fn();
    await here.subscribe('d', { message: (text) => heard.push(text), gap });
    await redis.kill();
    await vi.waitFor(() => expect(here.health()).toBe('down'), { timeout: 5000 });
    here.publish('d', 'alone');
    there.publish('d', 'lost');
    expect(heard).toEqual(['alone']);
    // As long as it is dead: what others do is found by looking.
    await vi.waitFor(() => expect(gap.mock.calls.length).toBeGreaterThan(1), { timeout: 15_000 });

    await redis.start();
    for (const bus of [here, there]) await vi.waitFor(() => expect(bus.health()).toBe('up'), { timeout: 10_000 });
    const untilBack = gap.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    // Once for its return, at most, and no more after it.
    expect(gap.mock.calls.length - untilBack).toBeLessThanOrEqual(1);
    there.publish('d', 'again');
    await vi.waitFor(() => expect(heard).toEqual(['alone', 'again']));
  });

  it.concurrent('takes a Redis that hangs for one that is dead', { timeout: 60_000 }, async () => {
    const redis = await start();
    const bus = await open(redis);
    const gap = vi.fn();
    await bus.subscribe('e', { message: () => {}, gap });
    redis.freeze();
    await vi.waitFor(() => expect(bus.health()).toBe('down'), { timeout: 20_000 });
    await vi.waitFor(() => expect(gap).toHaveBeenCalled(), { timeout: 10_000 });
    redis.thaw();
    await vi.waitFor(() => expect(bus.health()).toBe('up'), { timeout: 15_000 });
  });
});
