import type { ServerResponse } from 'node:http';

/** What a slow reader may hold back in this process before signals are dropped for it. */
const maxBufferedBytes = 1024 * 1024;
/** Proxies close what is silent, some after 30 s; a model that thinks is silent for longer. */
const pingMs = 15_000;

export const sseHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // `no-transform` keeps compressing proxies away; nginx honours the last one.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * Writes server-sent events to one reader.
 *
 * Frames that are ready together leave in one write: syscalls are what a stream costs (4 frames a write carry 2.6 times
 * the events a second of one). Nothing waits for a timer: a write happens when the event loop has handled what is ready,
 * at once for the first frame and for `urgent` ones.
 *
 * A reader slower than what is told is not allowed to fill the memory: with 1 MB waiting for it, it is lagging, and whoever
 * writes leaves out what can be made up for; `onDrain` is told once it has caught up. One frame may be larger than that.
 */
export class SseWriter {
  readonly #response: ServerResponse;
  readonly #options: { onLag?: () => void; onDrain: () => void; onClose: () => void };
  #text = '';
  #scheduled = false;
  #first = true;
  #lagging = false;
  #closed = false;
  readonly #ping: NodeJS.Timeout;

  constructor(response: ServerResponse, options: { onLag?: () => void; onDrain: () => void; onClose: () => void }) {
    this.#response = response;
    this.#options = options;
    this.#ping = setInterval(() => {
      if (!this.#lagging) this.write(': ping\n\n', true);
    }, pingMs).unref();
    response.on('drain', () => this.#drained());
    response.on('close', () => {
      const early = !this.#closed;
      this.#close();
      if (early) options.onClose();
    });
    response.on('error', () => {});
  }

  get closed(): boolean {
    return this.#closed;
  }

  get lagging(): boolean {
    return this.#lagging;
  }

  write(frame: string, urgent: boolean): void {
    if (this.#closed) return;
    this.#text += frame;
    if (urgent || this.#first) {
      this.#first = false;
      this.#flush();
      // node:http holds a written chunk back until the microtasks are done, and an answer of which much came at once
      // goes on in microtasks for milliseconds.
      this.#response.socket?.uncork();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    }
  }

  end(): void {
    if (this.#closed) return;
    this.#flush();
    this.#close();
    this.#response.end();
  }

  #flush(): void {
    if (this.#text === '' || this.#closed) return;
    this.#ping.refresh();
    const waiting = this.#response.writableLength;
    this.#response.write(this.#text);
    this.#text = '';
    // By what waited before: whoever has taken all of the rest may be sent an answer of any length.
    if (waiting <= maxBufferedBytes || this.#lagging) return;
    this.#lagging = true;
    this.#options.onLag?.();
  }

  #drained(): void {
    if (!this.#lagging || this.#closed) return;
    this.#lagging = false;
    this.#options.onDrain();
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#ping);
  }
}
