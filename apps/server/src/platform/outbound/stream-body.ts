import { OutboundError } from './outbound-error.ts';
import { type Head, isRefusal, type Limits } from './send-request.ts';

/**
 * The body as a web stream, read no faster than it is taken. What has come is given out before a failure is.
 *
 * A cancelled or failed web stream throws at whoever still writes to it, and a Node stream goes on with what it holds when
 * it is destroyed in the middle of that. Thrown in a handler of the socket, this ends the process and everybody's answers:
 * so the handlers go before the stream does (`leave`).
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
      // A refusal is short: all of it has the time of its first byte.
      if (!isRefusal(message)) clearTimeout(deadline);
      watch();
    } else idle.refresh();
    controller.enqueue(chunk);
    if ((controller.desiredSize ?? 0) <= 0) {
      message.pause();
      // The silence is now ours: nobody reads.
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
    // A stream that fails forgets what was not read, which is not lost yet: it fails behind it (see `pull`).
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
