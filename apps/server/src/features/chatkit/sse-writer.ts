import type { ServerResponse } from 'node:http';

/** The most bytes that may wait for a slow reader in this process before signals are dropped for it. */
const maxBufferedBytes = 1024 * 1024;
/** Proxies close silent connections, some after 30 s; a model that thinks is silent for longer. */
const pingMs = 15_000;

export const sseHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // `no-transform` keeps compressing proxies away; nginx honours the last header.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/**
 * Writes server-sent events to one reader.
 *
 * Frames that are ready together leave in one write: syscalls are the cost of a stream (4 frames a write carry 2.6 times
 * the events a second of one). No write waits for a timer: it happens when the event loop has handled what is ready, and at
 * once for the first frame and for `urgent` ones.
 *
 * A slow reader must not fill the memory. With 1 MB waiting, the reader is lagging: the caller leaves out what a snapshot
 * can replace, and `onDrain` is called once the reader has caught up. A single frame may be larger than that.
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
      // node:http holds a written chunk back until the microtasks are done, and an answer that arrives in large pieces
      // continues in microtasks for milliseconds.
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
    // Judged by what waited before this write: a reader that has taken the rest may receive an answer of any length.
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
