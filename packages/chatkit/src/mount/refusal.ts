import { ChatKitError } from '../protocol/errors.ts';
import type { ErrorEvent } from '../protocol/events.ts';
import type { Logger } from '../server/event-pump.ts';

export const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // no-transform: a compressing proxy would hold events back until its block is full.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
export const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** Sent when a stream fails after its headers, when it is too late for an HTTP status. */
export const brokenStream: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: true };

/** The response to an error in place of a result. An internal error is logged, and its details are not sent. */
export function refusalFor(error: unknown, logger: Logger): { status: number; body: string } {
  let refusal: ChatKitError;
  if (error instanceof ChatKitError) {
    refusal = error;
  } else {
    logger.error('A ChatKit request failed', { error });
    refusal = new ChatKitError('internal', 'Something went wrong');
  }
  return { status: refusal.status, body: JSON.stringify(refusal) };
}
