import type { Bus } from '../../../platform/bus/index.ts';
import { itemsOfPieces, type LiveRun, type RunSignal } from '../runs/live-run.ts';
import type { RunQueries } from '../runs/queries.ts';
import type { Runs } from '../runs/runs.ts';
import type { Conversation, LogEvent, PendingItem, Unfinished } from '../types.ts';
import { type BusMessage, channelOf, decodeMessage, encodeMessage } from './bus-message.ts';
import type { FeedQueries } from './queries.ts';
import { interestMs } from './relay-run.ts';
import { RunView } from './run-view.ts';
import { type Signal, SignalMeasure, StandingSignals } from './signals.ts';

/** What a follower is told, in order. One object for all followers of a conversation: never changed. */
export type FeedOutput =
  /** A durable event: exactly once, without gaps, in the order of `n`. `isNews`: it happened while the follower looked on. */
  | { kind: 'event'; event: LogEvent; isNews: boolean }
  /** A run is in flight and this is what it has so far; what it says goes on from here. Replaces what was told of it before. */
  | { kind: 'snapshot'; runId: string; agent: string; items: PendingItem[]; allowCancel: boolean }
  /** What a run in flight says and no row will ever hold. */
  | { kind: 'said'; runId: string; signals: readonly RunSignal[]; urgent: boolean }
  /** What a person does and no row will ever hold. */
  | { kind: 'signal'; signal: Signal }
  /** All that had happened when the follower came has been told. `running` says whether a run is in flight. */
  | { kind: 'caught-up'; running: boolean; interrupted: boolean }
  /** The conversation is no more, or no longer this person's. Nothing follows. */
  | { kind: 'gone' };

/** How what a conversation tells goes over one kind of wire: made once for each output, however many read it. */
export type Wire<Frame> = { encode(output: FeedOutput, conversationId: string): Frame };

/** Who follows. `tell` is called in order, must not throw and must not wait. */
export type Follower<Frame = unknown> = {
  personId: string;
  wire: Wire<Frame>;
  tell(frame: Frame, output: FeedOutput): void;
  onError(error: unknown): void;
};

/** Where a tail stands: who begins here has read the log up to `lastEvent` and is told `outputs` next. */
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
/** A process that has a run, and was asked for what it says, is asked again so soon. */
const askAgainMs = 100;
/** One that is not heard so long is looked for, and what is saved of its run is told … */
const unheardMs = 300;
/** … as often as this, until it is heard. */
const lookEveryMs = 900;
/** A database that is away is asked again so soon. */
const readAgainMs = 300;

/**
 * One conversation in this process, for all that follow it: reads each event once and encodes it once for each wire, whoever
 * and however many read. (One reader's own queries cost 1 001 statements a message, with 1 000 readers.)
 *
 * It is the one ordered place: notices of the log, and what runs and people signal, go through one queue, and what is told of
 * an unfinished answer is folded here as it is told. Whoever comes begins with exactly that, and goes on with what comes next.
 *
 * A notice of event `n` reads rows up to `n` and no further: reading on would tell of an item's end before the words that
 * still wait in the queue. The bus may lose, repeat and reorder; the log is the truth, and signals are numbered.
 *
 * Over 400 lines: whatever comes in meets one queue and one state, and what of it could stand elsewhere does (`run-view.ts`,
 * `signals.ts`, `relay-run.ts`).
 */
export class Tail {
  readonly conversationId: string;
  /** Resolves once the tail stands somewhere; rejects where there is nothing to follow. */
  readonly ready: Promise<void>;
  readonly #deps: TailDeps;
  readonly #unfinished: Unfinished;
  readonly #onEmpty: () => void;
  readonly #groups = new Map<Wire<unknown>, Set<Follower>>();
  readonly #views = new Map<string, RunView>();
  /** Runs of this process that the log knows and that are not live: they begin or end at this moment. */
  readonly #passing = new Set<string>();
  readonly #standing = new StandingSignals();
  readonly #measure = new SignalMeasure();
  readonly #name = crypto.randomUUID();
  readonly #subscribed: Promise<() => void>;
  readonly #jobs: (() => void | Promise<void>)[] = [];
  /** The read of the log that was asked for last. */
  #lastRead: { upTo: number; job: () => Promise<void> } | null = null;
  #busy = false;
  #lastEvent = 0;
  #closed = false;
  #gone = false;
  readonly #waiting = new Set<() => void>();
  #rereading: NodeJS.Timeout | undefined;
  #asking: NodeJS.Timeout | undefined;
  #asked = 0;
  /** How often it has asked, and which question the answer must be to that tells all there is. */
  #questions = 0;
  #question = 0;
  #keepingInterest: NodeJS.Timeout | undefined;

