import { setTimeout as sleep } from 'node:timers/promises';

/** The clock that all processes of a machine share, in milliseconds. */
export const sharedClock = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Tokens at their times, as a model makes them: each says when it was due, by `sharedClock`. One that comes late makes the
 * next ones no later.
 */
export function startPace(everyMs: number): (index: number) => Promise<string> {
  const began = sharedClock();
  return async (index) => {
    const due = began + index * everyMs;
    const wait = due - sharedClock();
    if (wait > 0) await sleep(wait);
    return `at=${due.toFixed(3)} `;
  };
}
