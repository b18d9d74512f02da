import { AppError } from '../../../errors.ts';

/**
 * What need not last and needs no run: who is typing, where a pointer is. Of one person, one of a type stands at a time: the
 * last one wins, and it fades by itself.
 */
export type Signal = {
  type: SignalType;
  personId: string;
  /** What it is about beyond the person, such as a window's id. */
  key: string;
  data: Record<string, unknown> | null;
};

export const signalTypes = ['typing', 'presence', 'pointer', 'receipt'] as const;
export type SignalType = (typeof signalTypes)[number];

/** How long each stands without being said again, in milliseconds. */
const standsFor: Record<SignalType, number> = { typing: 6000, presence: 60_000, pointer: 10_000, receipt: 0 };
/** The most that one signal may hold, in characters of JSON. */
export const longestSignal = 1000;
/** So many of one conversation are kept for those who come later. */
const mostKept = 1000;

/** Throws `bad_request` for a signal that is larger than one may be. */
export function checkSignal({ key, data }: Pick<Signal, 'key' | 'data'>): void {
  if (key.length > 100 || (data && JSON.stringify(data).length > longestSignal))
    throw new AppError('bad_request', `A signal holds at most ${longestSignal} characters, its key 100.`);
}

/** The signals of one conversation that stand: for those who come later. `data: null` takes one back. */
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

  /** Whoever left the conversation is not typing in it. */
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

/** Signals that are told in one conversation and process, to all its followers together, a second. */
const mostTold = 20_000;

/**
 * What everybody signals goes to everybody: a thousand who read a message are a million receipts. In a room so large that
 * nobody could look at them all, those beyond a measure are dropped; what stands is told to newcomers all the same.
 */
export class SignalMeasure {
  #left = mostTold;
  #at = performance.now();

  /** Whether one more may be told to so many. */
  take(followers: number): boolean {
    const now = performance.now();
    const most = Math.max(mostTold, followers);
    this.#left = Math.min(most, this.#left + ((now - this.#at) / 1000) * mostTold);
    this.#at = now;
    if (this.#left < followers) return false;
    this.#left -= followers;
    return true;
  }
}
