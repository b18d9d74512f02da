import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../app.ts';
import { loadConfig } from '../../config.ts';
import { testDatabase } from '../database/testing.ts';
import { hasRedis, type TestRedisCluster, testRedisCluster } from '../redis/testing.ts';
import type { Bus } from './index.ts';
import { createRedisBus } from './redis.ts';
import { busConformance } from './testing.ts';

// Three real redis-server processes in cluster mode, as Redis is by default: while one is away, the cluster calls itself down.

const slotOf = (channel: string) => new Command('spublish', [`causerie:bus:${channel}`]).getSlot();
/** Which of the three has a channel of the bus. */
const nodeOf = (channel: string) => Math.floor((slotOf(channel) * 3) / 16_384);
const names = Array.from({ length: 60 }, (_, n) => `conversation.${n}`);

describe.skipIf(!hasRedis)('Redis Cluster', () => {
  let cluster: TestRedisCluster;
  const buses: Bus[] = [];
  const warn = vi.fn();
  const open = async () => {
    const bus = createRedisBus(cluster.address, { warn });
    buses.push(bus);
    await vi.waitFor(() => expect(bus.health()).toBe('up'), { timeout: 5000 });
    return bus;
  };
  /** Subscribes to all the names; what is told is noted by name. */
  const listen = async (bus: Bus) => {
    const heard = new Map(names.map((name) => [name, { texts: [] as string[], gaps: 0 }]));
    for (const [name, notes] of heard)
      await bus.subscribe(name, { message: (text) => notes.texts.push(text), gap: () => notes.gaps++ });
    return heard;
  };
  beforeAll(async () => {
    cluster = await testRedisCluster();
  }, 30_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await cluster?.kill();
  });

  busConformance(open);

  it('carries messages over all nodes, and knows from one of them where the others are', async () => {
    const receiver = await open();
    const one = createRedisBus({ urls: cluster.address.urls.slice(1, 2), cluster: true }, { warn });
    buses.push(one);
    await vi.waitFor(() => expect(one.health()).toBe('up'), { timeout: 5000 });
    expect(new Set(names.map(nodeOf)).size).toBe(3);
    const heard = await listen(receiver);
    for (let n = 0; n < 20; n++) for (const name of names) one.publish(name, `${name} ${n}`);
    for (const [name, { texts }] of heard)
      await vi.waitFor(() => expect(texts).toEqual(Array.from({ length: 20 }, (_, n) => `${name} ${n}`)));
    await vi.waitFor(() => expect(one.lagSeconds()).toBeGreaterThan(0));
    // Sharded: no node has heard of the channels of another.
    for (const [n, node] of cluster.nodes.entries()) {
      const client = new Redis(node.url);
      const carried = (await client.call('PUBSUB', 'SHARDCHANNELS', 'causerie:bus:conversation.*')) as string[];
      client.disconnect();
      expect(carried.sort()).toEqual(
        names
          .filter((name) => nodeOf(name) === n)
          .map((name) => `causerie:bus:${name}`)
          .sort(),
      );
    }
  });

  it('goes on with the other nodes while one is dead, and tells its channels of the gap until it is back', async () => {
    const [sender, receiver] = [await open(), await open()];
    const heard = await listen(receiver);
    const notes = (dead: boolean) =>
      names.filter((name) => (nodeOf(name) === 1) === dead).map((name) => heard.get(name)!);
    await cluster.nodes[1]!.kill();
    await vi.waitFor(() => expect([sender.health(), receiver.health()]).toEqual(['down', 'down']), { timeout: 5000 });
    expect(receiver.lagSeconds()).toBeNull();
    // A process that starts meanwhile has the other nodes too.
    const late = createRedisBus(cluster.address, { warn });
    buses.push(late);
    const toLate = vi.fn();
    const gapOfLate = vi.fn();
    const [alive, dead] = [names.find((name) => nodeOf(name) === 0)!, names.find((name) => nodeOf(name) === 1)!];
    await late.subscribe(alive, { message: toLate });
    await late.subscribe(dead, { message: () => {}, gap: gapOfLate });
    await vi.waitFor(
      () => {
        for (const name of names) sender.publish(name, 'meanwhile');
        for (const { texts } of notes(false)) expect(texts).not.toHaveLength(0);
        expect(toLate).toHaveBeenCalled();
      },
      { timeout: 5000, interval: 100 },
    );
    await vi.waitFor(() => {
      for (const { gaps } of notes(true)) expect(gaps).toBeGreaterThan(0);
      expect(gapOfLate).toHaveBeenCalled();
    }, 5000);
    for (const { gaps } of notes(false)) expect(gaps).toBe(0);
    for (const { texts } of notes(true)) expect(texts).toEqual([]);

    await cluster.nodes[1]!.start();
    for (const bus of [sender, receiver, late])
      await vi.waitFor(() => expect(bus.health()).toBe('up'), { timeout: 10_000 });
    const gapsWhenBack = notes(true).map(({ gaps }) => gaps);
    await vi.waitFor(
      () => {
        for (const name of names) sender.publish(name, 'again');
        for (const { texts } of heard.values()) expect(texts).toContain('again');
      },
      { timeout: 5000, interval: 100 },
    );
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(notes(true).map(({ gaps }) => gaps)).toEqual(gapsWhenBack);
    for (const { gaps } of notes(false)) expect(gaps).toBe(0);
  });

  it('follows a channel whose slot moves to another node', async () => {
    const [sender, receiver] = [await open(), await open()];
    const heard = vi.fn();
    const gap = vi.fn();
    const name = names.find((name) => nodeOf(name) === 0)!;
    await receiver.subscribe(name, { message: heard, gap });
    const clients = cluster.nodes.map(({ url }) => new Redis(url));
    try {
      const id = await clients[2]!.cluster('MYID');
      for (const n of [2, 0, 1]) await clients[n]!.cluster('SETSLOT', slotOf(name), 'NODE', id);
    } finally {
      for (const client of clients) client.disconnect();
    }
    await vi.waitFor(() => expect(gap).toHaveBeenCalled(), { timeout: 8000 });
    await vi.waitFor(
      () => {
        sender.publish(name, 'moved');
        expect(heard).toHaveBeenCalledWith('moved');
      },
      { timeout: 5000, interval: 100 },
    );
  });

  it('keeps what servers count together, also where that is several keys', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'causerie-cluster-'));
    const database = await testDatabase();
    const config = loadConfig(
      {
        DATA_DIR: directory,
        LOG_LEVEL: 'silent',
        REDIS_URL: cluster.address.urls.join(', '),
        REDIS_CLUSTER: 'true',
        RATE_LIMIT_SIGN_IN_PER_MINUTE: '0',
      },
      directory,
    );
    const apps = [await createApp(config, { database }), await createApp(config, { database })] as const;
    try {
      for (const { http } of apps)
        await vi.waitFor(
          async () => expect((await http.inject('/ready')).json()).toMatchObject({ status: 'ok' }),
          5000,
        );
      const signIn = async (n: number) =>
        (
          await apps[n % 2]!.http.inject({
            method: 'POST',
            url: '/api/auth/login',
            payload: { email: 'nobody@example.com', password: `wrong ${n}` },
          })
        ).statusCode;
      const answers = [];
      for (let n = 0; n < 8; n++) answers.push(await signIn(n));
      // Eight tries of one account, four at each: neither server alone would have refused one.
      expect(answers).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    } finally {
      for (const app of apps) await app.close();
      await database.close();
      rmSync(directory, { recursive: true });
    }
  });
});
