import type { Api } from './api.ts';
import { ApiError } from './api-error.ts';
import { pause } from './pause.ts';
import type { OnEvent } from './read-events.ts';

/**
 * Keeps the live feed of one thread open, however often the line breaks: waits twice as long after each failure, up to
 * half a minute, with jitter so that a restarted server is not met by everybody at once.
 */
export class LiveFeed {
  readonly #stop = new AbortController();

  constructor(options: {
    api: Api;
    threadId: string;
    /** The last event seen; asked anew on every connection. */
    after(): number;
    /** An answer is thought to be running: the server ends the feed when it is not, which tells us so. */
    awaitsEnd(): boolean;
    onEvent: OnEvent;
    /** The line broke (`true`) or is back (`false`). */
    onBroken(broken: boolean): void;
    /** The server ended the feed, will not have it, or cannot go on from the last event: the thread is to be read anew. */
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
          // Too long ago (410), or of a future that this server does not know, such as one put back from a copy (400).
          options.onEnd(status === 410 || status === 400 ? 'lost' : 'refused');
          return;
        }
        options.onBroken(true);
      }
      await pause(Math.min(30_000, 400 * 2 ** failures++) * (0.5 + Math.random() / 2), signal);
    }
  }
}
