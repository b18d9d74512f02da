// The inline half of the Markdown parser: emphasis, links, code, mathematics inside one paragraph, heading or cell. It is
// over 400 lines since emphasis and brackets decide about each other.
//
// A paragraph that is still growing is read in sections. A section ends where nothing that was begun can reach further,
// and at the latest after LONGEST characters, so a token costs the same in the first line of a paragraph and after its
// ten-thousandth word. Where sections end depends on the text alone, never on how it arrived.

import type { LinkDefinition } from './block-parser.ts';
import { isPunctuation, readEntity, unescapeMarkdown } from './entities.ts';
import { normalizeLabel } from './label.ts';

type Span = {
  /** Offsets in the text given to the parser. */
  from: number;
  to: number;
};
export type Inline = Span &
  (
    | { type: 'text'; text: string }
    | { type: 'code'; text: string }
    | { type: 'math'; text: string; display: boolean }
    /** `joined`: no space stands for it, as between two lines of Chinese. */
    | { type: 'break'; hard: boolean; joined?: boolean }
    | { type: 'em' | 'strong' | 'del'; children: Inline[] }
    | { type: 'tag'; tag: Tag; children: Inline[] }
    | { type: 'link'; href: string; title: string; children: Inline[] }
    | { type: 'image'; href: string; title: string; alt: string }
    | { type: 'footnote'; label: string; text: string }
  );

/** What a tag that models write is drawn as. They carry no attributes, and nothing else of HTML is read. */
export type Tag = 'sub' | 'sup' | 'kbd' | 'mark' | 'u' | 'small' | 'em' | 'strong' | 'del' | 'ins' | 'span';

export type InlineOptions = {
  /** More text may follow: constructs that are half written are closed or hidden instead of shown as they stand. */
  open: boolean;
  definition(label: string): LinkDefinition | undefined;
  /** In a table cell `\|` stands for a bar, even inside code. */
  cell?: boolean;
};

const SHORTEST = 256;
const LONGEST = 6000;
const INTERESTING =
  /[\\`*_~[\]!<&$\n]|(?<![\p{L}\p{N}_])(?:https?:\/\/|www\.)(?=[^\s<])|(?<![\p{L}\p{N}_.+-])[\w.+-]{1,64}@(?=[a-z0-9])/giu;
const BARE_URL = /(?:https?:\/\/|www\.)[^\s<>"`|\\^{}\u3000-\u303f\uff00-\uffef]+/iuy;
const EMAIL = /[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?<![-_])/iy;
const AUTOLINK = /<([a-z][a-z0-9+.-]{1,31}:[^\s<>\p{Cc}]*|[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*)>/iuy;
// Money: `$5 and`, `$120–`. Bounded, so that a number of any length is looked at once.
const SUM_AND_WORD = /\d[\d.,]{0,30}(?:\s{0,8}[kKmM])?\s{1,8}\p{L}{2}/uy;
const SUM_AND_DASH = /\d[\d.,]{0,30}(?:\s{0,8}[kKmM])?\s{0,8}[-–]\s{0,8}\$/uy;
const LINE_BREAK_TAG = /<br[ \t]*\/?>/iy;

const TAG = /<(\/?)(sub|sup|kbd|mark|u|small|i|em|b|strong|s|del|ins|details|summary)>/iy;
const drawnAs: Record<string, Tag> = { i: 'em', b: 'strong', s: 'del', details: 'span', summary: 'strong' };
// Chinese, Japanese and Korean, with their punctuation: no spaces stand between words there, so marks touch them.
const CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\ufe30-\ufe4f\uff00-\uffef]/u;
/** Of these, the ones whose lines are put together without a space; Korean has spaces. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uff60]/u;
const MARK = /[\p{P}\p{S}]/u;
const WORD = /[\p{L}\p{N}]/u;

type Node = {
  value: Inline;
  previous: Node | undefined;
  next: Node | undefined;
};

type Delimiter = {
  node: Node;
  char: string;
  /** Characters of the run not used yet, and how many there were. */
  count: number;
  original: number;
  opens: boolean;
  closes: boolean;
};

type Bracket = {
  node: Node;
  image: boolean;
  active: boolean;
  /** Number of delimiters that stood before it. */
  delimiters: number;
  /** Where its text begins. */
  from: number;
};

