/** So much may be asked of the server at once, and again each second. */
type Measure = { burst: number; eachSecond: number };

/** Of one socket. A frame costs one, and more where it makes more work. */
const ofSocket: Measure = { burst: 240, eachSecond: 40 };
/**
 * Of one person on all sockets of this process, for what asks the database or is told to others. With 32 sockets that is eight
 * times what one may ask at once: after a restart, all windows come back in the same moment.
 */
const ofPerson = (sockets: number): Measure => ({ burst: 60 * sockets, eachSecond: 40 });

/** What frames cost beyond the one. */
export const costs = { open: 3, list: 19, resumed: 0.75, read: 1, signal: 0.5, unreadable: 11 };

/** What may still be asked for: a bucket of tokens that fills by itself. */
export class Budget {
  readonly #measure: Measure;
  #left: number;
  #at = performance.now();

  constructor(measure: Measure = ofSocket) {
    this.#measure = measure;
    this.#left = measure.burst;
  }

  /** Takes so much, or nothing and returns false. */
  take(cost: number): boolean {
    const left = this.#level;
    if (left < cost) return false;
    this.#left = left - cost;
    return true;
  }

  /** Takes so much, or all there is. */
  fine(cost: number): void {
    if (!this.take(cost)) this.#left = 0;
  }

  get isFull(): boolean {
    return this.#level === this.#measure.burst;
  }

  get #level(): number {
    const { burst, eachSecond } = this.#measure;
    const now = performance.now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * eachSecond);
    this.#at = now;
    return this.#left;
  }
}

/** So many people are remembered at least; those who have all they may have need not be. */
const fewPeople = 1000;

/** The budgets of people who may have so many sockets: closing one and opening another gives nobody a new one. */
export function createPersonBudgets(sockets: number): (personId: string) => Budget {
  const measure = ofPerson(sockets);
  const budgets = new Map<string, Budget>();
  let forgetAt = fewPeople;
  return (personId) => {
    const known = budgets.get(personId);
    if (known) return known;
    if (budgets.size >= forgetAt) {
      for (const [id, budget] of budgets) if (budget.isFull) budgets.delete(id);
      forgetAt = Math.max(fewPeople, budgets.size * 2);
    }
    const budget = new Budget(measure);
    budgets.set(personId, budget);
    return budget;
  };
}
