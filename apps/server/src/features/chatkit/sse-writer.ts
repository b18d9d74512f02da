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
 * A reader slower than the run is not allowed to fill the memory: past 1 MB its signals are dropped, and once it has
 * caught up `resync` gives the frames that replace them (snapshots of the unfinished items). Durable frames are kept.
 * Without `resync` such a reader is sent away: it can come back and read on from the last event it has.
 */
export class SseWriter {
  readonly #response: ServerResponse;
  readonly #resync: (() => string) | undefined;
  #text = '';
  #scheduled = false;
  #first = true;
  #lagging = false;
  #closed = false;
  readonly #ping: NodeJS.Timeout;

  constructor(response: ServerResponse, options: { resync?: () => string; onClose: () => void }) {
    this.#response = response;
    this.#resync = options.resync;
    this.#ping = setInterval(() => this.write(': ping\n\n', true), pingMs).unref();
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

  write(frame: string, urgent: boolean, durable = false): void {
    if (this.#closed || (this.#lagging && !durable)) return;
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
    const taken = this.#response.write(this.#text);
    this.#text = '';
    if (taken) return;
    if (this.#response.writableLength > maxBufferedBytes) {
      if (!this.#resync) return void this.#response.destroy();
      this.#lagging = true;
    }
  }

  #drained(): void {
    if (!this.#lagging || !this.#resync) return;
    this.#lagging = false;
    this.write(this.#resync(), true);
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#ping);
  }
}
