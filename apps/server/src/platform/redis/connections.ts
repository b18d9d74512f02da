import { Cluster, type ClusterNode, Redis } from 'ioredis';

/** One Redis, or a Redis Cluster, of which any node that answers is enough to find the others. */
export type RedisAddress = { urls: string[]; cluster: boolean };

/** A request of a person waits for the answer. Long enough that a busy moment of this process is not taken for a dead Redis. */
const patienceMs = 1000;

/** A connection that heals by itself. What is asked late is worthless: never queued, never sent twice. */
export const connectionOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: patienceMs,
  connectTimeout: 2000,
  retryStrategy: (attempt: number) => Math.min(100 * 2 ** Math.min(attempt, 6), 3000) * (0.5 + Math.random() / 2),
};

/** Connects without waiting: a server starts without Redis too. Commands of one moment go out together. */
export function openRedis(url: string): Redis {
  return new Redis(url, { ...connectionOptions, enableAutoPipelining: true });
}

/** The same for a cluster. Every node is asked with the user, password and TLS of the first address. */
export function openCluster(urls: string[]): Cluster {
  const first = new URL(urls[0]!);
  const { enableOfflineQueue, retryStrategy, ...ofNode } = connectionOptions;
  return new Cluster(urls.map(nodeOf), {
    enableOfflineQueue,
    enableAutoPipelining: true,
    // While one node is away, the cluster calls itself down, and the others go on carrying messages.
    enableReadyCheck: false,
    // A node that is away fails at once, as one Redis does, and is not tried again for a second and a half.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: 2000,
    clusterRetryStrategy: retryStrategy,
    // A name stays a name, which the certificate is for; each connection resolves it.
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
