import type { Bus } from '../../../platform/bus/index.ts';
import { itemsOfPieces, type LiveRun, type RunSignal } from '../runs/live-run.ts';
import type { RunQueries } from '../runs/queries.ts';
import type { Runs } from '../runs/runs.ts';
import type { Conversation, LogEvent, PendingItem, Unfinished } from '../types.ts';
import { type BusMessage, channelOf, decodeMessage, encodeMessage } from './bus-message.ts';
import type { FeedQueries } from './queries.ts';
import { interestMs } from './relay-run.ts';
import { RunView } from './run-view.ts';
import { type Signal, SignalBudget, StandingSignals } from './signals.ts';

/** An output of the feed, in order. All followers of a conversation share one object: never change it. */
export type FeedOutput =
  /** A durable event: exactly once, without gaps, in the order of `n`. `isNews`: it happened after the follower came. */
  | { kind: 'event'; event: LogEvent; isNews: boolean }
  /** The unfinished items of a run in flight. It replaces what the follower knew of that run; `said` continues from here. */
  | { kind: 'snapshot'; runId: string; agent: string; items: PendingItem[]; allowCancel: boolean }
  /** Signals of a run in flight. No row holds them. */
  | { kind: 'said'; runId: string; signals: readonly RunSignal[]; urgent: boolean }
  /** A signal of a person. No row holds it. */
  | { kind: 'signal'; signal: Signal }
  /** The follower has received everything that had happened when it came. `running`: a run is in flight. */
  | { kind: 'caught-up'; running: boolean; interrupted: boolean }
  /** The conversation is deleted, or the person has lost access to it. Nothing follows. */
  | { kind: 'gone' };

/** Encodes outputs for one kind of connection, once for each output however many followers read it. */
export type Wire<Frame> = { encode(output: FeedOutput, conversationId: string): Frame };

/** A follower. The tail calls `send` in order; it must not throw and must not wait. */
export type Follower<Frame = unknown> = {
  personId: string;
  wire: Wire<Frame>;
  send(frame: Frame, output: FeedOutput): void;
  onError(error: unknown): void;
};

/** Where a tail stands: a new follower reads the log up to `lastEvent`, then receives `outputs`. */
export type Place = { lastEvent: number; running: boolean; outputs: FeedOutput[] };

export type TailDeps = {
  queries: FeedQueries;
  runQueries: Pick<RunQueries, 'pieces'>;
  runs: Runs;
  bus: Bus;
  unfinishedOf(kind: string): Unfinished;
};

/** Rows read at a time. */
const batch = 200;
/** A process that has a run and was asked for a snapshot is asked again after this time. */
const askAgainMs = 100;
/** After this time without an answer, the tail sends what is saved of the run … */
const unheardMs = 300;
/** … and repeats that at this interval until the process answers. */
const lookEveryMs = 900;
/** A failed read of the database is tried again after this time. */
const readAgainMs = 300;

/**
 * One conversation in this process, for all its followers. It reads each event once and encodes it once for each wire,
 * however many read. (With a query for each reader, 1 000 readers cost 1 001 statements a message.)
 *
 * It is the one place that orders things. Notices of the log and the signals of runs and people go through one queue, and
 * the tail folds an unfinished answer as it sends it. A new follower begins with exactly that state and receives all that
 * comes after.
 *
 * A notice of event `n` reads rows up to `n` and no further: reading on would send the end of an item before its words that
 * still wait in the queue. The bus may lose, repeat and reorder messages; the log is the truth, and signals are numbered.
 *
 * Over 400 lines: all inputs meet one queue and one state. The parts that can stand alone do (`run-view.ts`, `signals.ts`,
 * `relay-run.ts`).
 */
