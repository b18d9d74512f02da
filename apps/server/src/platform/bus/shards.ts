import { type Cluster, Command, Redis } from 'ioredis';
import { connectionOptions, openCluster, openRedis, type RedisAddress } from '../redis/connections.ts';

/** The differences between one Redis and a Redis Cluster for the bus. A shard is a server that carries some of the channels. */
export type Shards = {
  /** The current shards, by name. None while they are not known yet. */
  names(): Set<string>;
  /** The slot of a channel, which never changes. */
  placeOf(channel: string): number;
  /** The shard that carries the channels of a slot now. */
  at(place: number): string | undefined;
  /** Whether any message can be sent. */
  ready(): boolean;
  /** Publishes a message, or drops it when it cannot be sent at once. */
  publish(channel: string, message: string): Promise<unknown>;
  /** Opens a connection for subscriptions; undefined where the shard has just left. */
  listen(shard: string, heard: (channel: string, message: string) => void): Redis | undefined;
  subscribe(connection: Redis, channels: string[]): Promise<unknown>;
  unsubscribe(connection: Redis, channel: string): Promise<unknown>;
  /** Reconnects the connection that publishes to this shard. */
  reconnect(shard: string): void;
  close(): void;
};

/** `changed`: shards or the slots at them have changed. */
type Events = { changed(): void; error(error: Error): void };

/** We resubscribe ourselves, since every handler needs a gap after it. */
const listening = { ...connectionOptions, autoResubscribe: false };

export function openShards({ urls, cluster }: RedisAddress, events: Events): Shards {
  return cluster ? clusterShards(urls, events) : oneShard(urls[0]!, events);
}

function oneShard(url: string, events: Events): Shards {
  const name = 'redis';
  const out = openRedis(url);
  out.on('error', events.error);
  return {
    names: () => new Set([name]),
    placeOf: () => 0,
    at: () => name,
    ready: () => out.status === 'ready',
    publish: async (channel, message) => out.status === 'ready' && out.publish(channel, message),
    listen: (_, heard) => new Redis(url, listening).on('message', heard),
    subscribe: (connection, channels) => connection.subscribe(...channels),
    unsubscribe: (connection, channel) => connection.unsubscribe(channel),
    reconnect: () => out.disconnect(true),
    close: () => out.disconnect(),
  };
}

/**
 * Sharded publish/subscribe (Redis 7): a message goes to the one node that has the channel's slot, so that each further
 * node carries more messages. ioredis keeps the map of slots and follows redirections. Its own `shardedSubscribers` are not
 * used: they do not report which shard was lost, nor when a channel is subscribed again.
 */
function clusterShards(urls: string[], events: Events): Shards {
  const out: Cluster = openCluster(urls);
  out.on('error', events.error);
  out.on('node error', events.error);
  out.on('refresh', events.changed);
  const nodeOf = (shard: string) =>
    out.nodes('master').find(({ options }) => `${options.host}:${options.port}` === shard);
  return {
    names: () => new Set(out.slots.flatMap((nodes) => nodes.slice(0, 1))),
    placeOf: (channel) => new Command('spublish', [channel]).getSlot(),
    at: (slot) => out.slots[slot]?.[0],
    ready: () => out.status === 'ready',
    // Without the first check, ioredis queues messages until it knows the cluster.
    publish: async (channel, message) => out.status === 'ready' && out.spublish(channel, message),
    listen: (shard, heard) =>
      nodeOf(shard)
        ?.duplicate({ ...listening, lazyConnect: false })
        .on('smessage', heard),
    // One command for each: a command must not name channels of different slots.
    subscribe: (connection, channels) => Promise.all(channels.map((channel) => connection.ssubscribe(channel))),
    unsubscribe: (connection, channel) => connection.sunsubscribe(channel),
    reconnect: (shard) => nodeOf(shard)?.disconnect(),
    close: () => out.disconnect(),
  };
}
