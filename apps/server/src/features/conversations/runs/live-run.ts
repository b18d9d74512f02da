import type { ItemNotice, PendingItem, RequestKey, RunState, StopReason, Unfinished } from '../types.ts';

/**
 * What a run says as it goes, in order. The engine knows that an item begins, grows and ends; what it grows by, and what is
 * said beside it, is the door's.
 */
export type Said =
  /** An item begins, or stands anew as a whole. */
  | { type: 'item'; item: PendingItem }
  /** What was added to an unfinished item, in order. */
  | { type: 'delta'; itemId: string; deltas: readonly unknown[] }
  /** An unfinished item is taken back: it will never be stored. */
  | { type: 'drop'; itemId: string }
  /** Something that stands in no item, such as a notice or a failure. */
  | { type: 'note'; note: unknown }
  /** A durable event of the run: the log has grown to `n`. `value` is it in the words of the door that runs. */
  | { type: 'event'; n: number; itemId: string | null; value: unknown };

/** What no row will ever hold. */
export type RunSignal = Exclude<Said, { type: 'event' }>;

/** Who hears a run in this process. Called in the order things happen; must not throw and must not wait. */
export type RunListener = {
  /** `urgent`: the reader should not wait for more. */
  said(said: readonly Said[], urgent: boolean): void;
  end(state: Exclude<RunState, 'running'>): void;
};

/** What a run has said of items that are not stored yet, and how many signals it took to say it. */
export type RunSnapshot = { items: PendingItem[]; signals: number; lastEvent: number };

/**
 * A run in flight in this process, and the one ordered place for what it says: whoever listens hears all of it from a point
 * on, and what was said before that point is the snapshot, no more and no less.
 *
 * A hundred thousand words a second pass through here: they are condensed as they come, and folded into their items when
 * somebody asks.
 */
export class LiveRun {
  readonly id: string;
  /** Empty until the run is claimed. */
  conversationId = '';
  /** Which agent answers: in each conversation, one run of each. */
  readonly agent: string;
  readonly personId: string;
  /** Null when the client did not name its request. */
  readonly request: RequestKey | null;
  /** The session it was begun in, and with which it ends; empty when it has none. */
  readonly sessionId: string;
  /** Whether a person may stop it. */
  allowCancel = true;
  /** Set when the run is claimed: what the log says of it leaves through here, in order with what it says itself. */
  onEvent: (n: number, item?: ItemNotice) => void = () => {};
  hasBegun = false;
  /** True once another process took this one for dead and ended the run. */
  isLost = false;
  readonly #unfinished: Unfinished;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<RunListener>();
  #state: RunState = 'running';
  /** The unfinished items, as far as signals are folded in. */
  readonly #items = new Map<string, PendingItem>();
  /** What is neither folded nor saved. */
  #recent: RunSignal[] = [];
  /** What is folded and not saved. */
  #unsaved: RunSignal[] = [];
  /** The place of each item among all that have begun: pieces name it by that, in few bytes. */
  readonly #begun = new Map<string, number>();
  #begunCount = 0;
  #signals = 0;
  /** The newest event the run has told of. */
  #lastEvent = 0;
  /** The newest event that was written for it. */
  #written = 0;
  /** The items that were written for it and that it has not told of yet. */
  #notices: { n: number; item: ItemNotice }[] = [];

