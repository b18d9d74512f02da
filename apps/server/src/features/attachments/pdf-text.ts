import { runInWorker } from '../../platform/workers/index.ts';

type Limits = {
  /** What is wanted of the text. */
  characters: number;
  /** Default 5000. */
  milliseconds?: number;
  /** By how much this process may grow meanwhile; default 256. The thread's objects may take 128 of it. */
  megabytes?: number;
};

/**
 * The text of a PDF, page by page, or null when it cannot be had: locked, damaged, or too much work.
 *
 * It is read in a thread of its own, since a PDF is a program of sorts: it can take for ever, or unfold a kilobyte to
 * gigabytes.
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
