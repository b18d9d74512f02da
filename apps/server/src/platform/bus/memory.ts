import type { Bus } from './bus.ts';
import { Subscribers } from './subscribers.ts';

/** The bus of a server that runs as one process. */
export function createMemoryBus(): Bus {
  const subscribers = new Subscribers();
  return {
    publish: (channel, message) => subscribers.deliver(channel, message),
    async subscribe(channel, handler) {
      subscribers.add(channel, handler);
      return () => void subscribers.remove(channel, handler);
    },
    health: () => 'up',
    lagSeconds: () => 0,
    async close() {
      subscribers.clear();
    },
  };
}
