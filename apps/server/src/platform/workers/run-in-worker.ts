import { Worker } from 'node:worker_threads';

/** What a piece of work may take. */
export type WorkLimits = {
  /** Default 5000, from when the thread has started. */
  milliseconds?: number;
  /** For the thread's objects; default 128. */
  megabytes?: number;
  /**
   * By how much this process may grow meanwhile. The thread's own limit covers objects only, not the buffers it fills, so
   * the appetite of work that fills buffers is watched from here. Default: not watched.
   */
  growthMegabytes?: number;
};

/** A thread that cannot even start in this time does not get its work done either. */
const startMs = 30_000;
const watchEveryMs = 25;

/**
 * Runs a script in a thread, and returns its answer (`parentPort.postMessage`) to its `workerData`, or null when it fails
 * or takes too much. For input from people that can occupy a core or fill the memory: the event loop serves everybody else.
 * `data` is copied, except for the buffers in `transfer`.
 */
export async function runInWorker<Answer>(
  script: URL,
  data: unknown,
  { milliseconds = 5000, megabytes = 128, growthMegabytes }: WorkLimits = {},
  transfer: ArrayBuffer[] = [],
): Promise<Answer | null> {
  const worker = new Worker(script, {
    workerData: data,
    transferList: transfer,
    // Nothing of ours, and it does not speak to the terminal.
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 32 },
  });
  const most = growthMegabytes === undefined ? undefined : process.memoryUsage.rss() + growthMegabytes * 1024 * 1024;
  try {
    return await new Promise<Answer | null>((resolve) => {
      let late = setTimeout(() => resolve(null), startMs);
      const greedy =
        most === undefined
          ? undefined
          : setInterval(() => {
              if (process.memoryUsage.rss() > most) resolve(null);
            }, watchEveryMs);
      worker.once('online', () => {
        clearTimeout(late);
        late = setTimeout(() => resolve(null), milliseconds);
      });
      worker.once('message', (answer: Answer) => resolve(answer));
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
