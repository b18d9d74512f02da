import type { Frame, FrameWriter } from '../../../platform/sockets/index.ts';

/** With more waiting than this a reader is slow: what can be lost without harm is. */
const slowBytes = 256 * 1024;
/** More than this does not wait for one who is slow, beyond the frame that made it so, however large. */
const mostBytes = 4 * 1024 * 1024;
/** A slow reader that takes less than this is gone. The slowest phone line is quicker. */
const leastBytesPerSecond = 4096;

/**
 * What leaves for one client. `ws` takes whatever it is given and keeps it: one reader that had stopped to read filled 237 MB
 * in five seconds.
 */
export class Outbox {
  readonly #writer: FrameWriter;
  readonly #on: { drained(): void; hopeless(): void };
  readonly #patienceMs: number;
  #isSlow = false;
  #most = 0;
  #watching: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(
    writer: FrameWriter,
    patienceMs: number,
    on: {
      /** All has left. */
      drained(): void;
      /** Nothing helps: close. */
      hopeless(): void;
    },
  ) {
    this.#writer = writer;
    this.#patienceMs = patienceMs;
    this.#on = on;
    writer.onDrain(() => {
      if (!this.#isSlow) return;
      this.close();
      on.drained();
    });
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  write(frame: Frame): void {
    this.#writer.write(frame);
    const { buffered } = this.#writer;
    if (buffered > slowBytes) this.#lag(buffered);
  }

  /** Resolves at once, or when a slow reader has taken all; or the socket ends. */
  drained(): Promise<void> {
    return this.#isSlow ? new Promise((resolve) => this.#waiting.add(resolve)) : Promise.resolve();
  }

  /** Stops what watches. */
  close(): void {
    this.#isSlow = false;
    clearInterval(this.#watching);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #lag(buffered: number): void {
    if (this.#isSlow) {
      if (buffered > this.#most) this.#on.hopeless();
      return;
    }
    this.#isSlow = true;
    this.#most = buffered + mostBytes;
    let taken = this.#writer.taken;
    this.#watching = setInterval(() => {
      const now = this.#writer.taken;
      if (now - taken < (leastBytesPerSecond * this.#patienceMs) / 1000) this.#on.hopeless();
      taken = now;
    }, this.#patienceMs).unref();
  }
}
