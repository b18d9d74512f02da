import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Bus } from './bus.ts';
import { Subscribers } from './subscribers.ts';

const prefix = 'causerie:bus:';
const probeEveryMs = 5000;
/** While Redis is away, what other processes write is found in the log only by looking. */
const lookEveryMs = 2000;

/**
 * The bus of several processes, over Redis publish/subscribe.
 *
 * Subscribers of this process are told directly and Redis carries the message to the others, so a dead Redis costs the
 * other processes their hints and this one nothing. While Redis is away, and once more when it is back, every handler hears
 * `gap` and reads the log: what others do then arrives two seconds late instead of not at all.
 */
export function createRedisBus(url: string, log: { warn(details: object, message: string): void }): Bus {
  const self = randomBytes(6).toString('base64url');
  const subscribers = new Subscribers();
  // Signals are worthless late: with Redis away they are dropped, never queued. A hung Redis (SIGSTOP, a full disk) must
  // not hold a caller either, hence the command timeout.
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
    connectTimeout: 2000,
    retryStrategy: (attempt: number) => Math.min(100 * 2 ** Math.min(attempt, 6), 3000) * (0.5 + Math.random() / 2),
  };
  const out = new Redis(url, { ...options, enableAutoPipelining: true });
  const into = new Redis(url, { ...options, autoResubscribe: false });
  let wasUp = false;
  let closed = false;
  let warned = Number.NEGATIVE_INFINITY;

  const warn = (error: Error) => {
    if (closed || performance.now() - warned < 10_000) return;
    warned = performance.now();
    log.warn({ error: error.message }, 'Redis does not answer; this process goes on alone and will catch up');
  };
  out.on('error', warn);
  into.on('error', warn);
  // What another process waits for a message is what we wait for our own.
  const probe = `${prefix}probe:${self}`;
  let lag: number | null = null;
  let unanswered = false;
  const sendProbe = () => {
    if (!up()) return;
    // A Redis that hangs keeps its connections, and would be taken for one in which nothing happens.
    if (unanswered) for (const connection of [out, into]) connection.disconnect(true);
    unanswered = !unanswered;
    if (unanswered) out.publish(probe, String(performance.now())).catch(warn);
  };
  const up = () => out.status === 'ready' && into.status === 'ready';
  const probing = setInterval(sendProbe, probeEveryMs).unref();
  let looking: NodeJS.Timeout | undefined;
  into.on('close', () => {
    lag = null;
    unanswered = false;
    if (!closed) looking ??= setInterval(() => subscribers.gap(), lookEveryMs).unref();
  });
  into.on('message', (channel: string, message: string) => {
    if (channel === probe) {
      unanswered = false;
      lag = (performance.now() - Number(message)) / 1000;
      return;
    }
    const at = message.indexOf(' ');
    if (message.slice(0, at) === self) return;
    subscribers.deliver(channel.slice(prefix.length), message.slice(at + 1));
  });
  const channels = new Map<string, Promise<unknown>>();
  into.on('ready', () => {
    const again = [...channels.keys()].map((channel) => prefix + channel);
    const resubscribed = into.subscribe(probe, ...again);
    resubscribed
      .then(() => wasUp && subscribers.gap(), warn)
      .finally(() => {
        wasUp = true;
        clearInterval(looking);
        looking = undefined;
        sendProbe();
      });
  });

  return {
    publish(channel, message) {
      subscribers.deliver(channel, message);
      if (out.status === 'ready') out.publish(prefix + channel, `${self} ${message}`).catch(warn);
    },
    async subscribe(channel, handler) {
      if (subscribers.add(channel, handler)) {
        channels.set(
          channel,
          into.status === 'ready' ? into.subscribe(prefix + channel).catch(warn) : Promise.resolve(),
        );
      }
      await channels.get(channel);
      return () => {
        if (!subscribers.remove(channel, handler)) return;
        channels.delete(channel);
        if (into.status === 'ready') into.unsubscribe(prefix + channel).catch(warn);
      };
    },
    health: () => (up() ? 'up' : 'down'),
    lagSeconds: () => lag,
    async close() {
      closed = true;
      clearInterval(probing);
      clearInterval(looking);
      subscribers.clear();
      out.disconnect();
      into.disconnect();
    },
  };
}
