/** A limit of requests: so many at once, and so many more each second. */
type Measure = { burst: number; eachSecond: number };

/** Of one socket. A frame costs one, and more where it causes more work. */
const ofSocket: Measure = { burst: 240, eachSecond: 40 };
/**
 * Of one person on all sockets of this process, for frames that ask the database or go to others. With 32 sockets that is
 * eight times the burst of one: after a restart, all windows reconnect at the same moment.
 */
const ofPerson = (sockets: number): Measure => ({ burst: 60 * sockets, eachSecond: 40 });

/** The extra cost of some frames. */
export const costs = { open: 3, list: 19, resumed: 0.75, read: 1, signal: 0.5, unreadable: 11 };

/** A token bucket. */
export class Budget {
  readonly #measure: Measure;
  #left: number;
  #at = performance.now();

  constructor(measure: Measure = ofSocket) {
    this.#measure = measure;
    this.#left = measure.burst;
  }

  /** Takes the cost, or takes nothing and returns false. */
  take(cost: number): boolean {
    const left = this.#level;
    if (left < cost) return false;
    this.#left = left - cost;
    return true;
  }

  /** Takes the cost, or all tokens there are. */
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

/** The least number of people that are remembered; people with a full budget need not be. */
const fewPeople = 1000;

/** The budgets of people with at most so many sockets: closing a socket and opening another gives nobody a new budget. */
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