export class Tail {
  readonly conversationId: string;
  /** Resolves once the tail knows its place in the log; rejects where there is nothing to follow. */
  readonly ready: Promise<void>;
  readonly #deps: TailDeps;
  readonly #unfinished: Unfinished;
  readonly #onEmpty: () => void;
  readonly #groups = new Map<Wire<unknown>, Set<Follower>>();
  readonly #views = new Map<string, RunView>();
  /** Runs of this process that the log knows and that are not live: they are beginning or ending at this moment. */
  readonly #passing = new Set<string>();
  readonly #standing = new StandingSignals();
  readonly #measure = new SignalBudget();
  readonly #tailId = crypto.randomUUID();
  readonly #subscribed: Promise<() => void>;
  readonly #jobs: (() => void | Promise<void>)[] = [];
  /** The read of the log that was queued last. */
  #lastRead: { upTo: number; job: () => Promise<void> } | null = null;
  #busy = false;
  #lastEvent = 0;
  #closed = false;
  #gone = false;
  readonly #waiting = new Set<() => void>();
  #rereading: NodeJS.Timeout | undefined;
  #asking: NodeJS.Timeout | undefined;
  #asked = 0;
  /** How many questions the tail has asked, and the first question whose answer is complete. */
  #questions = 0;
  #question = 0;
  #keepingInterest: NodeJS.Timeout | undefined;

