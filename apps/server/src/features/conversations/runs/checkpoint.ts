import type { LiveRun } from './live-run.ts';
import type { Piece, RunQueries } from './queries.ts';

/** How often the checkpoint looks for signals to save. */
const everyMs = 55;
/**
 * A signal of this age is saved: with the rest of the round and the statement, it is safe a quarter of a second after a
 * person has seen it. Short answers end before that.
 */
const dueMs = 160;
/** Silent runs are checked this often: a person may have stopped them, or another process may have ended them. */
const lookEveryMs = 1000;

type Saving = { run: LiveRun; k: number; waiting: Piece[]; lookedAt: number };

/**
 * Saves the signals of this process' runs while they stream: all runs in one statement a round, each with what is new. (One
 * statement a run took all connections at 3 000 answers; and a row with the whole unfinished answer left a dead copy each
 * time, 664 kB for an answer of 2 000 words.)
 *
 * A failed save is repeated in the next round, so that a database that was away has everything when it is back.
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
          // Another process took this one for dead, or the conversation was removed: the run's output reaches nobody any
          // more.
          if (!state) saving.run.lose();
          else if (state.stopRequested) saving.run.stop('stopped');
        }
      } catch {
        // The next round sends it again; the database recognises a piece that did arrive by its number.
      }
    }
    timer = undefined;
    // Saving takes at most half of the time.
    const took = performance.now() - began;
    plan(Math.max(everyMs - took, took));
  };
  const plan = (ms: number) => {
    if (!closed && saved.size > 0) timer ??= setTimeout(round, ms).unref();
  };

  return {
    /** Saves this run's signals until `letGo`. */
    keep(run: LiveRun): void {
      saved.set(run.id, { run, k: 0, waiting: [], lookedAt: performance.now() });
      plan(everyMs);
    },
    /** Stops saving a run: all its text is stored, or will be. */
    letGo: (run: LiveRun): void => void saved.delete(run.id),
    close(): void {
      closed = true;
      clearTimeout(timer);
    },
  };
}
