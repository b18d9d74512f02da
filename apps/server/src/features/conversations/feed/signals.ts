import { AppError } from '../../../errors.ts';

/**
 * Short-lived facts that need no run: who is typing, where a pointer is. A person has one current signal of each type (and
 * key): a new one replaces it, and it expires by itself.
 */
export type Signal = {
  type: SignalType;
  personId: string;
  /** What the signal concerns beyond the person, such as a window's id. */
  key: string;
  data: Record<string, unknown> | null;
};

export const signalTypes = ['typing', 'presence', 'pointer', 'receipt'] as const;
export type SignalType = (typeof signalTypes)[number];

/** How long a signal of each type stays current unless repeated, in milliseconds. */
const standsFor: Record<SignalType, number> = { typing: 6000, presence: 60_000, pointer: 10_000, receipt: 0 };
/** The largest signal, in characters of JSON. */
export const longestSignal = 1000;
/** The most signals of one conversation that are kept for newcomers. */
const mostKept = 1000;

/** Throws `bad_request` for a signal that is too large. */
export function checkSignal({ key, data }: Pick<Signal, 'key' | 'data'>): void {
  if (key.length > 100 || (data && JSON.stringify(data).length > longestSignal))
    throw new AppError('bad_request', `A signal holds at most ${longestSignal} characters, its key 100.`);
}

/** The current signals of one conversation, for newcomers. `data: null` withdraws a signal. */
export class StandingSignals {
  readonly #kept = new Map<string, { signal: Signal; until: number }>();

  note(signal: Signal, now = performance.now()): void {
    const name = `${signal.type} ${signal.personId} ${signal.key}`;
    this.#kept.delete(name);
    const until = now + standsFor[signal.type];
    if (signal.data === null || until <= now) return;
    this.#kept.set(name, { signal, until });
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
  }

  /** Drops the signals of a person who left the conversation. */
  forget(personId: string): void {
    for (const [name, { signal }] of this.#kept) if (signal.personId === personId) this.#kept.delete(name);
  }

  standing(now = performance.now()): Signal[] {
    const signals: Signal[] = [];
    for (const [name, { signal, until }] of this.#kept) {
      if (until > now) signals.push(signal);
      else this.#kept.delete(name);
    }
    return signals;
  }
}

/** The most signals a second that one conversation delivers in one process, counted over all followers. */
const mostDelivered = 20_000;

/**
 * Limits signals in large rooms. Each signal goes to every follower: a thousand readers of one message cause a million
 * receipts. Signals beyond the limit are dropped, since nobody could look at them all; newcomers still receive the current
 * ones.
 */
export class SignalBudget {
  #left = mostDelivered;
  #at = performance.now();

  /** Whether one more signal may go to this many followers. */
  take(followers: number): boolean {
    const now = performance.now();
    const most = Math.max(mostDelivered, followers);
    this.#left = Math.min(most, this.#left + ((now - this.#at) / 1000) * mostDelivered);
    this.#at = now;
    if (this.#left < followers) return false;
    this.#left -= followers;
    return true;
  }
}
