import { setImmediate as afterPoll, setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../errors.ts';

/**
 * Patience is counted in looks, not by the clock: while this process stands still, for whatever reason, it can read no
 * answer, and a clock would blame the database for the silence.
 */
const lookEveryMs = 250;
/** After this many looks without an answer to a statement, the database is probed … */
const probeAfter = 6;
/** … and it hangs if the probe has no answer within this many looks. Together below five seconds. */
const probeFor = 10;

type Waiting = { since: number; reject(error: AppError): void };

export type Watch = {
  /**
   * Runs the work, or rejects with `database_unavailable` once the database hangs: at once while it is known to. A value
   * that arrives after that goes to `late`.
   */
  watch<T>(work: () => Promise<T>, late?: (value: T) => void): Promise<T>;
  close(): void;
};

/**
 * Distinguishes a database that hangs (frozen, behind a network that swallows packets) from a slow statement, which a time
 * limit alone cannot. `probe` asks on a connection of its own; `onLost` is called when it gets no answer.
 */
export function createWatch(
  probe: (signal: AbortSignal) => Promise<unknown>,
  onLost: () => void,
  everyMs = lookEveryMs,
): Watch {
  /** The oldest first. */
  const waiting = new Set<Waiting>();
  let looks = 0;
  let lost = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const arm = () => {
    if (!closed && (lost || waiting.size > 0)) timer ??= setTimeout(look, everyMs).unref();
  };
  const look = async () => {
    looks += 1;
    const oldest = waiting.values().next().value;
    if (lost || (oldest && looks - oldest.since >= probeAfter)) {
      const answers = await answersInTime(probe, everyMs);
      if (!answers && !lost && waiting.size > 0) {
        lost = true;
        for (const { reject } of waiting) reject(hangs());
        waiting.clear();
        onLost();
      } else if (answers) lost = false;
    }
    timer = undefined;
    arm();
  };

  return {
    watch(work, late) {
      if (lost) return Promise.reject(hangs());
      return new Promise((resolve, reject) => {
        const asked = work();
        const entry = { since: looks, reject };
        waiting.add(entry);
        arm();
        asked.then(
          (value) => {
            if (waiting.delete(entry)) resolve(value);
            else late?.(value);
          },
          (error) => {
            waiting.delete(entry);
            reject(error);
          },
        );
      });
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

const hangs = () => new AppError('database_unavailable', undefined, { retryAfter: 2 });

async function answersInTime(probe: (signal: AbortSignal) => Promise<unknown>, everyMs: number): Promise<boolean> {
  const giveUp = new AbortController();
  let answered = false;
  let settled = false;
  const asked = probe(giveUp.signal).then(
    () => {
      answered = true;
    },
    (error: { code?: unknown }) => {
      // An error of the server itself (SQLSTATE), such as "too many connections", is an answer too.
      answered = /^[0-9A-Z]{5}$/.test(String(error.code));
    },
  );
  const over = asked.then(() => {
    settled = true;
  });
  for (let turn = 0; turn < probeFor && !settled; turn++) {
    await Promise.race([over, sleep(everyMs, undefined, { signal: giveUp.signal }).catch(() => {})]);
  }
  // After a pause of this process, the answer may have arrived without having been read yet.
  for (let turn = 0; turn < 3 && !answered; turn++) await afterPoll();
  giveUp.abort();
  return answered;
}
