import type { StreamEvent } from '../protocol.ts';
import { ApiError } from './api-error.ts';
import { SseParser } from './sse.ts';

/** Takes an event of a stream. `id` is its place in the conversation's log; ordinary servers send none. */
export type OnEvent = (event: StreamEvent, id: number | undefined) => void;

/** Reads the events of a response to its end. Rejects when it breaks, or `signal` is aborted. */
export async function readEvents(response: Response, onEvent: OnEvent, signal: AbortSignal): Promise<void> {
  const parser = new SseParser((frame) => {
    let event: unknown;
    try {
      event = JSON.parse(frame.data);
    } catch {
      // A frame that is no event (a proxy's message, `[DONE]`) must not end the answer.
      return;
    }
    if (!event || typeof event !== 'object' || typeof (event as { type?: unknown }).type !== 'string') return;
    const id = frame.id === undefined ? Number.NaN : Number(frame.id);
    onEvent(event as StreamEvent, Number.isFinite(id) ? id : undefined);
  });
  if (!response.body) return;
  const reader = response.body.getReader();
  // The page's fetch may have dropped the signal; Stop must end the stream all the same.
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw signal.reason;
      if (done) return;
      parser.push(value);
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new ApiError(0, 'network', undefined, { cause });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
