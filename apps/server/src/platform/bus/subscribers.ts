import type { BusHandler } from './bus.ts';

/** Who listens to which channel in this process. */
export class Subscribers {
  readonly #channels = new Map<string, Set<BusHandler>>();

  /** True when this is the channel's first handler. */
  add(channel: string, handler: BusHandler): boolean {
    const handlers = this.#channels.get(channel);
    if (handlers) handlers.add(handler);
    else this.#channels.set(channel, new Set([handler]));
    return !handlers;
  }

  /** True when it was the channel's last handler. */
  remove(channel: string, handler: BusHandler): boolean {
    const handlers = this.#channels.get(channel);
    if (!handlers?.delete(handler) || handlers.size > 0) return false;
    return this.#channels.delete(channel);
  }

  deliver(channel: string, message: string): void {
    // A copy, since a handler may unsubscribe itself or others while it is told.
    const handlers = this.#channels.get(channel);
    if (handlers) for (const handler of [...handlers]) handler.message(message);
  }

  gap(channels: string[]): void {
    for (const channel of channels) for (const handler of [...(this.#channels.get(channel) ?? [])]) handler.gap?.();
  }

  clear(): void {
    this.#channels.clear();
  }
}
