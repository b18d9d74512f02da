import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../../../../tools/free-port.ts';
import type { RedisAddress } from './connections.ts';

const binary = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'].find((file) =>
  existsSync(file),
);

/** Whether this machine has Redis; without it these tests are skipped, and the runner reports that. */
export const hasRedis = binary !== undefined;

/** A test's own Redis, which can die, hang and come back at the same address. */
export type TestRedis = {
  url: string;
  address: RedisAddress;
  /** Resolves when it accepts connections. */
  start(): Promise<void>;
  /** Kills it at once; nothing is stored. */
  kill(): Promise<void>;
  /** Freezes it: its connections stay open, and it answers nothing. */
  freeze(): void;
  thaw(): void;
};

/** Starts it. Call `kill` in the end. */
export async function testRedis(args: string[] = []): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const redis: TestRedis = {
    url,
    address: { urls: [url], cluster: false },
    async start() {
      const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = spawn(binary!, [...own, ...args], { stdio: 'ignore' });
      while (!(await answers(port))) {
        if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
        await sleep(20);
      }
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    freeze: () => void child!.kill('SIGSTOP'),
    thaw: () => void child!.kill('SIGCONT'),
  };
  await redis.start();
  return redis;
}

/** A Redis Cluster of three servers with a third of the slots each, and no replicas; all other settings are Redis' defaults. */
export type TestRedisCluster = { nodes: TestRedis[]; address: RedisAddress; kill(): Promise<void> };

const slotRanges = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const;

/** Starts it. Call `kill` in the end. */
export async function testRedisCluster(): Promise<TestRedisCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'causerie-redis-cluster-'));
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  // The default port between nodes is the other plus 10 000, which need not be free.
  const nodes = await Promise.all(
    ports.map((port, n) =>
      testRedis(
        ['--cluster-enabled', 'yes', '--cluster-port', String(port), '--cluster-node-timeout', '1000'].concat([
          '--dir',
          directory,
          '--cluster-config-file',
          `nodes-${n}.conf`,
        ]),
      ),
    ),
  );
  const clients = nodes.map(({ url }) => new Redis(url));
  try {
    for (const [n, client] of clients.entries()) {
      await client.cluster('SET-CONFIG-EPOCH', n + 1);
      await client.cluster('ADDSLOTSRANGE', ...slotRanges[n]!);
      const { hostname, port } = new URL(nodes[n]!.url);
      if (n > 0) await clients[0]!.call('CLUSTER', 'MEET', hostname, port, ports[n]!);
    }
    for (const client of clients)
      while (!/cluster_state:ok.*cluster_known_nodes:3/s.test(await client.cluster('INFO'))) await sleep(20);
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    nodes,
    address: { urls: nodes.map(({ url }) => url), cluster: true },
    async kill() {
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(directory, { recursive: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return String(answer).startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
