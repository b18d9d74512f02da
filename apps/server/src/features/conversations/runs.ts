import { randomBytes } from 'node:crypto';
import { newId } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { Bus } from '../../platform/bus/index.ts';
import { createPlaces } from '../../platform/limits/index.ts';
import { accessConversation } from './access.ts';
import { LiveRun, type StopReason } from './live-run.ts';
import type { ConversationQueries } from './queries.ts';
import { channelOf, decodeMessage, encodeMessage } from './signals.ts';
import type { Conversation, Item, NewItem, PendingItem, RequestKey, RunState } from './types.ts';

/** How often the unfinished text of a run is saved; it grows with the text, so that saving costs at most ~200 kB/s. */
const checkpointMs = 250;
const checkpointBytesPerMs = 200;
/** How long another process is sent signals after it asked; it asks again before. */
export const remoteInterestMs = 30_000;
/** Signals to other processes are gathered this long. */
const remoteBatchMs = 8;

export type RunResult = { state: Exclude<RunState, 'running'>; model?: string; usage?: object };

type Log = { info(details: object, message: string): void; error(details: object, message: string): void };

/** Who this process is, and which others live. */
export type Liveness = {
  key: string;
  /** What is known at once. */
  look(key: string): Promise<'alive' | 'dead' | 'unsure'>;
  /** What is certain, perhaps some seconds later. */
  verdictOn(key: string): Promise<'alive' | 'dead'>;
};

/** What becomes of an answer whose process died. The doors know what their items mean. */
export type Interruption = {
  /** Whether an unfinished item is worth keeping. */
  keep(item: PendingItem): boolean;
  /** The hidden item that tells the model that its answer was cut off. */
  note(conversationId: string): Item;
};

export type Runs = ReturnType<typeof createRuns>;

/**
 * An agent's turns: at most one in flight in a conversation, whatever the process. A run outlives the request that asked
 * for it; it ends when its producer is done, when someone stops it, or when its process dies (then `recover` says so).
 */