  constructor(deps: TailDeps, { id, kind }: Pick<Conversation, 'id' | 'kind'>, onEmpty: () => void) {
    this.#deps = deps;
    this.#unfinished = deps.unfinishedOf(kind);
    this.conversationId = id;
    this.#onEmpty = onEmpty;
    this.#subscribed = deps.bus.subscribe(channelOf(id), {
      message: (text) => this.#receiveMessage(text),
      gap: () => this.#enqueue(() => this.#recoverFromGap()),
    });
    this.ready = this.#start();
    this.ready.catch(() => this.close());
  }

  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** The follower receives everything from this place on. Call it once the tail is ready. */
  join(follower: Follower): Place {
    const group = this.#groups.get(follower.wire);
    if (group) group.add(follower);
    else this.#groups.set(follower.wire, new Set([follower]));
    const outputs: FeedOutput[] = [];
    for (const view of this.#views.values())
      if (view.isAnnounced && (view.isCurrent || view.items().length > 0)) outputs.push(snapshotOf(view));
    for (const signal of this.#standing.standing()) outputs.push({ kind: 'signal', signal });
    return { lastEvent: this.#lastEvent, running: this.#views.size + this.#passing.size > 0, outputs };
  }

  leave(follower: Follower): void {
    const group = this.#groups.get(follower.wire);
    if (!group?.delete(follower)) return;
    if (group.size === 0) this.#groups.delete(follower.wire);
    this.closeIfUnused();
  }

  /** A closed tail sends nothing any more; a new follower takes another tail. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The conversation is deleted. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Closes a tail whose would-be follower went away before it joined. */
  closeIfUnused(): void {
    if (this.#groups.size === 0) this.close();
  }

  /** Resolves once all existing events up to `n` have been sent, or the tail is closed. */
  async readUpTo(n: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    this.#enqueue(() => this.#read(n).then(resolve, reject));
    if (this.#closed) resolve();
    await promise.finally(() => this.#waiting.delete(resolve));
  }

  /** Adds a run of this process. `isAnnounced`: the run began before the tail did. */
  attach(run: LiveRun, isAnnounced = false): void {
    if (this.#closed || this.#views.has(run.id)) return;
    const view = new RunView(
      { id: run.id, agent: run.agent, process: null },
      { isAnnounced, unfinished: this.#unfinished },
    );
    const snapshot = run.snapshot();
    view.adopt(snapshot);
    let from = snapshot.signals;
    const stop = run.listen({
      onOutputs: (outputs, urgent) => {
        view.allowCancel = run.allowCancel;
        const signals: RunSignal[] = [];
        for (const each of outputs) if (each.type !== 'event') signals.push(each);
        if (signals.length === 0) return;
        const first = from;
        from += signals.length;
        this.#enqueue(() => this.#sendSignals(view, first, signals, urgent));
      },
      end() {},
    });
    view.allowCancel = run.allowCancel;
    view.close = () => void stop();
    this.#views.set(run.id, view);
    // The log announced the run before the run was open here.
    if (this.#passing.delete(run.id)) this.#enqueue(() => this.#announceRun(view));
  }

  /** Publishes a person's signal to the conversation's followers, here and in other processes. */
  signal(signal: Signal): void {
    this.#deps.bus.publish(channelOf(this.conversationId), encodeMessage({ kind: 'signal', signal }));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#rereading);
    clearTimeout(this.#asking);
    clearInterval(this.#keepingInterest);
    for (const view of this.#views.values()) view.close();
    for (const resolve of this.#waiting) resolve();
    void this.#subscribed.then(
      (unsubscribe) => unsubscribe(),
      () => {},
    );
    this.#onEmpty();
  }

  async #start(): Promise<void> {
    this.#busy = true;
    try {
      await this.#subscribed;
      // Attach before the log is read: the runs deliver what they say from here on, and the log holds what they stored
      // before.
      for (const run of this.#deps.runs.live(this.conversationId)) this.attach(run, true);
      const unfinished = [...this.#views.values()].flatMap((view) => view.items());
      const ids = unfinished.map(({ id }) => id);
      let start = await this.#deps.queries.tailStart(this.conversationId, ids);
      // If a process was killed a moment ago, a returning reader must see that the answer was cut, not that it goes on.
      const elsewhere = start?.runs.filter(({ process }) => process !== this.#deps.runs.processKey) ?? [];
      const dead = await Promise.all(elsewhere.map(({ process }) => this.#deps.runs.settle(process)));
      if (dead.includes(true)) start = await this.#deps.queries.tailStart(this.conversationId, ids);
      if (!start) return this.#sendGone();
      this.#lastEvent = start.lastEvent;
      for (const id of start.stored) for (const view of this.#views.values()) view.finish(id);
      for (const view of [...this.#views.values()]) {
        const isRunning = start.runs.some(({ id }) => id === view.id);
        // The log announces a run that began meanwhile, or had announced it when it was read.
        if (isRunning) view.isAnnounced = true;
        else if (view.isAnnounced) this.#removeView(view.id);
      }
      for (const run of start.runs) this.#viewRemote(run, true);
    } finally {
      this.#busy = false;
    }
    void this.#runJobs();
  }

  #receiveMessage(text: string): void {
    const message = decodeMessage(text);
    if (!message || this.#closed) return;
    switch (message.kind) {
      case 'event':
        if (message.n > this.#lastEvent) this.#enqueueRead(message.n);
        return;
      case 'gone':
        this.#enqueue(() => this.#checkGone());
        return;
      case 'said':
        this.#enqueue(() => {
          const view = this.#views.get(message.runId);
          // A run of this process delivers its signals directly, not over the bus.
          if (view?.process) this.#sendSignals(view, message.from, message.signals, true);
        });
        return;
      case 'snapshot':
        if (message.to.startsWith(this.#tailId)) this.#enqueue(() => this.#adoptSnapshot(message));
        return;
      case 'signal':
        this.#enqueue(() => {
          this.#standing.note(message.signal);
          let followers = 0;
          for (const group of this.#groups.values()) followers += group.size;
          if (this.#measure.take(followers)) this.#sendOutputs({ kind: 'signal', signal: message.signal });
        });
    }
  }

  /** Runs jobs in the order of their arrival; at once where no job is waiting. */
  #enqueue(job: () => void | Promise<void>): void {
    if (this.#closed) return;
    this.#jobs.push(job);
    if (!this.#busy) void this.#runJobs();
  }

  /** Joins consecutive notices into one read of the log, where nothing else stands between them. */
  #enqueueRead(upTo: number): void {
    const last = this.#lastRead;
    if (last && this.#jobs.at(-1) === last.job) {
      last.upTo = Math.max(last.upTo, upTo);
      return;
    }
    const read = { upTo, job: () => this.#readOrRetry(read.upTo) };
    this.#lastRead = read;
    this.#enqueue(read.job);
  }

  async #runJobs(): Promise<void> {
    this.#busy = true;
    try {
      for (let job = this.#jobs.shift(); job && !this.#closed; job = this.#jobs.shift()) {
        const waiting = job();
        if (waiting) await waiting;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }

  /** Sends all outputs to one follower before the next: a follower's state is in the processor's cache only then. */
  #sendOutputs(...outputs: FeedOutput[]): void {
    for (const [wire, followers] of this.#groups) {
      const frames = outputs.map((output) => wire.encode(output, this.conversationId));
      for (const follower of followers)
        for (let at = 0; at < frames.length; at++) follower.send(frames[at], outputs[at]!);
    }
  }

  /** Ends all feeds: after this error the tail can no longer send what is true. */
  #fail(error: unknown): void {
    for (const followers of [...this.#groups.values()]) for (const follower of [...followers]) follower.onError(error);
    this.close();
  }

  #sendGone(): void {
    this.#gone = true;
    this.#sendOutputs({ kind: 'gone' });
    this.close();
  }

  async #checkGone(): Promise<void> {
    if (!(await this.#deps.queries.tailStart(this.conversationId, []))) this.#sendGone();
  }

  /** Sends the events up to `upTo`, or all there are. */
  async #read(upTo: number | null): Promise<void> {
    while (!this.#closed && (upTo === null || this.#lastEvent < upTo)) {
      const events = await this.#deps.queries.tailEvents(this.conversationId, {
        after: this.#lastEvent,
        upTo,
        limit: batch,
      });
      for (let at = 0; at < events.length; ) {
        const others = events.findIndex((event, index) => index >= at && !isOfItem(event));
        const items = events.slice(at, others < 0 ? undefined : others);
        if (items.length > 0) this.#sendItemEvents(items);
        at += items.length;
        if (at < events.length) this.#sendEvent(events[at++]!);
      }
      if (events.length < batch) return;
    }
  }

  /** Reads again while the database is away: the log still holds every event, so no follower has to reconnect. */
  async #readOrRetry(upTo: number | null): Promise<void> {
    if (this.#rereading) return;
    try {
      await this.#read(upTo);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'database_unavailable') throw error;
      this.#rereading = setTimeout(() => {
        this.#rereading = undefined;
        this.#enqueue(() => this.#readOrRetry(null));
      }, readAgainMs).unref();
    }
  }

  #sendItemEvents(events: LogEvent[]): void {
    this.#lastEvent = events.at(-1)!.n;
    for (const { type, itemId } of events)
      if (itemId !== null && type !== 'item.reacted') for (const view of this.#views.values()) view.finish(itemId);
    this.#sendOutputs(...events.map((event): FeedOutput => ({ kind: 'event', event, isNews: true })));
  }

  /** Sends an event that concerns no item. */
  #sendEvent(event: LogEvent): void {
    this.#lastEvent = event.n;
    const { type, payload } = event;
    // A person who loses access receives nothing after this event.
    if (type === 'member.left') this.#removeFollowersOf(String(payload?.person_id));
    this.#sendOutputs({ kind: 'event', event, isNews: true });
    if (type === 'run.started') this.#beginRun(payload);
    if (type === 'run.ended') this.#removeView(String(payload?.run_id));
  }

  #removeFollowersOf(personId: string): void {
    this.#standing.forget(personId);
    for (const [wire, followers] of [...this.#groups]) {
      const theirs = [...followers].filter((follower) => follower.personId === personId);
      if (theirs.length === 0) continue;
      const frame = wire.encode({ kind: 'gone' }, this.conversationId);
      for (const follower of theirs) {
        follower.send(frame, { kind: 'gone' });
        this.leave(follower);
      }
    }
  }

  #sendSignals(view: RunView, from: number, signals: readonly RunSignal[], urgent: boolean): void {
    if (!this.#views.has(view.id)) return;
    const fresh = view.takeSignals(from, signals);
    if (fresh === null) {
      this.#askForSnapshots();
      return;
    }
    if (view.isAnnounced) {
      if (fresh.length > 0) this.#sendOutputs({ kind: 'said', runId: view.id, signals: fresh, urgent });
    } else view.notes.push(...fresh.filter(({ type }) => type === 'note'));
  }

  #beginRun(payload: LogEvent['payload']): void {
    const id = String(payload?.run_id);
    const view = this.#views.get(id);
    if (view && !view.isAnnounced) this.#announceRun(view);
    if (!view && payload?.process !== undefined)
      this.#viewRemote({ id, agent: String(payload.agent), process: String(payload.process) }, true);
  }

  #announceRun(view: RunView): void {
    view.isAnnounced = true;
    this.#sendOutputs(snapshotOf(view));
    if (view.notes.length > 0) this.#sendOutputs({ kind: 'said', runId: view.id, signals: view.notes, urgent: true });
    view.notes = [];
  }

  /** Adds a run that another process has. */
  #viewRemote(run: { id: string; agent: string; process: string }, isAnnounced: boolean): void {
    if (this.#views.has(run.id)) return;
    if (run.process === this.#deps.runs.processKey) {
      this.#passing.add(run.id);
      return;
    }
    this.#views.set(run.id, new RunView(run, { isAnnounced, unfinished: this.#unfinished }));
    this.#askForSnapshots();
    this.#keepingInterest ??= setInterval(() => {
      if ([...this.#views.values()].some(({ process }) => process)) this.#publishAsk(false);
    }, interestMs / 3).unref();
  }

  #removeView(id: string): void {
    this.#views.get(id)?.close();
    this.#views.delete(id);
    this.#passing.delete(id);
  }

  #publishAsk(snapshot: boolean): void {
    const from = `${this.#tailId} ${++this.#questions}`;
    this.#deps.bus.publish(channelOf(this.conversationId), encodeMessage({ kind: 'ask', from, snapshot }));
  }

  /** Asks the processes that have runs for snapshots until each has answered; see `#sendSavedItems` for those that do not. */
  #askForSnapshots(): void {
    this.#question = this.#questions + 1;
    if (this.#closed || this.#asking) return;
    this.#asked = performance.now();
    const askAgain = () => {
      this.#asking = undefined;
      if (this.#closed || ![...this.#views.values()].some(isUnheard)) return;
      this.#publishAsk(true);
      const late = performance.now() - this.#asked > unheardMs;
      if (late) this.#enqueue(() => this.#sendSavedItems());
      this.#asking = setTimeout(askAgain, late ? lookEveryMs : askAgainMs).unref();
    };
    askAgain();
  }

  async #adoptSnapshot(message: Extract<BusMessage, { kind: 'snapshot' }>): Promise<void> {
    const view = this.#views.get(message.runId);
    // The answer to an earlier question lacks what was missed since, which may be the run's last words for a long time.
    const question = Number(message.to.slice(this.#tailId.length));
    const isNews = () =>
      view?.isCurrent === false ? question >= this.#question : view !== undefined && message.signals > view.signalCount;
    if (!view?.process || !isNews()) return;
    await this.#readOrRetry(message.lastEvent);
    let stored: string[] = [];
    if (this.#lastEvent > message.lastEvent && message.items.length > 0) {
      const ids = message.items.map(({ id }) => id);
      try {
        stored = (await this.#deps.queries.tailStart(this.conversationId, ids))?.stored ?? [];
      } catch (error) {
        // The database is away: the run is asked again.
        if ((error as { code?: unknown }).code === 'database_unavailable') return;
        throw error;
      }
    }
    if (!this.#views.has(view.id) || !isNews()) return;
    view.allowCancel = message.allowCancel;
    view.adopt(message, stored);
    this.#sendOutputs(snapshotOf(view));
  }

  /**
   * The process that has a run does not answer: the bus is away, or the process is. The tail sends what is saved of the
   * run. If the process is found dead, its runs are ended, and the log reports that.
   */
  async #sendSavedItems(): Promise<void> {
    for (const view of [...this.#views.values()].filter(isUnheard)) {
      void this.#deps.runs.settle(view.process!).catch(() => {});
      try {
        await this.#read(null);
        const pieces = await this.#deps.runQueries.pieces(view.id);
        const items = itemsOfPieces(pieces, this.#unfinished);
        const ids = items.map(({ id }) => id);
        // Pieces do not record which items are stored by now.
        const stored = ids.length > 0 ? (await this.#deps.queries.tailStart(this.conversationId, ids))?.stored : [];
        if (!this.#views.has(view.id) || !isUnheard(view)) continue;
        if (view.adoptSaved(items, stored)) this.#sendOutputs(snapshotOf(view));
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'database_unavailable') throw error;
      }
    }
  }

  /** Notices may have been lost: reads the log and asks for new snapshots. */
  async #recoverFromGap(): Promise<void> {
    await this.#readOrRetry(null);
    for (const view of this.#views.values()) if (view.process) view.isCurrent = false;
    this.#askForSnapshots();
  }
}

const isOfItem = ({ type }: LogEvent): boolean => type.startsWith('item.');

const isUnheard = (view: RunView): boolean => view.process !== null && !view.isCurrent;

const snapshotOf = (view: RunView): FeedOutput => ({
  kind: 'snapshot',
  runId: view.id,
  agent: view.agent,
  items: view.items(),
  allowCancel: view.allowCancel,
});
