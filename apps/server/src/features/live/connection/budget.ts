/** So much may be asked of the server at once, and again each second. A frame costs one, and more where it makes more work. */
const burst = 240;
const eachSecond = 40;

/** What one socket may still ask for: a bucket of tokens that fills by itself. */
export class Budget {
  #left = burst;
  #at = performance.now();

  /** Takes so much, or nothing and returns false. */
  take(cost: number): boolean {
    const now = performance.now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * eachSecond);
    this.#at = now;
    if (this.#left < cost) return false;
    this.#left -= cost;
    return true;
  }

  /** Takes so much, or all there is. */
  fine(cost: number): void {
    if (!this.take(cost)) this.#left = 0;
  }
}

/** What frames cost beyond the one. */
export const costs = { open: 3, list: 19, resumed: 0.75, unreadable: 11 };