  constructor(
    id: string,
    personId: string,
    unfinished: Unfinished,
    { agent = 'assistant', request = null, sessionId = '' }: RunOptions = {},
  ) {
    this.id = id;
    this.personId = personId;
    this.agent = agent;
    this.request = request;
    this.sessionId = sessionId;
    this.#unfinished = unfinished;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Aborted when the run is asked to stop; the reason is a `StopReason`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  listen(listener: RunListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The caller gives the array away. */
  say(said: readonly Said[], urgent: boolean): void {
    let event = 0;
    for (const each of said) {
      if (each.type === 'event') {
        event = each.n;
        if (each.itemId !== null) this.#finishItem(each.itemId);
        continue;
      }
      this.#signals++;
      if (each.type === 'note') continue;
      const signal = each.type === 'delta' ? { ...each, deltas: this.#unfinished.condense(each.deltas) } : each;
      if (this.unsavedSince === null) this.unsavedSince = performance.now();
      appendSignal(this.#recent, signal, this.#unfinished);
    }
    for (const listener of this.#listeners) listener.said(said, urgent);
    if (event > 0) this.#publish(event);
  }

  /** An event was written for the run. It is told of when the run itself has come so far. */
  noteWritten(n: number, item?: ItemNotice): void {
    if (n > this.#written) this.#written = n;
    if (item) this.#notices.push({ n, item });
  }

  /**
   * Its answer begins: what was written for it before is told. From now on, what it writes is tried again while the database
   * is away; until now, who asked can be refused.
   */
  begin(): void {
    this.hasBegun = true;
    this.publishWritten();
  }

  /** Tells of all that was written for the run and that it said nothing of. */
  publishWritten(): void {
    if (this.#written > this.#lastEvent) this.#publish(this.#written);
  }

  snapshot(): RunSnapshot {
    this.#fold();
    return { items: [...this.#items.values()], signals: this.#signals, lastEvent: this.#lastEvent };
  }

  /** Since when something is said and not saved, by `performance.now()`; null while all is. */
  unsavedSince: number | null = null;

  /** What was said since the last time, condensed, as a piece for the checkpoint; null when it is nothing. */
  takeUnsaved(): string | null {
    this.#fold();
    this.unsavedSince = null;
    if (this.#unsaved.length === 0) return null;
    const unsaved = this.#unsaved;
    this.#unsaved = [];
    return JSON.stringify(this.#piece(unsaved));
  }

  stop(reason: StopReason): void {
    if (this.#state === 'running') this.#abort.abort(reason);
  }

  /** It was ended by another process: what it writes is refused, and nothing of it need be kept. */
  lose(): void {
    this.isLost = true;
    this.stop('interrupted');
  }

  end(state: Exclude<RunState, 'running'>): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener.end(state);
    this.#listeners.clear();
  }

  #publish(n: number): void {
    this.#lastEvent = Math.max(this.#lastEvent, n);
    const told = this.#notices.filter((notice) => notice.n <= n);
    if (told.length > 0) this.#notices = this.#notices.slice(told.length);
    for (const notice of told) this.onEvent(notice.n, notice.item);
    if (told.at(-1)?.n !== n) this.onEvent(n);
  }

  /** Stored, or removed: what was said of it is over. */
  #finishItem(id: string): void {
    this.#fold();
    this.#items.delete(id);
  }

  #piece(signals: readonly RunSignal[]): PieceEntry[] {
    const entries: PieceEntry[] = [];
    for (const signal of signals) {
      if (signal.type === 'item') {
        this.#begun.set(signal.item.id, this.#begunCount++);
        entries.push([signal.item]);
      } else if (signal.type !== 'note') {
        const place = this.#begun.get(signal.itemId);
        if (place === undefined) continue;
        entries.push(signal.type === 'drop' ? [place] : [place, ...signal.deltas]);
      }
    }
    return entries;
  }

  #fold(): void {
    if (this.#recent.length === 0) return;
    foldSignals(this.#items, this.#recent, this.#unfinished);
    this.#unsaved.push(...this.#recent);
    this.#recent = [];
  }
}

export type RunOptions = { agent?: string; request?: RequestKey | null; sessionId?: string };

/** Adds a signal to a list; what grows the item that grew last is one growth with that, in fewer words. */
export function appendSignal(list: RunSignal[], signal: RunSignal, { condense }: Pick<Unfinished, 'condense'>): void {
  const last = list.at(-1);
  if (signal.type === 'delta' && last?.type === 'delta' && last.itemId === signal.itemId)
    list[list.length - 1] = { ...signal, deltas: condense([...last.deltas, ...signal.deltas]) };
  else list.push(signal);
}

/** Brings items up to date with signals, in order. A delta of an item that is not there says nothing. */
export function foldSignals(
  items: Map<string, PendingItem>,
  signals: readonly RunSignal[],
  { grow }: Pick<Unfinished, 'grow'>,
): void {
  for (const signal of signals) {
    if (signal.type === 'item') items.set(signal.item.id, signal.item);
    else if (signal.type === 'drop') items.delete(signal.itemId);
    else if (signal.type === 'delta') {
      const item = items.get(signal.itemId);
      if (item) items.set(item.id, { ...item, payload: grow(item.payload, signal.deltas) });
    }
  }
}

/**
 * Of a piece: `[item]` where one begins; where one grew, its place among those that have begun, and its deltas; without any
 * where it was taken back.
 */
type PieceEntry = [PendingItem] | [number, ...unknown[]];

/** The unfinished items that pieces tell of, in order. */
export function itemsOfPieces(pieces: readonly string[], unfinished: Pick<Unfinished, 'grow'>): PendingItem[] {
  const items = new Map<string, PendingItem>();
  const begun: string[] = [];
  for (const piece of pieces) {
    for (const [what, ...deltas] of JSON.parse(piece) as PieceEntry[]) {
      if (typeof what !== 'number') {
        begun.push(what.id);
        items.set(what.id, what);
        continue;
      }
      const item = items.get(begun[what] ?? '');
      if (item && deltas.length === 0) items.delete(item.id);
      else if (item) items.set(item.id, { ...item, payload: unfinished.grow(item.payload, deltas) });
    }
  }
  return [...items.values()];
}
