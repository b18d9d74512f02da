import { type Cluster, Command, Redis } from 'ioredis';
import { connectionOptions, openCluster, openRedis, type RedisAddress } from '../redis/connections.ts';

/** What one Redis and a Redis Cluster differ in for the bus. A shard is a server that carries some of the channels. */
export type Shards = {
  /** The shards that carry channels now, by name. None while they are not known yet. */
  names(): Set<string>;
  /** The place of a channel, which never changes. */
  placeOf(channel: string): number;
  /** The shard that carries the channels of a place now. */
  at(place: number): string | undefined;
  /** Whether messages can go out at all. */
  ready(): boolean;
  /** Nothing is kept of what cannot go out at once. */
  publish(channel: string, message: string): Promise<unknown>;
  /** Opens a connection to subscribe over, or none where the shard has just left. */
  listen(shard: string, heard: (channel: string, message: string) => void): Redis | undefined;
  subscribe(connection: Redis, channels: string[]): Promise<unknown>;
  unsubscribe(connection: Redis, channel: string): Promise<unknown>;
  /** Makes the connection that publishes to this shard anew. */
  reconnect(shard: string): void;
  close(): void;
};

/** `changed`: other shards, or other places at them, than before. */
type Events = { changed(): void; error(error: Error): void };

/** Resubscribing is ours, since every handler is told of the gap after it. */
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
 * Sharded publish/subscribe (Redis 7): a message goes to the one node that has the channel's slot, so that each node more carries
 * more messages. ioredis keeps the map of slots and follows redirections. Its own `shardedSubscribers` are not used: they do not
 * say which shard was lost, nor when a channel is subscribed again.
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
    // Without the first check, ioredis keeps messages until it knows the cluster.
    publish: async (channel, message) => out.status === 'ready' && out.spublish(channel, message),
    listen: (shard, heard) =>
      nodeOf(shard)
        ?.duplicate({ ...listening, lazyConnect: false })
        .on('smessage', heard),
    // One command for each: those of different slots must not be in one.
    subscribe: (connection, channels) => Promise.all(channels.map((channel) => connection.ssubscribe(channel))),
    unsubscribe: (connection, channel) => connection.sunsubscribe(channel),
    reconnect: (shard) => nodeOf(shard)?.disconnect(),
    close: () => out.disconnect(),
  };
}