  constructor(deps: TailDeps, { id, kind }: Pick<Conversation, 'id' | 'kind'>, onEmpty: () => void) {
    this.#deps = deps;
    this.#unfinished = deps.unfinishedOf(kind);
    this.conversationId = id;
    this.#onEmpty = onEmpty;
    this.#subscribed = deps.bus.subscribe(channelOf(id), {
      message: (text) => this.#hear(text),
      gap: () => this.#enqueue(() => this.#lookAround()),
    });
    this.ready = this.#start();
    this.ready.catch(() => this.close());
  }

  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** From this very place on, the follower is told everything. Call it once the tail is ready. */
  join(follower: Follower): Place {
    const group = this.#groups.get(follower.wire);
    if (group) group.add(follower);
    else this.#groups.set(follower.wire, new Set([follower]));
    const outputs: FeedOutput[] = [];
    for (const view of this.#views.values())
      if (view.isTold && (view.isCurrent || view.items().length > 0)) outputs.push(snapshotOf(view));
    for (const signal of this.#standing.standing()) outputs.push({ kind: 'signal', signal });
    return { lastEvent: this.#lastEvent, running: this.#views.size + this.#passing.size > 0, outputs };
  }

  leave(follower: Follower): void {
    const group = this.#groups.get(follower.wire);
    if (!group?.delete(follower)) return;
    if (group.size === 0) this.#groups.delete(follower.wire);
    this.closeIfUnused();
  }

  /** Nobody is told anything any more; whoever wants to follow takes another tail. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** The conversation is no more. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Who came to follow went away before it did. */
  closeIfUnused(): void {
    if (this.#groups.size === 0) this.close();
  }

  /** Resolves once all events up to `n` that there are have been told, or the tail is closed. */
  async readUpTo(n: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    this.#enqueue(() => this.#read(n).then(resolve, reject));
    if (this.#closed) resolve();
    await promise.finally(() => this.#waiting.delete(resolve));
  }

  /** A run of this process begins, or was there before the tail. */
  attach(run: LiveRun, isTold = false): void {
    if (this.#closed || this.#views.has(run.id)) return;
    const view = new RunView({ id: run.id, agent: run.agent, process: null }, { isTold, unfinished: this.#unfinished });
    const snapshot = run.snapshot();
    view.adopt(snapshot);
    let from = snapshot.signals;
    const stop = run.listen({
      said: (said, urgent) => {
        view.allowCancel = run.allowCancel;
        const signals: RunSignal[] = [];
        for (const each of said) if (each.type !== 'event') signals.push(each);
        if (signals.length === 0) return;
        const first = from;
        from += signals.length;
        this.#enqueue(() => this.#tellSaid(view, first, signals, urgent));
      },
      end() {},
    });
    view.allowCancel = run.allowCancel;
    view.close = () => void stop();
    this.#views.set(run.id, view);
    // The log told that it began before it was open here.
    if (this.#passing.delete(run.id)) this.#enqueue(() => this.#tellBegin(view));
  }

  /** Tells the conversation's followers, here and elsewhere, what a person does. */
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
      // Before the log is read: what a run tells from here on is told by it, and what it told before is in the log.
      for (const run of this.#deps.runs.live(this.conversationId)) this.attach(run, true);
      const unfinished = [...this.#views.values()].flatMap((view) => view.items());
      const ids = unfinished.map(({ id }) => id);
      let start = await this.#deps.queries.tailStart(this.conversationId, ids);
      // A process that was killed a moment ago: who comes back is to hear that the answer was cut, not that it goes on.
      const elsewhere = start?.runs.filter(({ process }) => process !== this.#deps.runs.processKey) ?? [];
      const dead = await Promise.all(elsewhere.map(({ process }) => this.#deps.runs.settle(process)));
      if (dead.includes(true)) start = await this.#deps.queries.tailStart(this.conversationId, ids);
      if (!start) return this.#tellGone();
      this.#lastEvent = start.lastEvent;
      for (const id of start.stored) for (const view of this.#views.values()) view.finish(id);
      for (const view of [...this.#views.values()]) {
        const isRunning = start.runs.some(({ id }) => id === view.id);
        // One that began meanwhile is told of by the log, or was by the time it was read.
        if (isRunning) view.isTold = true;
        else if (view.isTold) this.#removeView(view.id);
      }
      for (const run of start.runs) this.#viewRemote(run, true);
    } finally {
      this.#busy = false;
    }
    void this.#work();
  }

  #hear(text: string): void {
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
          // What a run of this process says comes directly.
          if (view?.process) this.#tellSaid(view, message.from, message.signals, true);
        });
        return;
      case 'snapshot':
        if (message.to.startsWith(this.#name)) this.#enqueue(() => this.#adoptSnapshot(message));
        return;
      case 'signal':
        this.#enqueue(() => {
          this.#standing.note(message.signal);
          let followers = 0;
          for (const group of this.#groups.values()) followers += group.size;
          if (this.#measure.take(followers)) this.#tell({ kind: 'signal', signal: message.signal });
        });
    }
  }

  /** Jobs are done in the order of their arrival; at once where nothing is being waited for. */
  #enqueue(job: () => void | Promise<void>): void {
    if (this.#closed) return;
    this.#jobs.push(job);
    if (!this.#busy) void this.#work();
  }

  /** One look at the log for notices that come one after the other, with nothing said between them. */
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

  async #work(): Promise<void> {
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

  /** Of several, each follower is told all before the next: what is kept of one is in the processor's cache only then. */
  #tell(...outputs: FeedOutput[]): void {
    for (const [wire, followers] of this.#groups) {
      const frames = outputs.map((output) => wire.encode(output, this.conversationId));
      for (const follower of followers)
        for (let at = 0; at < frames.length; at++) follower.tell(frames[at], outputs[at]!);
    }
  }

  /** Nobody can be told any more what is true. */
  #fail(error: unknown): void {
    for (const followers of [...this.#groups.values()]) for (const follower of [...followers]) follower.onError(error);
    this.close();
  }

  #tellGone(): void {
    this.#gone = true;
    this.#tell({ kind: 'gone' });
    this.close();
  }

  async #checkGone(): Promise<void> {
    if (!(await this.#deps.queries.tailStart(this.conversationId, []))) this.#tellGone();
  }

  /** Tells the events up to `upTo`, or all there are. */
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
        if (items.length > 0) this.#tellItems(items);
        at += items.length;
        if (at < events.length) this.#tellEvent(events[at++]!);
      }
      if (events.length < batch) return;
    }
  }

  /** A database that is away is asked again: what it was to tell is in it, and nobody who follows need come back for it. */
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

  #tellItems(events: LogEvent[]): void {
    this.#lastEvent = events.at(-1)!.n;
    for (const { type, itemId } of events)
      if (itemId !== null && type !== 'item.reacted') for (const view of this.#views.values()) view.finish(itemId);
    this.#tell(...events.map((event): FeedOutput => ({ kind: 'event', event, isNews: true })));
  }

  /** One that is of no item. */
  #tellEvent(event: LogEvent): void {
    this.#lastEvent = event.n;
    const { type, payload } = event;
    // Whoever loses the right hears nothing from here on.
    if (type === 'member.left') this.#dismiss(String(payload?.person_id));
    this.#tell({ kind: 'event', event, isNews: true });
    if (type === 'run.started') this.#beginRun(payload);
    if (type === 'run.ended') this.#removeView(String(payload?.run_id));
  }

  #dismiss(personId: string): void {
    this.#standing.forget(personId);
    for (const [wire, followers] of [...this.#groups]) {
      const theirs = [...followers].filter((follower) => follower.personId === personId);
      if (theirs.length === 0) continue;
      const frame = wire.encode({ kind: 'gone' }, this.conversationId);
      for (const follower of theirs) {
        follower.tell(frame, { kind: 'gone' });
        this.leave(follower);
      }
    }
  }

  #tellSaid(view: RunView, from: number, signals: readonly RunSignal[], urgent: boolean): void {
    if (!this.#views.has(view.id)) return;
    const told = view.hear(from, signals);
    if (told === null) {
      this.#askForSnapshots();
      return;
    }
    if (view.isTold) {
      if (told.length > 0) this.#tell({ kind: 'said', runId: view.id, signals: told, urgent });
    } else view.notes.push(...told.filter(({ type }) => type === 'note'));
  }

  #beginRun(payload: LogEvent['payload']): void {
    const id = String(payload?.run_id);
    const view = this.#views.get(id);
    if (view && !view.isTold) this.#tellBegin(view);
    if (!view && payload?.process !== undefined)
      this.#viewRemote({ id, agent: String(payload.agent), process: String(payload.process) }, true);
  }

  #tellBegin(view: RunView): void {
    view.isTold = true;
    this.#tell(snapshotOf(view));
    if (view.notes.length > 0) this.#tell({ kind: 'said', runId: view.id, signals: view.notes, urgent: true });
    view.notes = [];
  }

  /** A run that the log knows, and this process does not. */
  #viewRemote(run: { id: string; agent: string; process: string }, isTold: boolean): void {
    if (this.#views.has(run.id)) return;
    if (run.process === this.#deps.runs.processKey) {
      this.#passing.add(run.id);
      return;
    }
    this.#views.set(run.id, new RunView(run, { isTold, unfinished: this.#unfinished }));
    this.#askForSnapshots();
    this.#keepingInterest ??= setInterval(() => {
      if ([...this.#views.values()].some(({ process }) => process)) this.#ask(false);
    }, interestMs / 3).unref();
  }

  #removeView(id: string): void {
    this.#views.get(id)?.close();
    this.#views.delete(id);
    this.#passing.delete(id);
  }

  #ask(snapshot: boolean): void {
    const from = `${this.#name} ${++this.#questions}`;
    this.#deps.bus.publish(channelOf(this.conversationId), encodeMessage({ kind: 'ask', from, snapshot }));
  }

  /** Asks the processes that have runs for what they have said, until each is heard; see `#lookAtSaved` for when it is not. */
  #askForSnapshots(): void {
    this.#question = this.#questions + 1;
    if (this.#closed || this.#asking) return;
    this.#asked = performance.now();
    const askAgain = () => {
      this.#asking = undefined;
      if (this.#closed || ![...this.#views.values()].some(isUnheard)) return;
      this.#ask(true);
      const late = performance.now() - this.#asked > unheardMs;
      if (late) this.#enqueue(() => this.#lookAtSaved());
      this.#asking = setTimeout(askAgain, late ? lookEveryMs : askAgainMs).unref();
    };
    askAgain();
  }

  async #adoptSnapshot(message: Extract<BusMessage, { kind: 'snapshot' }>): Promise<void> {
    const view = this.#views.get(message.runId);
    // The answer to an earlier question lacks what was missed since, and that may be the run's last words for long.
    const question = Number(message.to.slice(this.#name.length));
    const isNews = () =>
      view?.isCurrent === false ? question >= this.#question : view !== undefined && message.signals > view.heard;
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
    this.#tell(snapshotOf(view));
  }

  /**
   * The process that has a run is not heard: the bus is away, or the process is. What is saved of the run is told, and the
   * run is ended if its process is found dead, which the log then says.
   */
  async #lookAtSaved(): Promise<void> {
    for (const view of [...this.#views.values()].filter(isUnheard)) {
      void this.#deps.runs.settle(view.process!).catch(() => {});
      try {
        await this.#read(null);
        const pieces = await this.#deps.runQueries.pieces(view.id);
        const items = itemsOfPieces(pieces, this.#unfinished);
        const ids = items.map(({ id }) => id);
        // Pieces do not tell which items are stored by now.
        const stored = ids.length > 0 ? (await this.#deps.queries.tailStart(this.conversationId, ids))?.stored : [];
        if (!this.#views.has(view.id) || !isUnheard(view)) continue;
        if (view.adoptSaved(items, stored)) this.#tell(snapshotOf(view));
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'database_unavailable') throw error;
      }
    }
  }

  /** Notices may have been missed. */
  async #lookAround(): Promise<void> {
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
