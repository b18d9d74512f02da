import type { LiveRun } from './live-run.ts';
import type { Piece, RunQueries } from './queries.ts';

/** How often it is looked what is to be saved. */
const everyMs = 55;
/**
 * What was said so long ago is saved: with the rest of the round and the statement, it is safe a quarter of a second after a
 * person has seen it. Short answers are over before.
 */
const dueMs = 160;
/** Runs that say nothing are asked about so often: whether somebody stopped them, or took them for dead. */
const lookEveryMs = 1000;

type Saving = { run: LiveRun; k: number; waiting: Piece[]; lookedAt: number };

/**
 * Saves what the runs of this process say, as they say it: all of them in one statement a round, each by what is new. (One
 * statement a run took every connection there is, at 3 000 answers; and a row that held all of an unfinished answer left all
 * of it behind each time, 664 kB for one of 2 000 words.)
 *
 * What could not be saved is saved in the next round, so a database that was away has all of it when it is back.
 */
export function createCheckpoints({ queries }: { queries: Pick<RunQueries, 'checkpoint'> }) {
  const saved = new Map<string, Saving>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const round = async () => {
    const began = performance.now();
    const runs: Saving[] = [];
    for (const saving of saved.values()) {
      const { unsavedSince } = saving.run;
      const piece = unsavedSince !== null && began - unsavedSince >= dueMs ? saving.run.takeUnsaved() : null;
      if (piece !== null) saving.waiting.push({ run: saving.run.id, k: ++saving.k, piece });
      if (saving.waiting.length > 0 || began - saving.lookedAt >= lookEveryMs) runs.push(saving);
    }
    if (runs.length > 0) {
      const sent = new Map(runs.map((saving) => [saving, saving.waiting.length]));
      try {
        const found = await queries.checkpoint(
          runs.map(({ run }) => run.id),
          runs.flatMap(({ waiting }) => waiting),
        );
        for (const saving of runs) {
          saving.waiting.splice(0, sent.get(saving));
          saving.lookedAt = began;
          if (!saved.has(saving.run.id)) continue;
          const state = found.get(saving.run.id);
          // Taken for dead by another process, or its conversation was removed: what it says reaches nobody any more.
          if (!state) saving.run.lose();
          else if (state.stopRequested) saving.run.stop('stopped');
        }
      } catch {
        // The next round sends it again; a piece that did arrive is known by its number.
      }
    }
    timer = undefined;
    // Saving takes half of the time at most.
    const took = performance.now() - began;
    plan(Math.max(everyMs - took, took));
  };
  const plan = (ms: number) => {
    if (!closed && saved.size > 0) timer ??= setTimeout(round, ms).unref();
  };

  return {
    /** Saves what this run says, until it is let go. */
    keep(run: LiveRun): void {
      saved.set(run.id, { run, k: 0, waiting: [], lookedAt: performance.now() });
      plan(everyMs);
    },
    /** All it said is stored, or will be. */
    letGo: (run: LiveRun): void => void saved.delete(run.id),
    close(): void {
      closed = true;
      clearTimeout(timer);
    },
  };
}
