import type { StreamEvent } from '../protocol/events.ts';
import { encodeEvent } from '../server/wire.ts';

/** Proxies close what is silent, some after 30 s; a model that thinks is silent for longer. */
export const defaultPingMs = 15_000;

/** A comment, which every reader of server-sent events passes over. */
const ping = ': ping\n\n';

/**
 * What a mount writes of a stream: everything that was ready together as one text, since system calls, not bytes, are what a
 * stream of small frames costs; and a comment whenever nothing came for `pingMs` milliseconds (0: never).
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