export function createRuns(deps: {
  queries: ConversationQueries;
  bus: Bus;
  process: Liveness;
  log: Log;
  interruption: Interruption;
  answers?: { perPerson: number; perProcess: number } | undefined;
}) {
  const { queries, bus, log } = deps;
  const { perPerson, perProcess } = deps.answers ?? { perPerson: Infinity, perProcess: Infinity };
  const places = createPlaces({ each: perPerson, all: perProcess });
  /** What gives back the place of a run, from the moment it is admitted. */
  const held = new Map<LiveRun, () => void>();
  /** Those admitted whose claim is not decided yet, and who waits for that. */
  const entering = new Set<LiveRun>();
  let deciding: (() => void)[] = [];
  const decided = (run: LiveRun) => {
    if (!entering.delete(run)) return;
    const waiting = deciding;
    deciding = [];
    for (const resolve of waiting) resolve();
  };
  const end = (run: LiveRun, state: RunResult['state']) => {
    held.get(run)?.();
    held.delete(run);
    decided(run);
    run.end(state);
  };
  const live = new Map<string, LiveRun>();
  const finished = new Set<() => void>();
  let draining = false;

  /** Runs that are over, or never began, of which the database may not know: it did not answer when it was told. */
  const unended = new Map<string, { conversationId: string; result: RunResult }>();

  /** Tells it again. Nobody else would while this process lives, and their conversations would stay busy. */
  const endUnended = async () => {
    for (const [id, { conversationId, result }] of unended) {
      const n = await queries.endRun(id, result.state, result);
      unended.delete(id);
      if (n !== null) bus.publish(channelOf(conversationId), encodeMessage({ kind: 'event', n }));
    }
  };

  const interruptRunsOf = async (processKey: string) => {
    const touched = await queries.interruptRunsOf(processKey, deps.interruption);
    for (const { conversationId, lastEvent } of touched) {
      bus.publish(channelOf(conversationId), encodeMessage({ kind: 'event', n: lastEvent }));
    }
    if (touched.length > 0) log.info({ runs: touched.length }, 'runs of a process that is gone are marked interrupted');
  };

  const claim = async (run: LiveRun, conversationId: string, item: NewItem | null = null): Promise<Conversation> => {
    const { personId, request } = run;
    for (let attempt = 0; ; attempt++) {
      const conversation = await queries
        .claimRun(personId, conversationId, { id: run.id, processKey: deps.process.key, request }, item)
        .catch((error: { code?: string }) => {
          // Two claims at the same instant: the second waited for the row and met the unique index.
          if (error.code === '23505') return null;
          return doubt(run, conversationId)(error);
        });
      if (conversation) {
        open(run, conversationId);
        bus.publish(channelOf(conversationId), encodeMessage({ kind: 'event', n: conversation.lastEvent }));
        return conversation;
      }
      await accessConversation(queries, personId, conversationId);
      const running = await queries.runningIn(conversationId);
      const isOver = running !== null && unended.has(running.id);
      if (attempt > 0 || (running && !isOver && (await deps.process.verdictOn(running.processKey)) === 'alive')) {
        throw new AppError('run_in_progress', undefined, { retryAfter: 1 });
      }
      if (isOver) await endUnended();
      else if (running) await interruptRunsOf(running.processKey);
    }
  };

  const doubt =
    (run: LiveRun, conversationId: string) =>
    (error: { code?: string }): never => {
      if (error.code === 'database_unavailable')
        unended.set(run.id, { conversationId, result: { state: 'interrupted' } });
      throw error;
    };

  const open = (run: LiveRun, conversationId: string) => {
    run.conversationId = conversationId;
    live.set(conversationId, run);
    decided(run);
    tellOtherProcesses(run);
    keepCheckpoints(run);
  };

  /** Sends signals over the bus while another process has asked for them; a run nobody else follows costs nothing. */
  const tellOtherProcesses = (run: LiveRun) => {
    const channel = channelOf(run.conversationId);
    let interestUntil = 0;
    let batch: string[] = [];
    let timer: NodeJS.Timeout | null = null;
    let unfollow: (() => void) | null = null;
    const flush = () => {
      if (timer) clearTimeout(timer);
      timer = null;
      if (batch.length === 0) return;
      const frames = batch;
      batch = [];
      bus.publish(channel, encodeMessage({ kind: 'signals', runId: run.id, frames }));
    };
    flushers.set(run.conversationId, flush);
    const subscribed = bus.subscribe(channel, {
      message(text) {
        // Cheap test first: this handler hears its own signals too.
        if (!text.startsWith('{"kind":"ask"') && !text.startsWith('{"kind":"stop"')) return;
        const message = decodeMessage(text);
        if (message?.kind === 'stop') run.stop('stopped');
        if (message?.kind !== 'ask') return;
        flush();
        interestUntil = performance.now() + remoteInterestMs;
        unfollow ??= run.follow({
          frame(frame, n, urgent) {
            if (n !== null) return;
            if (performance.now() > interestUntil) {
              unfollow?.();
              unfollow = null;
              return;
            }
            batch.push(frame);
            if (urgent) flush();
            else timer ??= setTimeout(flush, remoteBatchMs);
          },
          end: flush,
        });
        bus.publish(
          channel,
          encodeMessage({
            kind: 'snapshot',
            to: message.from,
            runId: run.id,
            pending: run.pending(),
            allowCancel: run.allowCancel,
          }),
        );
      },
    });
    run.follow({
      frame() {},
      end() {
        flush();
        flushers.delete(run.conversationId);
        void subscribed.then((unsubscribe) => unsubscribe());
      },
    });
  };

  const flushers = new Map<string, () => void>();

  /** Saves the unfinished items of a run as they grow, and learns whether someone asked it to stop. */
  const keepCheckpoints = (run: LiveRun) => {
    let last = '[]';
    const save = async (): Promise<number> => {
      const pending = run.pending();
      const text = JSON.stringify(pending);
      if (text === last) return checkpointMs;
      const state = await queries.checkpointRun(run.id, pending);
      last = text;
      if (state?.stopRequested) run.stop('stopped');
      return Math.max(checkpointMs, text.length / checkpointBytesPerMs);
    };
    let timer: NodeJS.Timeout;
    const loop = () => {
      save()
        .catch(() => checkpointMs)
        .then((wait) => {
          if (run.state === 'running') timer = setTimeout(loop, wait).unref();
        });
    };
    timer = setTimeout(loop, 20).unref();
    run.follow({ frame() {}, end: () => clearTimeout(timer) });
  };

  const finish = async (run: LiveRun, result: RunResult): Promise<void> => {
    try {
      const n = await queries.endRun(run.id, result.state, { model: result.model, usage: result.usage });
      flushers.get(run.conversationId)?.();
      if (n !== null) bus.publish(channelOf(run.conversationId), encodeMessage({ kind: 'event', n }));
    } catch (error) {
      unended.set(run.id, { conversationId: run.conversationId, result });
      throw error;
    } finally {
      live.delete(run.conversationId);
      end(run, result.state);
      if (live.size === 0) for (const resolve of [...finished]) resolve();
    }
  };

  return {
    /** The run in flight in this process, if it is here. The caller has checked the person's right. */
    live: (conversationId: string): LiveRun | undefined => live.get(conversationId),

    get count(): number {
      return live.size;
    },

    /** A run that is not in any conversation yet. Throws `stopping` while the server takes no new work. */
    prepare(personId: string, request: RequestKey | null = null, sessionId = ''): LiveRun {
      if (draining) throw new AppError('stopping', undefined, { retryAfter: 2 });
      return new LiveRun(newId('run'), personId, request, sessionId);
    },

    /**
     * Gives the run one of the places there are for answers at once, or throws `too_many_answers`. The caller must `finish` or
     * `abandon` it in the end, claimed or not.
     *
     * A place is taken before anything is waited for: of a hundred at the same moment, none too many gets through. And
     * nobody is refused for the sake of another who may be refused yet, such as a second question in a busy thread.
     */
    async admit(run: LiveRun): Promise<void> {
      for (;;) {
        const place = places.take(run.personId);
        if (typeof place !== 'string') {
          held.set(run, place);
          entering.add(run);
          return;
        }
        const open = place === 'all' ? entering.size > 0 : [...entering].some((one) => one.personId === run.personId);
        if (!open) throw tooMany(place, perPerson);
        await new Promise<void>((resolve) => deciding.push(resolve));
      }
    },

    /**
     * Stops the runs of this process whose session has ended: what nobody may ask for any more, nobody should pay for. Every
     * process looks after its own. `ended` tells which of these sessions have.
     */
    async stopWithSessions(
      ended: (sessions: { personId: string; sessionId: string }[]) => Promise<Set<string>>,
    ): Promise<void> {
      const begun = [...live.values()].filter(({ sessionId }) => sessionId !== '');
      if (begun.length === 0) return;
      const over = await ended(begun.map(({ personId, sessionId }) => ({ personId, sessionId })));
      for (const run of begun) if (over.has(run.sessionId)) run.stop('stopped');
    },

    /**
     * Claims the conversation for the run, with the item it is to answer if there is one, and returns it as it stands.
     * Throws `not_found`, `run_in_progress`, or `conflict` when the run's request was made before (see `asked`). After it,
     * the caller must call `finish` or `abandon` in the end, come what may.
     */
    claim,

    /**
     * Where a request that was made before is told: in which conversation, and after which event. Null when the person made
     * none of that name, or its conversation is gone. Throws `idempotency_key_reused` when it was another request.
     */
    async asked(personId: string, request: RequestKey): Promise<{ conversationId: string; after: number } | null> {
      const run = await queries.findRequest(personId, request.clientId);
      if (!run) return null;
      if (run.requestHash !== request.hash) throw new AppError('idempotency_key_reused');
      // Who follows it must hear that it has ended.
      if (unended.has(run.id)) await endUnended();
      else if (run.state === 'running' && (await deps.process.verdictOn(run.processKey)) === 'dead')
        await interruptRunsOf(run.processKey);
      return { conversationId: run.conversationId, after: run.firstEvent - 1 };
    },

    /** For a run that was claimed with the conversation it is in. */
    open,

    /** Catches the refusal of a claim. One that the database did not answer may have been made: such a run is ended later. */
    doubt,

    finish,

    /** Gives a claim back, as if it had never been: the request was refused before anything was done. */
    async abandon(run: LiveRun): Promise<void> {
      live.delete(run.conversationId);
      end(run, 'failed');
      if (run.conversationId === '') return;
      await queries.unclaimRun(run.id).catch(doubt(run, run.conversationId));
    },

    /** Signals sent so far leave before the bus says that the log has grown: a reader must not see them afterwards. */
    flushSignals: (conversationId: string) => flushers.get(conversationId)?.(),

    /** Asks the run in flight to stop, in whatever process it is. Nothing happens when there is none. */
    async stop(personId: string, conversationId: string): Promise<void> {
      const local = live.get(conversationId);
      if (local) await accessConversation(queries, personId, conversationId);
      else if (!(await queries.requestStop(personId, conversationId))) {
        await accessConversation(queries, personId, conversationId);
        return;
      }
      if (local) local.stop('stopped');
      else bus.publish(channelOf(conversationId), encodeMessage({ kind: 'stop' }));
    },

    /**
     * Ends the runs that nobody carries on: of processes that are gone, and of this one when the database was away. Called at
     * start and now and then.
     */
    async recover(): Promise<void> {
      await endUnended();
      const keys = await queries.processesWithRuns();
      await Promise.all(
        keys.map(async (key) => {
          if ((await deps.process.verdictOn(key)) === 'dead') await interruptRunsOf(key);
        }),
      );
    },

    /**
     * Waits for the runs in flight, and for those that begin meanwhile; `settled` waits for requests that may begin one.
     * Then takes none and interrupts what is left, keeping its text.
     */
    async drain(patienceMs: number, settled = async () => {}): Promise<void> {
      const idle = async (ms: number) => {
        if (live.size === 0) return;
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
        if (live.size === 0) await settled();
      } while (live.size > 0 && performance.now() < until);
      draining = true;
      for (const run of live.values()) run.stop('interrupted' satisfies StopReason);
      await idle(2000);
    },
  };
}

function tooMany(bound: 'key' | 'all', perPerson: number): AppError {
  const message =
    bound === 'key'
      ? `At most ${perPerson} answers are written for you at once. Wait until one has ended, or stop one.`
      : 'The server is writing as many answers as it can. Try again shortly.';
  return new AppError('too_many_answers', message, { retryAfter: 2 });
}

/** A name for one who asks over the bus. */
export const newAsker = () => randomBytes(8).toString('base64url');
