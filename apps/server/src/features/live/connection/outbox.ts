import type { Frame, FrameWriter } from '../../../platform/sockets/index.ts';

/** With more bytes waiting than this, a reader is slow: frames that it can do without are dropped. */
const slowBytes = 256 * 1024;
/** The most bytes that wait for a slow reader, beyond the frame that made it slow, however large that is. */
const mostBytes = 4 * 1024 * 1024;
/** A slow reader that takes less than this is disconnected. The slowest phone line is quicker. */
const leastBytesPerSecond = 4096;

/**
 * The outgoing frames of one client. `ws` keeps everything it is given: one reader that had stopped to read filled 237 MB
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
      /** All frames have left. */
      drained(): void;
      /** The reader takes too little: close the socket. */
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

  /** Resolves once a slow reader has taken all frames, or the socket ends; at once for other readers. */
  drained(): Promise<void> {
    return this.#isSlow ? new Promise((resolve) => this.#waiting.add(resolve)) : Promise.resolve();
  }

  /** Stops the timers. */
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
