import { appendSignal, foldSignals, type RunSignal, type RunSnapshot } from '../runs/live-run.ts';
import type { PendingItem, Unfinished } from '../types.ts';

/**
 * What the followers of a tail know of a run in flight: its unfinished items, in the order in which the tail sent them.
 * That is the order of the log: a stored item is never unfinished again, even if a late signal names it.
 */
export class RunView {
  readonly id: string;
  readonly agent: string;
  /** The process that has the run; null for this process. */
  readonly process: string | null;
  allowCancel = true;
  /** False until the log has announced the run: its signals wait for that. */
  isAnnounced: boolean;
  /** False while the tail waits for a snapshot: signals that come meanwhile are part of the snapshot. */
  isCurrent = false;
  /** Notes of the run from before the log announced it. */
  notes: RunSignal[] = [];
  /** Ends the view's subscription to the run. */
  close: () => void = () => {};
  readonly #unfinished: Unfinished;
  #items = new Map<string, PendingItem>();
  #unfolded: RunSignal[] = [];
  readonly #finished = new Set<string>();
  #next = 0;

  constructor(
    of: { id: string; agent: string; process: string | null },
    { isAnnounced, unfinished }: { isAnnounced: boolean; unfinished: Unfinished },
  ) {
    this.id = of.id;
    this.agent = of.agent;
    this.process = of.process;
    this.isAnnounced = isAnnounced;
    this.#unfinished = unfinished;
  }

  /** How many of the run's signals the view has received. */
  get signalCount(): number {
    return this.#next;
  }

  /** Begins anew from a snapshot of the run. Followers already have the items that are stored. */
  adopt({ items, signals }: Pick<RunSnapshot, 'items' | 'signals'>, stored: readonly string[] = []): void {
    for (const id of stored) this.#finished.add(id);
    this.#items = new Map(items.filter(({ id }) => !this.#finished.has(id)).map((item) => [item.id, item]));
    this.#unfolded = [];
    this.#next = signals;
    this.isCurrent = true;
  }

  /** Takes the items from the run's last save while its process does not answer. Returns whether they are news. */
  adoptSaved(items: PendingItem[], stored: readonly string[] = []): boolean {
    for (const id of stored) this.#finished.add(id);
    const before = JSON.stringify(this.items());
    this.#items = new Map(items.filter(({ id }) => !this.#finished.has(id)).map((item) => [item.id, item]));
    this.#unfolded = [];
    return JSON.stringify(this.items()) !== before;
  }

  /**
   * Takes signals, the first being the run's `from`th, and returns those that followers lack: none that were sent before,
   * and none of an item they do not have. Returns null when signals are missing: then only a new snapshot helps.
   */
  takeSignals(from: number, signals: readonly RunSignal[]): readonly RunSignal[] | null {
    if (!this.isCurrent) return [];
    if (from > this.#next) {
      this.isCurrent = false;
      return null;
    }
    const news = from === this.#next ? signals : signals.slice(this.#next - from);
    if (news.length === 0) return news;
    this.#next += news.length;
    const fresh = news.filter((signal) => this.#isOpen(signal));
    for (const signal of fresh) if (signal.type !== 'note') appendSignal(this.#unfolded, signal, this.#unfinished);
    return fresh;
  }

  /** The log holds this item now: it is not unfinished any more. */
  finish(itemId: string): void {
    this.#fold();
    this.#finished.add(itemId);
    this.#items.delete(itemId);
  }

  items(): PendingItem[] {
    this.#fold();
    return [...this.#items.values()];
  }

  #isOpen(signal: RunSignal): boolean {
    if (signal.type === 'note') return true;
    if (signal.type !== 'item') return this.#items.has(signal.itemId);
    if (this.#finished.has(signal.item.id)) return false;
    // The item is known from now on; its words follow.
    this.#fold();
    this.#items.set(signal.item.id, signal.item);
    return true;
  }

  #fold(): void {
    if (this.#unfolded.length === 0) return;
    foldSignals(this.#items, this.#unfolded, this.#unfinished);
    this.#unfolded = [];
  }
}
