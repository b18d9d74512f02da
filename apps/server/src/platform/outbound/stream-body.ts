import { OutboundError } from './outbound-error.ts';
import { type Head, isRefusal, type Limits } from './send-request.ts';

/**
 * The body as a web stream, read no faster than its reader takes it. Received bytes are delivered before a failure is.
 *
 * A cancelled or failed web stream throws at a later write, and a Node stream that is destroyed in the middle of a write
 * goes on with its buffer. Thrown in a handler of the socket, this ends the process and all answers in flight: so the
 * handlers are removed before the stream ends (`leave`).
 */
export function streamBody(
  { message, deadline }: Head,
  signal: AbortSignal | undefined,
  limits: Limits,
): ReadableStream<Uint8Array> {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let idle: NodeJS.Timeout | undefined;
  let bytes = 0;
  let failure: Error | undefined;
  const highWaterMark = 16;

  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.mostBytes) {
      message.destroy(new OutboundError('too_large', 'the answer is too large'));
      return;
    }
    if (idle === undefined) {
      // A refusal is short: all of it must arrive within the limit of its first byte.
      if (!isRefusal(message)) clearTimeout(deadline);
      watch();
    } else idle.refresh();
    controller.enqueue(chunk);
    if ((controller.desiredSize ?? 0) <= 0) {
      message.pause();
      // The silence is now the reader's, not the server's.
      clearTimeout(idle);
    }
  };
  const end = () => {
    leave();
    controller.close();
  };
  const fail = (error: Error) => {
    leave();
    if (signal?.aborted) return controller.error(signal.reason);
    failure = error instanceof OutboundError ? error : new OutboundError('cut', 'the connection broke off', error);
    // A failing stream drops unread bytes, which are still wanted: the failure comes after them (see `pull`).
    if (controller.desiredSize === highWaterMark) controller.error(failure);
  };
  const leave = () => {
    clearTimeout(deadline);
    clearTimeout(idle);
    signal?.removeEventListener('abort', abort);
    message.off('data', take).off('end', end).off('error', fail);
  };
  const abort = () => message.destroy(signal!.reason as Error);
  const watch = () => {
    idle = setTimeout(() => {
      message.destroy(new OutboundError('timeout', `silent for ${limits.idleMs} ms`));
    }, limits.idleMs);
  };

  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        if (signal?.aborted) abort();
        signal?.addEventListener('abort', abort, { once: true });
        message.on('data', take).on('end', end).on('error', fail);
      },
      pull() {
        if (failure && controller.desiredSize === highWaterMark) return controller.error(failure);
        if (!message.isPaused()) return;
        idle?.refresh();
        message.resume();
      },
      cancel() {
        leave();
        message.destroy();
      },
    },
    { highWaterMark },
  );
}
