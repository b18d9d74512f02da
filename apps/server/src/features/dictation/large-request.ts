import { AppError } from '../../errors.ts';
import { runInWorker } from '../../platform/workers/index.ts';

/** A recording as received: `mimeType` as the client wrote it. */
export type Recording = { data: Uint8Array; mimeType: string };

/** The thread's result for a body; see there. */
export type LargeRequest = Recording | 'malformed' | 'another';

/**
 * The recording in a ChatKit request of more than a megabyte, a size that only `input.transcribe` may have. A thread of its
 * own parses it: a megabyte of JSON takes milliseconds, fourteen made to be slow took six seconds of the event loop.
 * @throws AppError `bad_request`; `payload_too_large` for every other request
 */
export async function readLargeRequest(body: Buffer): Promise<Recording> {
  const script = new URL('./large-request-worker.ts', import.meta.url);
  const read = await runInWorker<LargeRequest>(script, { body });
  if (read === 'another') throw new AppError('payload_too_large');
  if (read === null || read === 'malformed') throw new AppError('bad_request', 'The recording cannot be read.');
  return read;
}
