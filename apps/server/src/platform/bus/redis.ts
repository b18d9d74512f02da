import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisAddress } from '../redis/connections.ts';
import type { Bus } from './bus.ts';
import { openShards } from './shards.ts';
import { Subscribers } from './subscribers.ts';

const prefix = 'causerie:bus:';
const probeEveryMs = 5000;
/** How often handlers read the log while Redis is away: only that shows them what other processes write. */
const lookEveryMs = 1000;

/** The subscriptions of this process at one shard. */
type Link = {
  connection: Redis;
  /** A channel of this shard that only this process publishes to: its own messages measure the delay of all others. */
  probe: string;
  unanswered: boolean;
  lagSeconds: number | null;
  /** Whether every channel that the shard carried at the time of the connection is subscribed. */
  joined: boolean;
};

/** A channel with handlers here. `link`: the connection over which it is subscribed. */
type Channel = { place: number; link: Link | undefined; subscribed: Promise<unknown> };

/**
 * The bus of several processes, over Redis publish/subscribe: one Redis, or the shards of a Redis Cluster.
 *
 * Subscribers of this process receive a message directly, and Redis carries it to the others: a dead Redis costs the other
 * processes their hints and this one nothing. While a shard is away, and once more when it is back, the handlers of its
 * channels get `gap` and read the log: the changes of others arrive a second late instead of not at all. Late signals are
 * worthless: while the shard is away they are dropped, never queued.
 */
export function createRedisBus(address: RedisAddress, log: { warn(details: object, message: string): void }): Bus {
  const self = randomBytes(6).toString('base64url');
  const subscribers = new Subscribers();
  const links = new Map<string, Link>();
  const channels = new Map<string, Channel>();
  let closed = false;
  let warned = Number.NEGATIVE_INFINITY;

  const warn = (error: Error) => {
    if (closed || performance.now() - warned < 10_000) return;
    warned = performance.now();
    log.warn({ error: error.message }, 'Redis does not answer; this process goes on alone and will catch up');
  };

  const linkAt = (place: number) => links.get(shards.at(place) ?? '');
  const isHeard = ({ link }: Channel) => link?.joined === true;
  const isReady = (link: Link | undefined): link is Link => link?.connection.status === 'ready';

  /** A channel that this shard carries, found by trying: of three shards, each has about every third. */
  const nameProbe = (shard: string) => {
    for (let n = 0; ; n++) {
      const probe = `${prefix}probe:${self}:${n}`;
      if (shards.at(shards.placeOf(probe)) === shard) return probe;
    }
  };

  const sendProbe = (shard: string, link: Link) => {
    if (!link.joined || !shards.ready()) return;
    // A Redis that hangs keeps its connections, and looks like one without messages.
    if (link.unanswered) {
      shards.reconnect(shard);
      link.connection.disconnect(true);
    }
    link.unanswered = !link.unanswered;
    if (link.unanswered) shards.publish(link.probe, String(performance.now())).catch(warn);
  };

  /** Subscribes the channels that the link lacks, then reports a gap for the time until now. */
  const join = async (shard: string, link: Link) => {
    const missing = [...channels].filter(
      ([, channel]) => linkAt(channel.place) === link && !(link.joined && channel.link === link),
    );
    const { joined } = link;
    try {
      await shards.subscribe(link.connection, [link.probe, ...missing.map(([name]) => prefix + name)]);
    } catch (error) {
      // `look` tries again.
      return warn(error as Error);
    }
    if (!isReady(link)) return;
    link.joined = true;
    for (const [, channel] of missing) channel.link = link;
    subscribers.gap(missing.map(([name]) => name));
    if (!joined) sendProbe(shard, link);
  };

  const open = (shard: string) => {
    const probe = nameProbe(shard);
    const connection = shards.listen(shard, (channel, message) => {
      if (channel === link.probe) {
        link.unanswered = false;
        link.lagSeconds = (performance.now() - Number(message)) / 1000;
        return;
      }
      const at = message.indexOf(' ');
      if (message.slice(0, at) === self) return;
      subscribers.deliver(channel.slice(prefix.length), message.slice(at + 1));
    });
    if (!connection) return;
    const link: Link = { connection, probe, unanswered: false, lagSeconds: null, joined: false };
    links.set(shard, link);
    connection.on('error', warn);
    connection.on('ready', () => void join(shard, link));
    connection.on('close', () => {
      link.joined = false;
      link.unanswered = false;
      link.lagSeconds = null;
    });
  };

  /** Handles shards that come and go, and slots that move from one to another. */
  const follow = () => {
    if (closed) return;
    const names = shards.names();
    for (const [shard, link] of links) {
      if (names.has(shard)) continue;
      links.delete(shard);
      link.connection.disconnect();
    }
    for (const shard of names) if (!links.has(shard)) open(shard);
    const moved = new Set<Link>();
    for (const channel of channels.values()) {
      const link = linkAt(channel.place);
      if (channel.link === link) continue;
      channel.link = undefined;
      if (link) moved.add(link);
    }
    for (const [shard, link] of links) {
      if (shards.at(shards.placeOf(link.probe)) !== shard) {
        Object.assign(link, { probe: nameProbe(shard), unanswered: false });
        moved.add(link);
      }
      if (moved.has(link) && isReady(link)) void join(shard, link);
    }
  };

  const look = () => {
    const unheard = [...channels].filter(([, channel]) => !isHeard(channel));
    subscribers.gap(unheard.map(([name]) => name));
    const behind = new Set(unheard.map(([, channel]) => linkAt(channel.place)));
    for (const [shard, link] of links) if (isReady(link) && (!link.joined || behind.has(link))) void join(shard, link);
  };

  const shards = openShards(address, { changed: follow, error: warn });
  follow();
  const timers = [
    setInterval(() => links.forEach((link, shard) => void sendProbe(shard, link)), probeEveryMs).unref(),
    setInterval(look, lookEveryMs).unref(),
  ];

  return {
    publish(channel, message) {
      subscribers.deliver(channel, message);
      shards.publish(prefix + channel, `${self} ${message}`).catch(warn);
    },
    async subscribe(name, handler) {
      if (subscribers.add(name, handler)) {
        const place = shards.placeOf(prefix + name);
        const channel: Channel = { place, link: undefined, subscribed: Promise.resolve() };
        channels.set(name, channel);
        const link = linkAt(place);
        const heard = () => {
          channel.link = link;
        };
        if (isReady(link)) channel.subscribed = shards.subscribe(link.connection, [prefix + name]).then(heard, warn);
      }
      await channels.get(name)?.subscribed;
      return () => {
        if (!subscribers.remove(name, handler)) return;
        const link = channels.get(name)?.link;
        channels.delete(name);
        if (isReady(link)) shards.unsubscribe(link.connection, prefix + name).catch(warn);
      };
    },
    health: () =>
      shards.ready() && links.size > 0 && [...links.values()].every(({ joined }) => joined) ? 'up' : 'down',
    lagSeconds() {
      let longest: number | null = null;
      for (const { lagSeconds } of links.values()) {
        if (lagSeconds === null) return null;
        longest = Math.max(longest ?? 0, lagSeconds);
      }
      return longest;
    },
    async close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      subscribers.clear();
      shards.close();
      for (const { connection } of links.values()) connection.disconnect();
    },
  };
}
