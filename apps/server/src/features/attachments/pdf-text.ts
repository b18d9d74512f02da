import { Worker } from 'node:worker_threads';

type Limits = {
  /** What is wanted of the text. */
  characters: number;
  /** Default 15 000. */
  milliseconds?: number;
  /** By how much this process may grow meanwhile; default 512. */
  megabytes?: number;
};

const watchEveryMs = 25;

/**
 * The text of a PDF, page by page, or null when it cannot be had: locked, damaged, or too much work.
 *
 * It is read in a thread of its own, since a PDF is a program of sorts: it can take for ever, or unfold a kilobyte to
 * gigabytes. The thread's own limit covers objects only, not the buffers it decompresses into, so its appetite is watched
 * from here.
 */
export async function pdfText(bytes: Uint8Array, { characters, milliseconds = 15_000, megabytes = 512 }: Limits) {
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData: { bytes, characters },
    // Nothing of ours, and it does not speak to the terminal.
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
  });
  const most = process.memoryUsage.rss() + megabytes * 1024 * 1024;
  try {
    return await new Promise<string | null>((resolve) => {
      const late = setTimeout(() => resolve(null), milliseconds);
      const greedy = setInterval(() => {
        if (process.memoryUsage.rss() > most) resolve(null);
      }, watchEveryMs);
      worker.once('message', (text: string | null) => resolve(text));
      worker.once('error', () => resolve(null));
      worker.once('exit', () => {
        clearTimeout(late);
        clearInterval(greedy);
        resolve(null);
      });
    });
  } finally {
    await worker.terminate();
  }
}
