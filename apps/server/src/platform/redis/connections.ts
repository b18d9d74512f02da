import { Cluster, type ClusterNode, Redis } from 'ioredis';

/** One Redis, or a Redis Cluster, of which any node that answers leads to the others. */
export type RedisAddress = { urls: string[]; cluster: boolean };

/**
 * A person's request waits this long for an answer. Long enough that a busy moment of this process does not look like a
 * dead Redis.
 */
const patienceMs = 1000;

/** A connection that recovers by itself. Late commands are worthless: never queued, never sent twice. */
export const connectionOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: patienceMs,
  connectTimeout: 2000,
  retryStrategy: (attempt: number) => Math.min(100 * 2 ** Math.min(attempt, 6), 3000) * (0.5 + Math.random() / 2),
};

/** Connects without waiting: a server starts without Redis too. Commands of one moment are sent together. */
export function openRedis(url: string): Redis {
  return new Redis(url, { ...connectionOptions, enableAutoPipelining: true });
}

/** The same for a cluster. Every node gets the user, password and TLS of the first address. */
export function openCluster(urls: string[]): Cluster {
  const first = new URL(urls[0]!);
  const { enableOfflineQueue, retryStrategy, ...ofNode } = connectionOptions;
  return new Cluster(urls.map(nodeOf), {
    enableOfflineQueue,
    enableAutoPipelining: true,
    // While one node is away, the cluster reports itself as down, and the other nodes still carry messages.
    enableReadyCheck: false,
    // A node that is away fails at once, like a single Redis, and is not tried again for a second and a half.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: 2000,
    clusterRetryStrategy: retryStrategy,
    // Host names stay as they are, since certificates name them; each connection resolves its own.
    dnsLookup: (name, callback) => callback(null, name),
    redisOptions: {
      ...ofNode,
      ...(first.username && { username: decodeURIComponent(first.username) }),
      ...(first.password && { password: decodeURIComponent(first.password) }),
      ...(first.protocol === 'rediss:' && { tls: {} }),
    },
  });
}

function nodeOf(url: string): ClusterNode {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
}