/** A tag that was opened, and how many delimiters and brackets stood before it. */
type OpenTag = {
  node: Node;
  name: string;
  delimiters: number;
  brackets: number;
};

type Tail = { href: string; title: string; end: number };
type Note = { label: string; end: number };

/** A destination at `from`: `<in brackets>` or without spaces and with balanced parentheses. */
function readDestination(text: string, from: number): { href: string; end: number } | 'unfinished' | undefined {
  if (text[from] === '<') {
    for (let i = from + 1; i < text.length; i++) {
      const char = text[i];
      if (char === '\n' || char === '<') return undefined;
      if (char === '\\') i++;
      else if (char === '>') return { href: unescapeMarkdown(text.slice(from + 1, i)), end: i + 1 };
    }
    return 'unfinished';
  }
  let depth = 0;
  let i = from;
  for (; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\' && isPunctuation(text[i + 1])) i++;
    else if (char <= ' ' || char === '\u007f') break;
    else if (char === '(') {
      if (++depth > 32) return undefined;
    } else if (char === ')' && depth-- === 0) break;
  }
  if (i >= text.length) {
    // Balanced at the end of the text is a destination for a definition; a link still misses its parenthesis.
    return depth > 0 || i === from ? 'unfinished' : { href: unescapeMarkdown(text.slice(from)), end: text.length };
  }
  if (depth > 0) return undefined;
  return { href: unescapeMarkdown(text.slice(from, i)), end: i };
}

function readTitle(text: string, from: number): { title: string; end: number } | 'unfinished' | undefined {
  const closing = { '"': '"', "'": "'", '(': ')' }[text[from]!];
  if (closing === undefined) return undefined;
  for (let i = from + 1; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\') i++;
    else if (char === closing) return { title: unescapeMarkdown(text.slice(from + 1, i)), end: i + 1 };
    else if (char === '(' && closing === ')') return undefined;
  }
  return 'unfinished';
}

function skipSpace(text: string, from: number): number {
  while (from < text.length && /[ \t\n]/.test(text[from]!)) from++;
  return from;
}

/** Reads `[label]: destination "title"` at the beginning of a paragraph. */
export function readLinkDefinition(
  text: string,
): { label: string; definition: LinkDefinition; length: number } | undefined {
  const head = /^\[((?:[^\\[\]]|\\.){1,999})\]:/s.exec(text);
  if (!head || head[1]!.trim() === '') return undefined;
  const from = skipSpace(text, head[0].length);
  if (from === text.length) return undefined;
  const destination = readDestination(text, from);
  if (typeof destination !== 'object') return undefined;
  const lineEnd = /[ \t]*(?:\n|$)/y;
  const label = normalizeLabel(head[1]!);
  const spaced = skipSpace(text, destination.end);
  if (spaced > destination.end) {
    const title = readTitle(text, spaced);
    if (typeof title === 'object') {
      lineEnd.lastIndex = title.end;
      if (lineEnd.test(text)) {
        return { label, definition: { href: destination.href, title: title.title }, length: lineEnd.lastIndex };
      }
    }
  }
  lineEnd.lastIndex = destination.end;
  if (!lineEnd.test(text)) return undefined;
  return { label, definition: { href: destination.href, title: '' }, length: lineEnd.lastIndex };
}

class InlineParser {
  /** Everything before this offset is final however the text goes on. */
  stable = 0;
  #pos = 0;
  readonly #first: Node;
  #last: Node;
  #delimiters: Delimiter[] = [];
  /** Of all delimiters, how many are paired already, and where the search for each kind of opener ended in vain. */
  #paired = 0;
  readonly #searched = new Map<string, Delimiter>();
  #brackets: Bracket[] = [];
  #tags: OpenTag[] = [];
  /** An unmatched opener that text further on may still close: nothing from here on is final. */
  #unmatchedUntil = 0;
  readonly #text: string;
  readonly #options: InlineOptions;
  readonly #closers = new Map<string, number>();
  readonly #found = new Map<string, { from: number; at: number }>();
  #dollars: number[] | undefined;
  /** How many of `dollars` lie before the last one that was asked about. */
  #dollarsPassed = 0;

