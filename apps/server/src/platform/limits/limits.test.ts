import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectRedis, type RedisLink } from '../redis/index.ts';
import { hasRedis, type TestRedis, testRedis } from '../redis/testing.ts';
import { addressKey, createLimits, type Limits } from './index.ts';

const minute = 60_000;
const rule = { free: 3, firstMs: 1000, longestMs: 8000, forgetMs: 3_600_000 };

it('an address is counted by what its owner has', () => {
  expect(addressKey('192.0.2.1')).toBe('192.0.2.1');
  expect(addressKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(addressKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(addressKey('2001:DB8:1:2::9')).toBe(addressKey('2001:db8:1:2:ffff:ffff:ffff:ffff'));
  expect(addressKey('2001:db8::')).toBe('2001:db8:0:0::/64');
  expect(addressKey('2001:db8:1:3::9')).not.toBe(addressKey('2001:db8:1:2::9'));
  expect(addressKey('::1')).toBe('0:0:0:0::/64');
  expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
});

/** What counting must do wherever it is kept. */
function counting(open: () => Limits) {
  it('counts up to the end of the window and begins anew', async () => {
    const limits = open();
    for (let count = 1; count <= 5; count++) expect((await limits.count('c', 3, 150)).count).toBe(count);
    expect((await limits.count('other', 3, 150)).count).toBe(1);
    const { resetMs } = await limits.count('c', 3, 150);
    expect(resetMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(150);
    await vi.waitFor(async () => expect((await limits.count('c', 3, 150)).count).toBe(1), { interval: 40 });
  });

  it('of a thousand at the same time, as many pass as may', async () => {
    const limits = open();
    const counts = await Promise.all(Array.from({ length: 1000 }, () => limits.count('storm', 100, minute)));
    expect(counts.filter(({ count }) => count <= 100)).toHaveLength(100);
    const waits = await Promise.all(Array.from({ length: 1000 }, () => limits.attempt('storm', rule)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(rule.free);
  });

  it('what succeeded is forgiven', async () => {
    const limits = open();
    for (let tries = 0; tries < rule.free; tries++) expect(await limits.attempt('f', rule)).toBe(0);
    await limits.count('f', 1, minute);
    expect(await limits.attempt('f', rule)).toBeGreaterThan(0);
    await limits.forgive('f');
    expect(await limits.attempt('f', rule)).toBe(0);
    expect((await limits.count('f', 1, minute)).count).toBe(1);
  });
}

describe('in one process', () => {
  counting(() => createLimits());

  it('ten thousand tries get no further than a handful', async () => {
    let now = 0;
    const limits = createLimits({ now: () => now });
    let made = 0;
    for (let tries = 0; tries < 10_000; tries++) {
      if ((await limits.attempt('account', rule)) === 0) made++;
      now += 10; // A hundred a second.
    }
    // 100 s: three at once, then after 1, 2, 4 and each 8 s.
    expect(made).toBe(3 + 3 + Math.floor((100 - 7) / 8));
  });

  it('an hour of quiet is forgotten, and memory is bounded', async () => {
    let now = 0;
    const limits = createLimits({ now: () => now, size: 100 });
    for (let tries = 0; tries < 3; tries++) await limits.attempt('account', rule);
    expect(await limits.attempt('account', rule)).toBe(1000);
    now += rule.forgetMs;
    for (let tries = 0; tries < 3; tries++) expect(await limits.attempt('account', rule)).toBe(0);

    for (let key = 0; key < 1000; key++) await limits.count(`k${key}`, 5, minute);
    expect((await limits.count('k999', 5, minute)).count).toBe(2);
    expect((await limits.count('k0', 5, minute)).count).toBe(1);
  });
});

describe.skipIf(!hasRedis)('shared by processes through Redis', () => {
  let redis: TestRedis;
  const links: RedisLink[] = [];
  const warn = vi.fn();
  const link = async () => {
    const made = connectRedis(redis.address, { warn });
    links.push(made);
    await vi.waitFor(() => expect(made.health()).toBe('up'));
    return made;
  };
  let here: Limits;
  let there: Limits;
  let linkHere: RedisLink;
  beforeAll(async () => {
    redis = await testRedis();
    linkHere = await link();
    here = createLimits({ redis: linkHere });
    there = createLimits({ redis: await link() });
  });
  afterAll(async () => {
    await Promise.all(links.map((made) => made.close()));
    await redis.kill();
  });

  let opened = 0;
  counting(() => {
    // Each test has keys of its own, since Redis lives through all of them.
    const name = `t${opened++}`;
    const own = (key: string) => `${name}:${key}`;
    return {
      count: (key, most, windowMs) => here.count(own(key), most, windowMs),
      attempt: (key, wish) => here.attempt(own(key), wish),
      forgive: (key) => here.forgive(own(key)),
    };
  });

  it('two processes count as one', async () => {
    expect((await here.count('both', 10, minute)).count).toBe(1);
    expect((await there.count('both', 10, minute)).count).toBe(2);
    for (let tries = 0; tries < rule.free; tries++)
      expect(await (tries % 2 ? here : there).attempt('both', rule)).toBe(0);
    expect(await here.attempt('both', rule)).toBeGreaterThan(0);
    expect(await there.attempt('both', rule)).toBeGreaterThan(0);
    await there.forgive('both');
    expect(await here.attempt('both', rule)).toBe(0);
  });

  it('a Redis that dies opens nothing: each process goes on from where the count stood', async () => {
    for (let count = 1; count <= 4; count++) await here.count('dies', 5, minute);
    for (let tries = 0; tries < rule.free; tries++) await here.attempt('dies', rule);
    await redis.kill();
    await vi.waitFor(() => expect(linkHere.health()).toBe('down'));
    expect((await here.count('dies', 5, minute)).count).toBe(5);
    expect((await here.count('dies', 5, minute)).count).toBe(6);
    expect(await here.attempt('dies', rule)).toBeGreaterThan(0);
    await vi.waitFor(() => expect(warn).toHaveBeenCalled());
    await redis.start();
    await vi.waitFor(() => expect(linkHere.health()).toBe('up'), { timeout: 10_000 });
    expect((await here.count('dies again', 5, minute)).count).toBe(1);
  });

  it('a Redis that hangs is not waited for again and again', async () => {
    redis.freeze();
    try {
      const began = performance.now();
      for (let count = 1; count <= 200; count++) expect((await here.count('hangs', 1000, minute)).count).toBe(count);
      // One patience, then none: two hundred of them would be 200 s.
      expect(performance.now() - began).toBeLessThan(10_000);
      // When it is asked again, one finds out and the others do not wait.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const waited = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const from = performance.now();
          await here.count('hangs still', 1000, minute);
          return performance.now() - from;
        }),
      );
      expect(waited.filter((ms) => ms > 900).length).toBeLessThanOrEqual(1);
    } finally {
      redis.thaw();
    }
    await vi.waitFor(() => expect(linkHere.health()).toBe('up'), { timeout: 10_000 });
  });
});
