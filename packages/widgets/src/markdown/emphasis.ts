import { CJK, characterAt, MARK, previousCharacter, WORD } from './characters.ts';
import type { Inline } from './inline.ts';
import type { InlineList, Node } from './inline-list.ts';

type Delimiter = {
  node: Node;
  char: string;
  /** Characters of the run not used yet, and how many there were. */
  count: number;
  original: number;
  opens: boolean;
  closes: boolean;
};

/** Emphasis and strikethrough: the runs of `*`, `_` and `~` of one text, and which of them belong together. */
export class Emphasis {
  #delimiters: Delimiter[] = [];
  /** How many delimiters are paired already, and where the search for each kind of opener ended without a result. */
  #paired = 0;
  readonly #searched = new Map<string, Delimiter>();
  readonly #text: string;
  readonly #list: InlineList;

  constructor(text: string, list: InlineList) {
    this.#text = text;
    this.#list = list;
  }

  /** How many runs wait for another. */
  get waiting(): number {
    return this.#delimiters.length;
  }

  /** Forgets the runs from number `count` on: what they stood in is closed. */
  forget(count: number): void {
    this.#delimiters.length = Math.min(this.#delimiters.length, count);
  }

  /** Takes note of a run of `char` from `from` to `to`, which `node` shows. */
  add(node: Node, char: string, from: number, to: number): void {
    const count = to - from;
    if (char === '~' && count > 2) return;
    const before = previousCharacter(this.#text, from);
    const after = characterAt(this.#text, to);
    const spaceBefore = /\s/.test(before);
    const spaceAfter = /\s/.test(after);
    const cjkBefore = CJK.test(before);
    const cjkAfter = CJK.test(after);
    // Full-width punctuation is part of the words that it stands at: `**重要：**请` is emphasis.
    const markBefore = MARK.test(before) && !cjkBefore;
    const markAfter = MARK.test(after) && !cjkAfter;
    const left = !spaceAfter && (!markAfter || spaceBefore || markBefore || cjkBefore);
    const right = !spaceBefore && (!markBefore || spaceAfter || markAfter || cjkAfter);
    // One tilde is "about" before a number and a drawl behind a word more often than it strikes through.
    const struck = (outside: string, inside: string) =>
      char !== '~' || count > 1 || !(WORD.test(outside) || /\p{N}/u.test(inside));
    const opens = left && (char !== '_' || !right || MARK.test(before)) && struck(before, after);
    const closes = right && (char !== '_' || !left || MARK.test(after)) && struck(after, before);
    if (opens || closes) this.#delimiters.push({ node, char, count, original: count, opens, closes });
  }

  /** Pairs what opens with what closes, from the delimiter number `bottom` up. What is left opens. */
  pair(bottom: number): void {
    const delimiters = this.#delimiters;
    // No search is made twice: not for every closer, nor for every word at which a section could end.
    const searched = bottom === 0 ? this.#searched : new Map<string, Delimiter>();
    for (let at = bottom === 0 ? Math.min(this.#paired, delimiters.length) : bottom; at < delimiters.length; ) {
      const closer = delimiters[at]!;
      if (!closer.closes) {
        at++;
        continue;
      }
      const kind = `${closer.char}${closer.opens}${closer.original % 3}`;
      const floor = searched.get(kind);
      let index = at - 1;
      let opener: Delimiter | undefined;
      for (; index >= bottom; index--) {
        const candidate = delimiters[index]!;
        if (candidate === floor) break;
        if (candidate.char !== closer.char || !candidate.opens) continue;
        // What one tilde struck through, two do not end.
        if (closer.char === '~' && candidate.original !== closer.original) continue;
        // "Rule of three": keeps `*foo**bar*` from pairing wrongly.
        const odd =
          (candidate.closes || closer.opens) &&
          (candidate.original + closer.original) % 3 === 0 &&
          (candidate.original % 3 !== 0 || closer.original % 3 !== 0);
        if (odd && closer.char !== '~') continue;
        opener = candidate;
        break;
      }
      if (!opener) {
        if (at > bottom) searched.set(kind, delimiters[at - 1]!);
        if (closer.opens) at++;
        else delimiters.splice(at, 1);
        continue;
      }
      delimiters.splice(index + 1, at - index - 1);
      at = index + 1;
      const used = closer.count >= 2 && opener.count >= 2 ? 2 : 1;
      this.#wrap(opener, closer, used);
      if (opener.count === 0) {
        delimiters.splice(index, 1);
        at--;
      }
      if (closer.count === 0) delimiters.splice(at, 1);
    }
    if (bottom === 0) this.#paired = delimiters.length;
  }

  #wrap(opener: Delimiter, closer: Delimiter | undefined, used: number): void {
    const type = opener.char === '~' ? 'del' : used === 2 ? 'strong' : 'em';
    shorten(opener, used, false);
    if (closer) shorten(closer, used, true);
    const from = opener.node.value.to;
    const to = closer ? closer.node.value.from : this.#text.length;
    this.#list.wrap(opener.node, closer?.node, (children) => ({ type, children, from, to }));
    if (opener.count === 0) this.#list.remove(opener.node);
    if (closer?.count === 0) this.#list.remove(closer.node);
  }

  /** Closes emphasis that is being written, as it most likely will be. */
  closeUnfinished(): void {
    // One tilde is more often "about" than the beginning of what is struck through.
    const begun = (delimiter: Delimiter) => delimiter.opens && delimiter.count > (delimiter.char === '~' ? 1 : 0);
    const open = this.#delimiters.filter(begun).slice(-6);
    for (const opener of open.reverse()) {
      if (this.#text.slice(opener.node.value.to).includes('\n')) continue;
      while (opener.count > 0) this.#wrap(opener, undefined, opener.count >= 2 ? 2 : 1);
    }
  }
}

function shorten(delimiter: Delimiter, used: number, front: boolean): void {
  delimiter.count -= used;
  const value = delimiter.node.value as Inline & { type: 'text' };
  value.text = delimiter.char.repeat(delimiter.count);
  if (front) value.from += used;
  else value.to -= used;
}
