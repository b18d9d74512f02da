import type { BusHandler } from './bus.ts';

/** The handlers of this process, by channel. */
export class Subscribers {
  readonly #channels = new Map<string, Set<BusHandler>>();

  /** Returns true for the channel's first handler. */
  add(channel: string, handler: BusHandler): boolean {
    const handlers = this.#channels.get(channel);
    if (handlers) handlers.add(handler);
    else this.#channels.set(channel, new Set([handler]));
    return !handlers;
  }

  /** Returns true when that was the channel's last handler. */
  remove(channel: string, handler: BusHandler): boolean {
    const handlers = this.#channels.get(channel);
    if (!handlers?.delete(handler) || handlers.size > 0) return false;
    return this.#channels.delete(channel);
  }

  deliver(channel: string, message: string): void {
    // A copy, since a handler may unsubscribe itself or others during delivery.
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
