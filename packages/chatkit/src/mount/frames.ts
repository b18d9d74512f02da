import type { StreamEvent } from '../protocol/events.ts';
import { encodeEvent } from '../server/wire.ts';

/** Proxies close idle connections, some after 30 s. A reasoning model can be silent for longer. */
export const defaultPingMs = 15_000;

/** A comment, which every reader of server-sent events skips. */
const ping = ': ping\n\n';

/**
 * The chunks that a mount writes for a stream. Events that are ready together become one chunk, since a stream of small
 * frames costs system calls rather than bytes. After `pingMs` milliseconds without an event it yields a comment (0: never).
 */
export async function* framesOf(
  batches: AsyncIterable<readonly StreamEvent[]>,
  pingMs: number,
): AsyncGenerator<string> {
  const source = batches[Symbol.asyncIterator]();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    let next = source.next();
    for (;;) {
      const silence = new Promise<'silence'>((resolve) => {
        if (pingMs > 0) timer = setTimeout(resolve, pingMs, 'silence');
      });
      const came = await Promise.race([next, silence]);
      clearTimeout(timer);
      if (came === 'silence') yield ping;
      else if (came.done) return;
      else {
        yield came.value.map(encodeEvent).join('');
        next = source.next();
      }
    }
  } finally {
    clearTimeout(timer);
    await source.return?.();
  }
}
