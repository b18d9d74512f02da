import type { ItemNotice, PendingItem, RequestKey, RunState, StopReason, Unfinished } from '../types.ts';

/** An output of a run, in order. The engine knows that an item begins, grows and ends; the door defines deltas and notes. */
export type RunOutput =
  /** An item begins, or is replaced as a whole. */
  | { type: 'item'; item: PendingItem }
  /** Additions to an unfinished item, in order. */
  | { type: 'delta'; itemId: string; deltas: readonly unknown[] }
  /** An unfinished item is withdrawn: it will never be stored. */
  | { type: 'drop'; itemId: string }
  /** Something outside of all items, such as a notice or a failure. */
  | { type: 'note'; note: unknown }
  /** A durable event of the run: the log has grown to `n`. `value` is the event in the protocol of the door that runs. */
  | { type: 'event'; n: number; itemId: string | null; value: unknown };

/** The outputs that no row holds. */
export type RunSignal = Exclude<RunOutput, { type: 'event' }>;

/** Listens to a run in this process. Called in order; must not throw and must not wait. */
export type RunListener = {
  /** `urgent`: the reader should not wait for more. */
  onOutputs(outputs: readonly RunOutput[], urgent: boolean): void;
  end(state: Exclude<RunState, 'running'>): void;
};

/** The unfinished items of a run, the number of signals folded into them, and the last event announced. */
export type RunSnapshot = { items: PendingItem[]; signals: number; lastEvent: number };

/**
 * A run in flight in this process, and the one place that orders its outputs: a listener receives everything after its
 * start, and the snapshot holds everything before it, no more and no less.
 *
 * A hundred thousand words a second pass through here: they are condensed as they come, and folded into their items only
 * when a snapshot is needed.
 */
export class LiveRun {
  readonly id: string;
  /** Empty until the run is claimed. */
  conversationId = '';
  /** The agent that answers: a conversation has at most one run of each. */
  readonly agent: string;
  readonly personId: string;
  /** Null when the client did not name its request. */
  readonly request: RequestKey | null;
  /** The session that started the run and whose end stops it; empty when there is none. */
  readonly sessionId: string;
  /** Whether a person may stop it. */
  allowCancel = true;
  /** Set when the run is claimed. The run publishes its events of the log through this, in order with its signals. */
  onEvent: (n: number, item?: ItemNotice) => void = () => {};
  hasBegun = false;
  /** True once another process took this one for dead and ended the run. */
  isLost = false;
  readonly #unfinished: Unfinished;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<RunListener>();
  #state: RunState = 'running';
  /** The unfinished items, with all folded signals. */
  readonly #items = new Map<string, PendingItem>();
  /** Signals that are neither folded nor saved. */
  #recent: RunSignal[] = [];
  /** Signals that are folded and not saved. */
  #unsaved: RunSignal[] = [];
  /** The position of each item among all that have begun: pieces name an item by it, in few bytes. */
  readonly #begun = new Map<string, number>();
  #begunCount = 0;
  #signals = 0;
  /** The newest event the run has announced. */
  #lastEvent = 0;
  /** The newest event that was written for the run. */
  #written = 0;
  /** Items that were written for the run and that it has not announced yet. */
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

  /** Emits outputs. The run keeps the array: the caller must not change it afterwards. */
  emit(outputs: readonly RunOutput[], urgent: boolean): void {
    let event = 0;
    for (const each of outputs) {
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
    for (const listener of this.#listeners) listener.onOutputs(outputs, urgent);
    if (event > 0) this.#publish(event);
  }

  /** Notes an event that was written for the run. The run announces it when its outputs have come that far. */
  noteWritten(n: number, item?: ItemNotice): void {
    if (n > this.#written) this.#written = n;
    if (item) this.#notices.push({ n, item });
  }

  /**
   * The answer begins: announces what was written before. From now on, the run's writes are retried while the database is
   * away; before this, the request can still be refused.
   */
  begin(): void {
    this.hasBegun = true;
    this.publishWritten();
  }

  /** Announces everything that was written for the run and that its outputs did not mention. */
  publishWritten(): void {
    if (this.#written > this.#lastEvent) this.#publish(this.#written);
  }

  snapshot(): RunSnapshot {
    this.#fold();
    return { items: [...this.#items.values()], signals: this.#signals, lastEvent: this.#lastEvent };
  }

  /** Since when a signal is unsaved, by `performance.now()`; null while all are saved. */
  unsavedSince: number | null = null;

  /** The signals since the last call, condensed, as a piece for the checkpoint; null when there are none. */
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

  /** Another process ended the run: its writes are refused, so no signal need be kept. */
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

  /** The item is stored or removed: drops its unfinished state. */
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

/** Appends a signal to a list; a delta of the item that grew last is merged with it. */
export function appendSignal(list: RunSignal[], signal: RunSignal, { condense }: Pick<Unfinished, 'condense'>): void {
  const last = list.at(-1);
  if (signal.type === 'delta' && last?.type === 'delta' && last.itemId === signal.itemId)
    list[list.length - 1] = { ...signal, deltas: condense([...last.deltas, ...signal.deltas]) };
  else list.push(signal);
}

/** Applies signals to items, in order. A delta of an unknown item does nothing. */
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
 * An entry of a piece. `[item]`: an item begins. A position among the begun items with deltas: that item grows. A position
 * alone: that item is withdrawn.
 */
type PieceEntry = [PendingItem] | [number, ...unknown[]];

/** The unfinished items that pieces describe, in order. */
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
