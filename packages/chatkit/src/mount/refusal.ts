import { ChatKitError } from '../protocol/errors.ts';
import type { ErrorEvent } from '../protocol/events.ts';
import type { Logger } from '../server/event-pump.ts';

export const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  // no-transform: a proxy that compresses would hold events back until its block is full.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
export const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** Sent when a stream breaks after its headers: a status can no longer say so. */
export const brokenStream: ErrorEvent = { type: 'error', code: 'stream.error', allow_retry: true };

/** What to answer in place of a result. What went wrong inside is logged, not told. */
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
