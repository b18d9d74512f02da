import { AppError } from '../../../errors.ts';
import { newId } from '../../../platform/ids/index.ts';
import { noticeOf } from '../log/notice.ts';
import type { LogQueries } from '../log/queries.ts';
import { accessConversation } from '../rights/access.ts';
import type { Conversation, ConversationKind, ItemNotice, NewItem, RequestKey, Unfinished } from '../types.ts';
import { createAdmission } from './admit.ts';
import { createCheckpoints } from './checkpoint.ts';
import { LiveRun, type RunOptions } from './live-run.ts';
import type { RunQueries } from './queries.ts';
import { createRecovery, type RunResult } from './recover.ts';
import { writeUntilStored } from './write-until-stored.ts';

export type Liveness = { key: string; verdictOn(key: string): Promise<'alive' | 'dead'> };

export type Runs = ReturnType<typeof createRuns>;

/**
 * An agent's turns: in each conversation at most one in flight of each agent, across all processes. A run outlives the
 * request that asked for it. It ends when its producer is done, when a person stops it, or when its process dies (then
 * `recover` ends it).
 */
export function createRuns(deps: {
  queries: RunQueries;
  log: LogQueries;
  liveness: Liveness;
  unfinishedOf(kind: string): Unfinished;
  /** Announces that the log of a conversation has grown. */
  publishEvent(conversationId: string, n: number, item?: ItemNotice): void;
  /** Asks the processes that have these runs to stop them. */
  publishStop(conversationId: string, runIds: string[]): void;
  /** Called when a run begins in this process, before its first event is announced. */
  onOpen(run: LiveRun): void;
  logger: Parameters<typeof createRecovery>[0]['log'];
  answers?: { perPerson: number; perProcess: number } | undefined;
}) {
  const { queries, publishEvent } = deps;
  const admission = createAdmission(deps.answers ?? { perPerson: Infinity, perProcess: Infinity });
  const checkpoints = createCheckpoints({ queries });
  const recovery = createRecovery({ ...deps, log: deps.logger });
  /** By conversation. */
  const live = new Map<string, LiveRun[]>();
  let count = 0;
  const finished = new Set<() => void>();
  let draining = false;

  const noteUncertainClaim =
    (run: LiveRun, conversationId: string) =>
    (error: { code?: string }): never => {
      if (error.code === 'database_unavailable') recovery.noteUnended(run.id, conversationId, { state: 'interrupted' });
      throw error;
    };

  const open = (run: LiveRun, conversationId: string) => {
    run.conversationId = conversationId;
    run.onEvent = (n, item) => publishEvent(conversationId, n, item);
    const beside = live.get(conversationId);
    if (beside) beside.push(run);
    else live.set(conversationId, [run]);
    count++;
    admission.decided(run);
    checkpoints.keep(run);
    deps.onOpen(run);
  };

  const forget = (run: LiveRun, state: RunResult['state']) => {
    const beside = live.get(run.conversationId);
    const at = beside?.indexOf(run) ?? -1;
    if (at >= 0) {
      count--;
      beside!.splice(at, 1);
      if (beside!.length === 0) live.delete(run.conversationId);
    }
    checkpoints.letGo(run);
    admission.leave(run);
    run.end(state);
    if (count === 0) for (const resolve of [...finished]) resolve();
  };

  const claim = async (run: LiveRun, conversationId: string, item: NewItem | null = null): Promise<Conversation> => {
    const { personId, request, agent } = run;
    for (let attempt = 0; ; attempt++) {
      const conversation = await deps.log
        .claimRun(personId, conversationId, { id: run.id, agent, processKey: deps.liveness.key, request }, item)
        .catch((error: { code?: string }) => {
          // Two claims at the same instant: the second waited for the row and met the unique index.
          if (error.code === '23505') return null;
          return noteUncertainClaim(run, conversationId)(error);
        });
      if (conversation) {
        open(run, conversationId);
        publishEvent(conversationId, conversation.lastEvent, item ? noticeOf(item, conversation.seq) : undefined);
        return conversation;
      }
      await accessConversation(deps.log, personId, conversationId);
      const [running] = await queries.runningIn(conversationId, agent);
      if (running && recovery.isUnended(running.id)) await recovery.endUnended();
      else if (running && !(await recovery.settle(running.processKey))) throw inProgress();
      if (attempt > 0) throw running ? inProgress() : new AppError('forbidden');
    }
  };

  return {
    /** The key of this process, by which other processes know it. */
    processKey: deps.liveness.key,

    /** The runs in flight in this process. The caller has checked the person's right. */
    live: (conversationId: string): readonly LiveRun[] => live.get(conversationId) ?? [],

    get count(): number {
      return count;
    },

    /** A run that is not in any conversation yet. Throws `stopping` while the server takes no new work. */
    prepare(personId: string, kind: ConversationKind, options?: RunOptions): LiveRun {
      if (draining) throw new AppError('stopping', undefined, { retryAfter: 2 });
      return new LiveRun(newId('run'), personId, deps.unfinishedOf(kind), options);
    },

    /**
     * Gives the run one of the places for concurrent answers, or throws `too_many_answers`. The caller must call `finish`
     * or `abandon` in the end, claimed or not.
     */
    admit: admission.admit,

    /**
     * Claims the conversation for the run, stores the item to answer if there is one, and returns the conversation as it
     * stands. Throws `not_found`, `forbidden`, `run_in_progress`, or `conflict` when the run's request was made before (see
     * `asked`). After it, the caller must call `finish` or `abandon` in the end, whatever happens.
     */
    claim,

    /** For a run that was claimed together with its new conversation. */
    open,

    /** Handles a failed claim. If the database did not answer, the claim may exist: the run is ended later. */
    doubt: noteUncertainClaim,

    /**
     * Stops the runs of this process whose session has ended, so that no answer costs money that nobody may ask for any
     * more. Each process stops its own. `ended` returns which of these sessions have ended.
     */
    async stopWithSessions(
      ended: (sessions: { personId: string; sessionId: string }[]) => Promise<Set<string>>,
    ): Promise<void> {
      const begun = [...live.values()].flat().filter(({ sessionId }) => sessionId !== '');
      if (begun.length === 0) return;
      const over = await ended(begun.map(({ personId, sessionId }) => ({ personId, sessionId })));
      for (const run of begun) if (over.has(run.sessionId)) run.stop('stopped');
    },

    /**
     * Where the answer to a repeated request is: in which conversation, and after which event. Null when the person made no
     * request of that name, or its conversation is gone. Throws `idempotency_key_reused` when it was another request. Waits
     * for the verdict on a process that may be dead: a follower of the answer must learn that it has ended.
     */
    async findRequest(
      personId: string,
      request: RequestKey,
    ): Promise<{ conversationId: string; after: number } | null> {
      const run = await queries.findRequest(personId, request.clientId);
      if (!run) return null;
      if (run.requestHash !== request.hash) throw new AppError('idempotency_key_reused');
      if (recovery.isUnended(run.id)) await recovery.endUnended();
      else if (run.state === 'running') await recovery.settle(run.processKey);
      return { conversationId: run.conversationId, after: run.firstEvent - 1 };
    },

    /** Ends a run. Retries for a while when the database is away, and keeps the run's text until then. */
    async finish(run: LiveRun, result: RunResult): Promise<void> {
      checkpoints.letGo(run);
      try {
        const n = await writeUntilStored(
          () => queries.endRun(run.id, result.state, result),
          () => queries.findEnd(run.conversationId, run.id),
        );
        run.publishWritten();
        if (n !== null) publishEvent(run.conversationId, n);
      } catch (error) {
        recovery.noteUnended(run.id, run.conversationId, result);
        throw error;
      } finally {
        forget(run, result.state);
      }
    },

    /** Withdraws a claim together with the name of its request: it was refused before anything was done. */
    async abandon(run: LiveRun): Promise<void> {
      const { conversationId } = run;
      forget(run, 'failed');
      if (conversationId === '') return;
      const n = await queries.unclaimRun(run.id).catch(noteUncertainClaim(run, conversationId));
      if (n !== null) publishEvent(conversationId, n);
    },

    /**
     * Stops the runs in flight that the person may stop, in all processes. Does nothing when there are none. Throws
     * `not_found`, and `forbidden` when there is one that another person asked for.
     */
    async stop(personId: string, conversationId: string): Promise<void> {
      const asked = await queries.requestStop(personId, conversationId);
      if (asked.length > 0) return deps.publishStop(conversationId, asked);
      await accessConversation(deps.log, personId, conversationId);
      if ((await queries.runningIn(conversationId)).length > 0) throw new AppError('forbidden');
    },

    /** Stops the runs of a person who has lost the right to them. */
    async stopOf(personId: string, conversationId: string): Promise<void> {
      deps.publishStop(conversationId, await queries.requestStopOf(personId, conversationId));
    },

    /**
     * Stops these runs here: a person asked for it or deleted their conversation. Known from the bus, or from the next
     * checkpoint.
     */
    stopHere(conversationId: string, runIds: readonly string[], gone = false): void {
      for (const run of live.get(conversationId) ?? []) {
        if (!runIds.includes(run.id)) continue;
        if (gone) run.lose();
        else run.stop('stopped');
      }
    },

    recover: () => recovery.recover(),
    /** Waits for the verdict on a process, and ends its runs if it is dead. Returns whether it is. */
    settle: (processKey: string) => recovery.settle(processKey),

    /**
     * Waits for the runs in flight and for those that begin meanwhile; `settled` waits for requests that may begin one.
     * Then refuses new runs, and interrupts the rest, keeping their text.
     */
    async drain(patienceMs: number, settled = async () => {}): Promise<void> {
      const idle = async (ms: number) => {
        if (count === 0) return;
        let resolve = () => {};
        const done = new Promise<void>((r) => {
          resolve = r;
        });
        finished.add(resolve);
        const timer = setTimeout(resolve, ms);
        await done;
        clearTimeout(timer);
        finished.delete(resolve);
      };
      const until = performance.now() + patienceMs;
      do {
        await idle(Math.max(0, until - performance.now()));
        if (count === 0) await settled();
      } while (count > 0 && performance.now() < until);
      draining = true;
      for (const run of [...live.values()].flat()) run.stop('interrupted');
      await idle(2000);
    },

    close: () => checkpoints.close(),
  };
}

const inProgress = () => new AppError('run_in_progress', undefined, { retryAfter: 1 });
