// Money: `$5 and`, `$120–`. Bounded, so that a number of any length is looked at once.
const SUM_AND_WORD = /\d[\d.,]{0,30}(?:\s{0,8}[kKmM])?\s{1,8}\p{L}{2}/uy;
const SUM_AND_DASH = /\d[\d.,]{0,30}(?:\s{0,8}[kKmM])?\s{0,8}[-–]\s{0,8}\$/uy;

/** Tells mathematics in dollars from sums of money, over one text. */
export class Dollars {
  readonly #text: string;
  #found: number[] | undefined;
  /** How many of them lie before the last one that was asked about. */
  #passed = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the formula begun at `pos` ends. What is a sum with the words behind it is one up to any later dollar too. */
  end(pos: number, lineEnd: number): number | undefined {
    const closers = this.#closers();
    let at = this.#passed;
    while (at < closers.length && closers[at]! <= pos) at++;
    this.#passed = at;
    SUM_AND_WORD.lastIndex = pos + 1;
    const words = SUM_AND_WORD.test(this.#text) ? SUM_AND_WORD.lastIndex : Number.POSITIVE_INFINITY;
    SUM_AND_DASH.lastIndex = pos + 1;
    // `$10-$20`: the second dollar neither ends a formula nor lies in one.
    if (SUM_AND_DASH.test(this.#text)) return undefined;
    const end = closers[at];
    return end === undefined || end >= lineEnd || words <= end ? undefined : end;
  }

  /** Every dollar that could end a formula, found once: a line of prices would otherwise take quadratic time. */
  #closers(): number[] {
    if (this.#found) return this.#found;
    const text = this.#text;
    const found: number[] = [];
    for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
      let slashes = 0;
      while (text[at - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 1 || at === 0 || /\s/.test(text[at - 1]!)) continue;
      if (!/[\p{L}\p{N}$]/u.test(text[at + 1] ?? ' ')) found.push(at);
    }
    this.#found = found;
    return found;
  }
}
