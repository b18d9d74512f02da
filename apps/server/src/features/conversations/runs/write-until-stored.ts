import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../errors.ts';

/** How long the last words of an answer wait for a database that is away. Until then this process keeps and shows them. */
const patienceMs = 120_000;
const longestPauseMs = 1000;

const isAway = (error: unknown) =>
  error instanceof AppError && (error.code === 'database_unavailable' || error.code === 'disk_full');

/**
 * Retries a write while the database is away, for text that cannot be produced a second time. A write that got no answer
 * may have succeeded, so `find` looks before it is repeated.
 *
 * @throws what `write` throws, unless that is the absence of the database; that too once it lasts too long
 */
export async function writeUntilStored<T>(
  write: () => Promise<T>,
  find: () => Promise<T | null>,
  signal?: AbortSignal,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let pause = 50, tries = 0; ; tries++) {
    try {
      return (tries > 0 ? await find() : null) ?? (await write());
    } catch (error) {
      if (!isAway(error) || performance.now() > until || signal?.aborted) throw error;
      await sleep(pause, undefined, { signal }).catch(() => {});
      pause = Math.min(pause * 2, longestPauseMs);
    }
  }
}