  constructor(text: string, options: InlineOptions) {
    this.#text = text;
    this.#options = options;
    this.#first = { value: { type: 'text', text: '', from: 0, to: 0 }, previous: undefined, next: undefined };
    this.#last = this.#first;
  }

  /** Parses one section: up to the first safe place after SHORTEST characters, or to the end. */
  section(): Inline[] {
    while (this.#pos < this.#text.length) {
      if (this.#pos >= SHORTEST && this.#settled()) {
        this.stable = this.#pos;
        break;
      }
      this.#step();
    }
    const unfinished = this.#options.open && this.stable === 0;
    if (unfinished) {
      this.#hideBrackets();
      // The words of a tag that is being written are shown, the tag is not.
      for (const { node } of this.#tags) (node.value as { text: string }).text = '';
    }
    this.#pairDelimiters(0);
    if (unfinished) this.#closeEmphasis();
    return collect(this.#first.next);
  }

  #settled(): boolean {
    if (!/\s/.test(this.#text[this.#pos - 1]!) || /\s/.test(this.#text[this.#pos]!)) return false;
    if (this.#brackets.length > 0 || this.#tags.length > 0 || this.#pos < this.#unmatchedUntil) return false;
    this.#pairDelimiters(0);
    return this.#delimiters.length === 0;
  }

  #push(value: Inline): Node {
    const node: Node = { value, previous: this.#last, next: undefined };
    this.#last.next = node;
    this.#last = node;
    return node;
  }

  #literal(to: number): Node {
    const node = this.#push({ type: 'text', text: this.#text.slice(this.#pos, to), from: this.#pos, to });
    this.#pos = to;
    return node;
  }

  #step(): void {
    INTERESTING.lastIndex = this.#pos;
    const found = INTERESTING.exec(this.#text);
    let next = found?.index ?? this.#text.length;
    if (next > this.#pos) {
      // Plain text stops at the word that begins a new section.
      if (next > SHORTEST) {
        const from = Math.max(this.#pos, SHORTEST - 1);
        const gap = this.#text.slice(from, next).search(/\s(?=\S)/);
        if (gap >= 0) next = from + gap + 1;
      }
      this.#literal(next);
      return;
    }
    const char = this.#text[this.#pos]!;
    switch (char) {
      case '\\':
        this.#backslash();
        return;
      case '`':
        this.#code();
        return;
      case '*':
      case '_':
      case '~':
        this.#delimiterRun(char);
        return;
      case '[':
        this.#openBracket(false);
        return;
      case '!':
        // `![^1]` is an exclamation mark and a footnote.
        if (this.#text[this.#pos + 1] === '[' && this.#text[this.#pos + 2] !== '^') {
          this.#openBracket(true);
          return;
        }
        this.#literal(this.#pos + 1);
        return;
      case ']':
        this.#closeBracket();
        return;
      case '<':
        this.#angle();
        return;
      case '&': {
        const entity = readEntity(this.#text, this.#pos);
        if (!entity) this.#literal(this.#pos + 1);
        else {
          const to = this.#pos + entity.length;
          this.#push({ type: 'text', text: entity.text, from: this.#pos, to });
          this.#pos = to;
        }
        return;
      }
      case '$':
        this.#dollar();
        return;
      case '\n':
        this.#newline(this.#pos + 1);
        return;
      default:
        this.#bareAddress();
        return;
    }
  }

  #newline(to: number, escaped = false): void {
    let hard = escaped;
    // Two spaces before the end of a line make it a real break; other spaces there mean nothing.
    const before = this.#last.value;
    if (!escaped && before.type === 'text' && this.#last !== this.#first) {
      const trimmed = before.text.trimEnd();
      if (before.text.length - trimmed.length >= 2 && before.text.endsWith('  ')) hard = true;
      before.text = before.text.replace(/[ \t]+$/, '');
    }
    const joined =
      !hard && SPACELESS.test(previousCharacter(this.#text, this.#pos)) && SPACELESS.test(characterAt(this.#text, to));
    this.#push({ type: 'break', hard, ...(joined && { joined }), from: this.#pos, to });
    this.#pos = to;
  }

  #backslash(): void {
    const next = this.#text[this.#pos + 1];
    if (next === '\n') {
      this.#newline(this.#pos + 2, true);
      return;
    }
    if (next === '(' || next === '[') {
      const closing = next === '(' ? '\\)' : '\\]';
      const end = this.#find(closing, this.#pos + 2);
      if (end >= 0 && this.#text.slice(this.#pos + 2, end).trim() !== '') {
        this.#math(this.#pos + 2, end, end + 2, next === '[');
        return;
      }
      if (end < 0 && this.#options.open) this.#unmatchedUntil = Number.POSITIVE_INFINITY;
    }
    if (isPunctuation(next)) {
      this.#push({ type: 'text', text: next!, from: this.#pos, to: this.#pos + 2 });
      this.#pos += 2;
    } else if (next === undefined && this.#options.open) this.#pos++;
    else this.#literal(this.#pos + 1);
  }

  #math(from: number, end: number, to: number, display: boolean): void {
    this.#push({ type: 'math', text: this.#text.slice(from, end).trim(), display, from: this.#pos, to });
    this.#pos = to;
  }

  #code(): void {
    const run = /`+/y;
    run.lastIndex = this.#pos;
    const fence = run.exec(this.#text)![0];
    const from = this.#pos + fence.length;
    const search = /`+/g;
    // Each length is searched for once, or a text of backticks alone would take quadratic time.
    search.lastIndex = Math.max(from, this.#closers.get(fence) ?? 0);
    for (let end = search.exec(this.#text); end; end = search.exec(this.#text)) {
      if (end[0].length !== fence.length) continue;
      this.#pushCode(this.#text.slice(from, end.index), end.index + fence.length);
      return;
    }
    this.#closers.set(fence, this.#text.length);
    if (this.#options.open && this.#text.length - this.#pos < LONGEST) {
      this.#unmatchedUntil = Number.POSITIVE_INFINITY;
      const body = this.#text.slice(from);
      if (!body.includes('\n')) {
        const text = body.replace(/`+$/, '');
        if (text.trim() !== '') this.#pushCode(text, this.#text.length);
        else this.#pos = this.#text.length;
        return;
      }
    }
    this.#literal(from);
  }

  #pushCode(raw: string, to: number): void {
    let text = raw.replaceAll('\n', ' ');
    if (/^ .* $/.test(text) && text.trim() !== '') text = text.slice(1, -1);
    if (this.#options.cell) text = text.replaceAll('\\|', '|');
    this.#push({ type: 'code', text, from: this.#pos, to });
    this.#pos = to;
  }

  /**
   * `$…$` is mathematics only where it cannot be money: the opening dollar touches what follows and no letter or digit
   * before it, the closing one touches what precedes and no letter or digit after it, all on one line.
   */
  #dollar(): void {
    const text = this.#text;
    const pos = this.#pos;
    if (text[pos + 1] === '$') {
      const end = this.#find('$$', pos + 2);
      if (end > pos + 2 && text.slice(pos + 2, end).trim() !== '') {
        this.#math(pos + 2, end, end + 2, true);
        return;
      }
      if (end < 0 && this.#options.open) this.#unmatchedUntil = Number.POSITIVE_INFINITY;
      this.#literal(pos + 2);
      return;
    }
    const previous = text[pos - 1] ?? ' ';
    const next = text[pos + 1];
    if (next !== undefined && !/\s/.test(next) && !/[\p{L}\p{N}$]/u.test(previous)) {
      const newline = this.#find('\n', pos);
      const lineEnd = newline < 0 ? text.length : newline;
      const end = this.#closingDollar(pos, lineEnd);
      if (end !== undefined) {
        // The character after the last dollar decides, and may not be here yet.
        if (end + 1 === text.length && this.#options.open) this.#unmatchedUntil = Number.POSITIVE_INFINITY;
        this.#math(pos + 1, end, end + 1, false);
        return;
      }
      if (newline < 0) this.#unmatchedUntil = text.length + 1;
      else this.#unmatchedUntil = Math.max(this.#unmatchedUntil, newline + 1);
    }
    this.#literal(pos + 1);
  }

  /** Where the formula begun at `pos` ends. What is a sum with the words behind it is one up to any later dollar too. */
  #closingDollar(pos: number, lineEnd: number): number | undefined {
    const closers = this.#closingDollars();
    let at = this.#dollarsPassed;
    while (at < closers.length && closers[at]! <= pos) at++;
    this.#dollarsPassed = at;
    SUM_AND_WORD.lastIndex = pos + 1;
    const words = SUM_AND_WORD.test(this.#text) ? SUM_AND_WORD.lastIndex : Number.POSITIVE_INFINITY;
    SUM_AND_DASH.lastIndex = pos + 1;
    // `$10-$20`: the second dollar neither ends a formula nor lies in one.
    if (SUM_AND_DASH.test(this.#text)) return undefined;
    const end = closers[at];
    return end === undefined || end >= lineEnd || words <= end ? undefined : end;
  }

  /** Every dollar that could end a formula, found once: a line of prices would otherwise take quadratic time. */
  #closingDollars(): number[] {
    if (this.#dollars) return this.#dollars;
    const text = this.#text;
    const found: number[] = [];
    for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
      let slashes = 0;
      while (text[at - 1 - slashes] === '\\') slashes++;
      if (slashes % 2 === 1 || at === 0 || /\s/.test(text[at - 1]!)) continue;
      if (!/[\p{L}\p{N}$]/u.test(text[at + 1] ?? ' ')) found.push(at);
    }
    this.#dollars = found;
    return found;
  }

  /** `indexOf`, which looks through the same text once, however often it is asked. */
  #find(what: string, from: number): number {
    const known = this.#found.get(what);
    if (known && known.from <= from && (known.at < 0 || known.at >= from)) return known.at;
    const at = this.#text.indexOf(what, from);
    this.#found.set(what, { from, at });
    return at;
  }

  #angle(): void {
    AUTOLINK.lastIndex = this.#pos;
    const found = AUTOLINK.exec(this.#text);
    if (found) {
      const address = found[1]!;
      const href = /^[a-z][a-z0-9+.-]{1,31}:/i.test(address) ? address : `mailto:${address}`;
      this.#link(href, address, this.#pos + 1, AUTOLINK.lastIndex);
      return;
    }
    LINE_BREAK_TAG.lastIndex = this.#pos;
    // Models write it in table cells, where Markdown has no other way.
    if (LINE_BREAK_TAG.test(this.#text)) {
      this.#push({ type: 'break', hard: true, from: this.#pos, to: LINE_BREAK_TAG.lastIndex });
      this.#pos = LINE_BREAK_TAG.lastIndex;
      return;
    }
    TAG.lastIndex = this.#pos;
    const tag = TAG.exec(this.#text);
    if (tag) this.#tag(tag[2]!.toLowerCase(), tag[1] === '/', TAG.lastIndex);
    else this.#literal(this.#pos + 1);
  }

  /** A tag counts once its end is there too: alone it stays as it is written. */
  #tag(name: string, closes: boolean, to: number): void {
    const index = closes ? this.#tags.findLastIndex((open) => open.name === name) : -1;
    if (index < 0) {
      const node = this.#literal(to);
      // More of them than anybody nests would make the search for the right one long.
      if (!closes && this.#tags.length < 64)
        this.#tags.push({ node, name, delimiters: this.#delimiters.length, brackets: this.#brackets.length });
      return;
    }
    const { node, delimiters, brackets } = this.#tags[index]!;
    this.#tags.length = index;
    this.#pairDelimiters(delimiters);
    this.#delimiters.length = Math.min(this.#delimiters.length, delimiters);
    this.#brackets.length = Math.min(this.#brackets.length, brackets);
    const inner = node.next;
    if (inner) inner.previous = undefined;
    const children = collect(inner);
    this.#last = node.previous!;
    this.#last.next = undefined;
    const from = node.value.from;
    this.#push({ type: 'tag', tag: drawnAs[name] ?? (name as Tag), children, from, to });
    if (name === 'summary') this.#push({ type: 'break', hard: true, from: to, to });
    this.#pos = to;
  }

  #link(href: string, label: string, from: number, to: number): void {
    const text: Inline = { type: 'text', text: label, from, to: from + label.length };
    this.#push({ type: 'link', href, title: '', children: [text], from: this.#pos, to });
    this.#pos = to;
  }

  #bareAddress(): void {
    EMAIL.lastIndex = this.#pos;
    const mail = EMAIL.exec(this.#text)?.[0];
    if (mail) {
      this.#link(`mailto:${mail}`, mail, this.#pos, this.#pos + mail.length);
      return;
    }
    BARE_URL.lastIndex = this.#pos;
    let url = BARE_URL.exec(this.#text)?.[0] ?? '';
    // Punctuation at the end belongs to the sentence, and so does a parenthesis opened before the address.
    for (let before = ''; before !== url; ) {
      before = url;
      url = url.replace(/(?:[?!.,:;*_~'"\]]|&[a-z0-9]+;)$/i, '');
      if (url.endsWith(')') && url.split(')').length > url.split('(').length) url = url.slice(0, -1);
    }
    const host = /^(?:https?:\/\/|www\.)([^/?#:]+)/i.exec(url)?.[1];
    if (!host || (!host.includes('.') && !/^(?:localhost|\[)/.test(host))) {
      this.#literal(this.#pos + 1);
      return;
    }
    this.#link(/^www/i.test(url) ? `https://${url}` : url, url, this.#pos, this.#pos + url.length);
  }

  #delimiterRun(char: string): void {
    const text = this.#text;
    const pos = this.#pos;
    let end = pos + 1;
    while (text[end] === char) end++;
    const count = end - pos;
    if (end === text.length && this.#options.open) {
      // A run that may still grow is shown once it is certain; `closeEmphasis` acts for it meanwhile.
      this.#pos = end;
      return;
    }
    const before = previousCharacter(text, pos);
    const after = characterAt(text, end);
    const spaceBefore = /\s/.test(before);
    const spaceAfter = /\s/.test(after);
    const cjkBefore = CJK.test(before);
    const cjkAfter = CJK.test(after);
    // Full-width punctuation is part of the words that it stands at: `**重要：**请` is emphasis.
    const markBefore = MARK.test(before) && !cjkBefore;
    const markAfter = MARK.test(after) && !cjkAfter;
    const left = !spaceAfter && (!markAfter || spaceBefore || markBefore || cjkBefore);
    const right = !spaceBefore && (!markBefore || spaceAfter || markAfter || cjkAfter);
    const node = this.#literal(end);
    if (char === '~' && count > 2) return;
    // One tilde is "about" before a number and a drawl behind a word more often than it strikes through.
    const struck = (outside: string, inside: string) =>
      char !== '~' || count > 1 || !(WORD.test(outside) || /\p{N}/u.test(inside));
    const opens = left && (char !== '_' || !right || MARK.test(before)) && struck(before, after);
    const closes = right && (char !== '_' || !left || MARK.test(after)) && struck(after, before);
    if (opens || closes) this.#delimiters.push({ node, char, count, original: count, opens, closes });
  }

  /** Pairs what opens with what closes, from the delimiter number `bottom` up. What is left opens. */
  #pairDelimiters(bottom: number): void {
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
    const start = opener.node;
    const end = closer?.node;
    shorten(opener, used, false);
    if (closer) shorten(closer, used, true);
    const inner = start.next === end ? undefined : start.next;
    if (inner) {
      inner.previous = undefined;
      const lastInner = end ? end.previous! : this.#last;
      lastInner.next = undefined;
    }
    const to = closer ? closer.node.value.from : this.#text.length;
    const wrapped: Inline = { type, children: collect(inner), from: opener.node.value.to, to };
    const node: Node = { value: wrapped, previous: start, next: end };
    start.next = node;
    if (end) end.previous = node;
    else this.#last = node;
    if (opener.count === 0) this.#remove(start);
    if (closer?.count === 0) this.#remove(closer.node);
  }

  #remove(node: Node): void {
    if (node.previous) node.previous.next = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.#last = node.previous!;
  }

  #openBracket(image: boolean): void {
    const node = this.#literal(this.#pos + (image ? 2 : 1));
    this.#brackets.push({ node, image, active: true, delimiters: this.#delimiters.length, from: this.#pos });
  }

  #closeBracket(): void {
    const bracket = this.#brackets.pop();
    const close = this.#pos;
    if (!bracket?.active) {
      this.#literal(close + 1);
      return;
    }
    const tail = this.#linkTail(bracket.from, close);
    if (tail === 'unfinished') {
      // `[text](http…` without its end: show the text, hide the address being written.
      this.#pos = this.#text.length;
      this.#unmatchedUntil = Number.POSITIVE_INFINITY;
      this.#unwrapBracket(bracket);
      return;
    }
    if (!tail) {
      this.#literal(close + 1);
      return;
    }
    // A tag that was opened inside ends with it.
    this.#tags = this.#tags.filter((open) => open.brackets <= this.#brackets.length);
    if ('label' in tail) {
      this.#last = bracket.node.previous!;
      this.#last.next = undefined;
      this.#delimiters.length = bracket.delimiters;
      const from = bracket.node.value.from;
      const text = this.#text.slice(from, tail.end);
      this.#push({ type: 'footnote', label: tail.label, text, from, to: tail.end });
      this.#pos = tail.end;
      return;
    }
    this.#pairDelimiters(bracket.delimiters);
    this.#delimiters.length = bracket.delimiters;
    const inner = bracket.node.next;
    if (inner) inner.previous = undefined;
    const children = collect(inner);
    const span = { from: bracket.node.value.from, to: tail.end };
    this.#last = bracket.node.previous!;
    this.#last.next = undefined;
    if (bracket.image) {
      this.#push({ type: 'image', href: tail.href, title: tail.title, alt: inlineText(children), ...span });
    } else {
      this.#push({ type: 'link', href: tail.href, title: tail.title, children: withoutLinks(children), ...span });
      // A link holds no other link.
      for (const outer of this.#brackets) if (!outer.image) outer.active = false;
    }
    this.#pos = tail.end;
  }

  #linkTail(from: number, close: number): Tail | Note | 'unfinished' | undefined {
    const text = this.#text;
    if (text[close + 1] === '(') {
      const inline = this.#parenthesis(close + 2);
      if (typeof inline === 'object' || (inline === 'unfinished' && this.#options.open)) return inline;
    }
    const own = text.slice(from, close);
    let label = own;
    let end = close + 1;
    const reference = /\[((?:[^\\[\]]|\\.){0,999})\]/sy;
    reference.lastIndex = end;
    const found = reference.exec(text);
    if (found) {
      if (found[1]!.trim() !== '') label = found[1]!;
      else if (found[1] !== '') return undefined;
      end = reference.lastIndex;
    }
    if (label.length > 999 || /(?<!\\)(?:\\\\)*\[/.test(label)) return undefined;
    const definition = this.#options.definition(normalizeLabel(label));
    if (definition && !definition.footnote) return { ...definition, end };
    // What is not a link may be a footnote, whatever stands behind it.
    const note = own.startsWith('^') ? normalizeLabel(own) : '';
    return note && this.#options.definition(note)?.footnote ? { label: note, end: close + 1 } : undefined;
  }

  #parenthesis(from: number): Tail | 'unfinished' | undefined {
    const text = this.#text;
    const start = skipSpace(text, from);
    if (start === text.length) return 'unfinished';
    const destination = text[start] === ')' ? { href: '', end: start } : readDestination(text, start);
    if (typeof destination !== 'object') return destination;
    if (destination.end === text.length) return 'unfinished';
    let end = skipSpace(text, destination.end);
    let title = '';
    if (end > destination.end && text[end] !== ')') {
      if (end === text.length) return 'unfinished';
      const found = readTitle(text, end);
      if (typeof found !== 'object') return found;
      title = found.title;
      end = skipSpace(text, found.end);
    }
    if (end === text.length) return 'unfinished';
    return text[end] === ')' ? { href: destination.href, title, end: end + 1 } : undefined;
  }

  /** Takes a bracket that is not finished out of sight; an image or a footnote that is not finished goes as a whole. */
  #unwrapBracket(bracket: Bracket, whole = bracket.image): void {
    if (whole || bracket.image) {
      this.#last = bracket.node.previous!;
      this.#last.next = undefined;
      this.#delimiters.length = Math.min(this.#delimiters.length, bracket.delimiters);
    } else this.#remove(bracket.node);
  }

  /** Shows the text of a link that is being written without its bracket. */
  #hideBrackets(): void {
    for (const bracket of this.#brackets.reverse()) {
      const line = this.#text.slice(bracket.from);
      if (bracket.active && !line.includes('\n')) this.#unwrapBracket(bracket, /^\^\S*$/.test(line));
    }
  }

  /** Closes emphasis that is being written, as it most likely will be. */
  #closeEmphasis(): void {
    // One tilde is more often "about" than the beginning of what is struck through.
    const begun = (delimiter: Delimiter) => delimiter.opens && delimiter.count > (delimiter.char === '~' ? 1 : 0);
    const open = this.#delimiters.filter(begun).slice(-6);
    for (const opener of open.reverse()) {
      if (this.#text.slice(opener.node.value.to).includes('\n')) continue;
      while (opener.count > 0) this.#wrap(opener, undefined, opener.count >= 2 ? 2 : 1);
    }
    const last = this.#last.value;
    if (last.type === 'text' && last.to === this.#text.length && this.#last !== this.#first) {
      last.text = last.text.replace(/[!<]$|<\/?[a-z][^\s<>]{0,200}$/i, '');
    }
  }
}

function previousCharacter(text: string, pos: number): string {
  if (pos === 0) return ' ';
  const low = text.charCodeAt(pos - 1);
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(pos - 2, pos) : text[pos - 1]!;
}

function characterAt(text: string, pos: number): string {
  return String.fromCodePoint(text.codePointAt(pos) ?? 32);
}

function shorten(delimiter: Delimiter, used: number, front: boolean): void {
  delimiter.count -= used;
  const value = delimiter.node.value as Inline & { type: 'text' };
  value.text = delimiter.char.repeat(delimiter.count);
  if (front) value.from += used;
  else value.to -= used;
}

/** The list from `node` on as an array, neighbouring text joined where the source is continuous and undisguised. */
function collect(node: Node | undefined): Inline[] {
  const out: Inline[] = [];
  for (let at = node; at; at = at.next) {
    const { value } = at;
    const last = out.at(-1);
    if (value.type !== 'text') out.push(value);
    else if (value.text === '') continue;
    else if (last?.type === 'text' && last.to === value.from && plain(last) && plain(value)) {
      last.text += value.text;
      last.to = value.to;
    } else out.push({ ...value });
  }
  return out;
}

function plain(text: Inline & { type: 'text' }): boolean {
  return text.text.length === text.to - text.from;
}

function withoutLinks(nodes: Inline[]): Inline[] {
  return nodes.flatMap((node): Inline[] => {
    if (node.type === 'link') return withoutLinks(node.children);
    if (node.type === 'footnote') return [{ type: 'text', text: node.text, from: node.from, to: node.to }];
    return 'children' in node ? [{ ...node, children: withoutLinks(node.children) }] : [node];
  });
}

/** What inline nodes say, without their form. */
export function inlineText(nodes: Inline[]): string {
  return nodes
    .map((node) => {
      if ('children' in node) return inlineText(node.children);
      if (node.type === 'break') return node.hard ? '\n' : node.joined ? '' : ' ';
      return node.type === 'image' ? node.alt : node.text;
    })
    .join('');
}

function shift(nodes: Inline[], by: number): void {
  for (const node of nodes) {
    node.from += by;
    node.to += by;
    if ('children' in node) shift(node.children, by);
  }
}

export type InlineResult = {
  nodes: Inline[];
  /** Nodes before this offset are final; parsing may go on from here when the text has grown. */
  stable: number;
  /** How many of `nodes` lie before `stable`. */
  stableNodes: number;
};

/** Parses `text` from `from` on; `from` must be 0 or a `stable` offset of a text that this one extends. */
export function parseInline(text: string, from: number, options: InlineOptions): InlineResult {
  const nodes: Inline[] = [];
  let stable = from;
  let stableNodes = 0;
  for (let at = from; at < text.length; ) {
    const whole = text.length - at <= LONGEST;
    const rest = text.slice(at, at + LONGEST);
    const parser = new InlineParser(rest, { ...options, open: options.open && whole });
    const found = parser.section();
    shift(found, at);
    nodes.push(...found);
    if (parser.stable === 0 && whole) break;
    at += parser.stable || rest.length;
    stable = at;
    stableNodes = nodes.length;
  }
  return { nodes, stable, stableNodes };
}
