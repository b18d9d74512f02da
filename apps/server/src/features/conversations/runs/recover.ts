import type { NewItem, RunState, Unfinished } from '../types.ts';
import { itemsOfPieces } from './live-run.ts';
import type { LostRun, RunQueries } from './queries.ts';

export type RunResult = { state: Exclude<RunState, 'running'>; model?: string; usage?: object };

/** Ends orphaned runs: those of dead processes, and those of this one that ended while the database was away. */
export function createRecovery(deps: {
  queries: Pick<RunQueries, 'endRun' | 'interruptRunsOf' | 'processesWithRuns'>;
  liveness: { verdictOn(key: string): Promise<'alive' | 'dead'> };
  unfinishedOf(kind: string): Unfinished;
  publishEvent(conversationId: string, n: number): void;
  log: { info(details: object, message: string): void; warn(details: object, message: string): void };
}) {
  const { queries } = deps;
  /** Runs that are over, or never began, but that the database may still hold as in flight: it did not answer. */
  const unended = new Map<string, { conversationId: string; result: RunResult }>();

  const keep = ({ kind, pieces, conversationId, id }: LostRun & { kind: string }): NewItem[] => {
    const unfinished = deps.unfinishedOf(kind);
    try {
      return unfinished.keep(itemsOfPieces(pieces, unfinished), 'interrupted', conversationId);
    } catch (error) {
      // An unreadable run must not keep the others from being ended.
      deps.log.warn({ err: error, run: id }, 'what a run had said cannot be read, and is not kept');
      return unfinished.keep([], 'interrupted', conversationId);
    }
  };

  return {
    /** Notes a run whose end could not be stored. No other process ends it while this one lives. */
    noteUnended(runId: string, conversationId: string, result: RunResult): void {
      unended.set(runId, { conversationId, result });
    },
    isUnended: (runId: string): boolean => unended.has(runId),

    async endUnended(): Promise<void> {
      for (const [id, { conversationId, result }] of unended) {
        const n = await queries.endRun(id, result.state, result);
        unended.delete(id);
        if (n !== null) deps.publishEvent(conversationId, n);
      }
    },

    /** Ends all runs of a dead process, keeping their text. */
    async interruptRunsOf(processKey: string): Promise<void> {
      const touched = await queries.interruptRunsOf(processKey, keep);
      for (const { conversationId, lastEvent } of touched) deps.publishEvent(conversationId, lastEvent);
      if (touched.length > 0)
        deps.log.info({ runs: touched.length }, 'runs of a process that is gone are marked interrupted');
    },

    /** Waits for the verdict on a process, and ends its runs if it is dead. Returns whether it is. */
    async settle(processKey: string): Promise<boolean> {
      if ((await deps.liveness.verdictOn(processKey)) === 'alive') return false;
      await this.interruptRunsOf(processKey);
      return true;
    },

    /** Ends orphaned runs. Called at start and at intervals. */
    async recover(): Promise<void> {
      await this.endUnended();
      await Promise.all((await queries.processesWithRuns()).map((key) => this.settle(key)));
    },
  };
}
