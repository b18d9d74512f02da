import type { Api } from './api.ts';
import { ApiError } from './api-error.ts';
import { pause } from './pause.ts';
import type { OnEvent } from './read-events.ts';

/**
 * Keeps the live feed of one thread open, however often the connection breaks. Waits twice as long after each failure, up
 * to half a minute, with jitter so that clients do not all come back to a restarted server at once.
 */
export class LiveFeed {
  readonly #stop = new AbortController();

  constructor(options: {
    api: Api;
    threadId: string;
    /** Returns the last event applied; called on every connection. */
    after(): number;
    /** Whether an answer seems to be running. The server then ends the feed when none is, or when it has ended. */
    awaitsEnd(): boolean;
    onEvent: OnEvent;
    /** Called when the connection breaks (`true`) and when it is back (`false`). */
    onBroken(broken: boolean): void;
    /** Called when the server ended the feed, refused it, or cannot go on from the last event: then the thread is read anew. */
    onEnd(how: 'ended' | 'refused' | 'lost'): void;
  }) {
    void this.#run(options);
  }

  close(): void {
    this.#stop.abort(new DOMException('closed', 'AbortError'));
  }

  async #run(options: ConstructorParameters<typeof LiveFeed>[0]): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const opened = Date.now();
      try {
        await options.api.live(options.threadId, options.after(), options.awaitsEnd(), {
          signal,
          onOpen: () => options.onBroken(false),
          onEvent: options.onEvent,
        });
        if (Date.now() - opened > 5000) failures = 0;
        if (signal.aborted) return;
        options.onEnd('ended');
      } catch (error) {
        if (signal.aborted) return;
        const status = error instanceof ApiError ? error.status : 0;
        if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
          // The event is too old (410), or newer than any of the server, which was restored from a copy (400).
          options.onEnd(status === 410 || status === 400 ? 'lost' : 'refused');
          return;
        }
        options.onBroken(true);
      }
      await pause(Math.min(30_000, 400 * 2 ** failures++) * (0.5 + Math.random() / 2), signal);
    }
  }
}
