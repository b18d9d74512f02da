import { appendSignal, foldSignals, type RunSignal, type RunSnapshot } from '../runs/live-run.ts';
import type { PendingItem, Unfinished } from '../types.ts';

/**
 * What the followers of a tail have been told of a run in flight: the items it has not finished, as the tail has told of them.
 * In the order of the tail, which is that of the log: an item that is stored is none of these any more, whoever speaks of it.
 */
export class RunView {
  readonly id: string;
  readonly agent: string;
  /** The process that has the run; null for one of this process. */
  readonly process: string | null;
  allowCancel = true;
  /** False until the log has told that the run began: what it says waits for that. */
  isTold: boolean;
  /** False while a snapshot is waited for: what is heard meanwhile is part of it. */
  isCurrent = false;
  /** What it said beside its items before the log told that it began. */
  notes: RunSignal[] = [];
  /** Ends what this view listens to. */
  close: () => void = () => {};
  readonly #unfinished: Unfinished;
  #items = new Map<string, PendingItem>();
  #unfolded: RunSignal[] = [];
  readonly #finished = new Set<string>();
  #next = 0;

  constructor(
    of: { id: string; agent: string; process: string | null },
    { isTold, unfinished }: { isTold: boolean; unfinished: Unfinished },
  ) {
    this.id = of.id;
    this.agent = of.agent;
    this.process = of.process;
    this.isTold = isTold;
    this.#unfinished = unfinished;
  }

  /** How many of the run's signals it knows. */
  get heard(): number {
    return this.#next;
  }

  /** Begins anew from what the run has said. Of the items, those that are stored were told already. */
  adopt({ items, signals }: Pick<RunSnapshot, 'items' | 'signals'>, stored: readonly string[] = []): void {
    for (const id of stored) this.#finished.add(id);
    this.#items = new Map(items.filter(({ id }) => !this.#finished.has(id)).map((item) => [item.id, item]));
    this.#unfolded = [];
    this.#next = signals;
    this.isCurrent = true;
  }

  /** The unfinished items as they were when the run was last saved, while nothing is heard of it. Returns whether they are news. */
  adoptSaved(items: PendingItem[], stored: readonly string[] = []): boolean {
    for (const id of stored) this.#finished.add(id);
    const before = JSON.stringify(this.items());
    this.#items = new Map(items.filter(({ id }) => !this.#finished.has(id)).map((item) => [item.id, item]));
    this.#unfolded = [];
    return JSON.stringify(this.items()) !== before;
  }

  /**
   * Takes in signals, the first being the run's `from`th, and returns those that are to be told: none that were told before,
   * none of an item nobody was given. Null when some are missing: only a new snapshot helps.
   */
  hear(from: number, signals: readonly RunSignal[]): readonly RunSignal[] | null {
    if (!this.isCurrent) return [];
    if (from > this.#next) {
      this.isCurrent = false;
      return null;
    }
    const news = from === this.#next ? signals : signals.slice(this.#next - from);
    if (news.length === 0) return news;
    this.#next += news.length;
    const told = news.filter((signal) => this.#isOpen(signal));
    for (const signal of told) if (signal.type !== 'note') appendSignal(this.#unfolded, signal, this.#unfinished);
    return told;
  }

  /** The log has told of this item: it is not unfinished any more. */
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
    // Known from now on; its words follow.
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
