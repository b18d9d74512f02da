import { runInWorker } from '../../platform/workers/index.ts';

type Limits = {
  /** Limits of the extraction. */
  characters: number;
  /** Default 5000. */
  milliseconds?: number;
  /** How much this process may grow meanwhile; default 256. The thread's objects may take 128 of it. */
  megabytes?: number;
};

/**
 * The text of a PDF, page by page, or null when it is locked, damaged, or too much work.
 *
 * A thread of its own reads it, since a PDF is a program of sorts: it can run for ever, or unfold a kilobyte to gigabytes.
 */
export function pdfText(
  bytes: Uint8Array,
  { characters, milliseconds, megabytes = 256 }: Limits,
): Promise<string | null> {
  return runInWorker<string | null>(
    new URL('./pdf-worker.ts', import.meta.url),
    { bytes, characters },
    { growthMegabytes: megabytes, ...(milliseconds === undefined ? {} : { milliseconds }) },
  );
}
