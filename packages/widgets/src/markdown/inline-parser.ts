// The inline half of the Markdown parser: what stands inside one paragraph, heading or cell. Emphasis, addresses, sums of
// money and the syntax of links have files of their own; this one is over 400 lines since code, mathematics, tags and
// brackets decide together how far a section reaches.
//
// A paragraph that is still growing is read in sections. A section ends where nothing that was begun can reach further,
// and at the latest after LONGEST characters, so a token costs the same in the first line of a paragraph and after its
// ten-thousandth word. Where sections end depends on the text alone, never on how it arrived.

import { type Address, readAutolink, readBareAddress } from './addresses.ts';
import type { LinkDefinition } from './block-parser.ts';
import { characterAt, previousCharacter, SPACELESS } from './characters.ts';
import { Dollars } from './dollars.ts';
import { Emphasis } from './emphasis.ts';
import { isPunctuation, readEntity } from './entities.ts';
import { type Inline, inlineText, shift, type Tag, withoutLinks } from './inline.ts';
import { InlineList, type Node } from './inline-list.ts';
import { normalizeLabel } from './label.ts';
import { type LinkTail, readLinkTail } from './link-syntax.ts';

type Note = { label: string; end: number };

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
const LINE_BREAK_TAG = /<br[ \t]*\/?>/iy;

const TAG = /<(\/?)(sub|sup|kbd|mark|u|small|i|em|b|strong|s|del|ins|details|summary)>/iy;
const drawnAs: Record<string, Tag> = { i: 'em', b: 'strong', s: 'del', details: 'span', summary: 'strong' };
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

class InlineParser {
  /** Everything before this offset is final however the text goes on. */
  stable = 0;
  #pos = 0;
  readonly #list = new InlineList();
  readonly #emphasis: Emphasis;
  readonly #dollars: Dollars;
  #brackets: Bracket[] = [];
  #tags: OpenTag[] = [];
  /** An unmatched opener that text further on may still close: nothing from here on is final. */
  #unmatchedUntil = 0;
  readonly #text: string;
  readonly #options: InlineOptions;
  readonly #closers = new Map<string, number>();
  readonly #found = new Map<string, { from: number; at: number }>();

  constructor(text: string, options: InlineOptions) {
    this.#text = text;
    this.#options = options;
    this.#emphasis = new Emphasis(text, this.#list);
    this.#dollars = new Dollars(text);
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
    this.#emphasis.pair(0);
    if (unfinished) {
      this.#emphasis.closeUnfinished();
      this.#hideBegunTag();
    }
    return this.#list.all();
  }

  #settled(): boolean {
    if (!/\s/.test(this.#text[this.#pos - 1]!) || /\s/.test(this.#text[this.#pos]!)) return false;
    if (this.#brackets.length > 0 || this.#tags.length > 0 || this.#pos < this.#unmatchedUntil) return false;
    this.#emphasis.pair(0);
    return this.#emphasis.waiting === 0;
  }

  #literal(to: number): Node {
    const node = this.#list.push({ type: 'text', text: this.#text.slice(this.#pos, to), from: this.#pos, to });
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
          this.#list.push({ type: 'text', text: entity.text, from: this.#pos, to });
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
    const before = this.#list.last.value;
    if (!escaped && before.type === 'text' && this.#list.last !== this.#list.first) {
      const trimmed = before.text.trimEnd();
      if (before.text.length - trimmed.length >= 2 && before.text.endsWith('  ')) hard = true;
      before.text = before.text.replace(/[ \t]+$/, '');
    }
    const joined =
      !hard && SPACELESS.test(previousCharacter(this.#text, this.#pos)) && SPACELESS.test(characterAt(this.#text, to));
    this.#list.push({ type: 'break', hard, ...(joined && { joined }), from: this.#pos, to });
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
      this.#list.push({ type: 'text', text: next!, from: this.#pos, to: this.#pos + 2 });
      this.#pos += 2;
    } else if (next === undefined && this.#options.open) this.#pos++;
    else this.#literal(this.#pos + 1);
  }

  #math(from: number, end: number, to: number, display: boolean): void {
    this.#list.push({ type: 'math', text: this.#text.slice(from, end).trim(), display, from: this.#pos, to });
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
    this.#list.push({ type: 'code', text, from: this.#pos, to });
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
      const end = this.#dollars.end(pos, lineEnd);
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

  /** `indexOf`, which looks through the same text once, however often it is asked. */
  #find(what: string, from: number): number {
    const known = this.#found.get(what);
    if (known && known.from <= from && (known.at < 0 || known.at >= from)) return known.at;
    const at = this.#text.indexOf(what, from);
    this.#found.set(what, { from, at });
    return at;
  }

  #angle(): void {
    const address = readAutolink(this.#text, this.#pos);
    if (address) {
      this.#link(address);
      return;
    }
    LINE_BREAK_TAG.lastIndex = this.#pos;
    // Models write it in table cells, where Markdown has no other way.
    if (LINE_BREAK_TAG.test(this.#text)) {
      this.#list.push({ type: 'break', hard: true, from: this.#pos, to: LINE_BREAK_TAG.lastIndex });
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
        this.#tags.push({ node, name, delimiters: this.#emphasis.waiting, brackets: this.#brackets.length });
      return;
    }
    const { node, delimiters, brackets } = this.#tags[index]!;
    this.#tags.length = index;
    this.#emphasis.pair(delimiters);
    this.#emphasis.forget(delimiters);
    this.#brackets.length = Math.min(this.#brackets.length, brackets);
    const children = this.#list.take(node);
    const from = node.value.from;
    this.#list.push({ type: 'tag', tag: drawnAs[name] ?? (name as Tag), children, from, to });
    if (name === 'summary') this.#list.push({ type: 'break', hard: true, from: to, to });
    this.#pos = to;
  }

  #bareAddress(): void {
    const address = readBareAddress(this.#text, this.#pos);
    if (address) this.#link(address);
    else this.#literal(this.#pos + 1);
  }

  #link({ href, label, from, to }: Address): void {
    const text: Inline = { type: 'text', text: label, from, to: from + label.length };
    this.#list.push({ type: 'link', href, title: '', children: [text], from: this.#pos, to });
    this.#pos = to;
  }

  #delimiterRun(char: string): void {
    const from = this.#pos;
    let end = from + 1;
    while (this.#text[end] === char) end++;
    // A run that may still grow is shown once it is certain; `closeUnfinished` acts for it meanwhile.
    if (end === this.#text.length && this.#options.open) this.#pos = end;
    else this.#emphasis.add(this.#literal(end), char, from, end);
  }

  #openBracket(image: boolean): void {
    const node = this.#literal(this.#pos + (image ? 2 : 1));
    this.#brackets.push({ node, image, active: true, delimiters: this.#emphasis.waiting, from: this.#pos });
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
      this.#list.drop(bracket.node);
      this.#emphasis.forget(bracket.delimiters);
      const from = bracket.node.value.from;
      const text = this.#text.slice(from, tail.end);
      this.#list.push({ type: 'footnote', label: tail.label, text, from, to: tail.end });
      this.#pos = tail.end;
      return;
    }
    this.#emphasis.pair(bracket.delimiters);
    this.#emphasis.forget(bracket.delimiters);
    const children = this.#list.take(bracket.node);
    const span = { from: bracket.node.value.from, to: tail.end };
    if (bracket.image) {
      this.#list.push({ type: 'image', href: tail.href, title: tail.title, alt: inlineText(children), ...span });
    } else {
      this.#list.push({ type: 'link', href: tail.href, title: tail.title, children: withoutLinks(children), ...span });
      // A link holds no other link.
      for (const outer of this.#brackets) if (!outer.image) outer.active = false;
    }
    this.#pos = tail.end;
  }

  #linkTail(from: number, close: number): LinkTail | Note | 'unfinished' | undefined {
    const text = this.#text;
    if (text[close + 1] === '(') {
      const inline = readLinkTail(text, close + 2);
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

  /** Takes a bracket that is not finished out of sight; an image or a footnote that is not finished goes as a whole. */
  #unwrapBracket(bracket: Bracket, whole = bracket.image): void {
    if (whole || bracket.image) {
      this.#list.drop(bracket.node);
      this.#emphasis.forget(bracket.delimiters);
    } else this.#list.remove(bracket.node);
  }

  /** Shows the text of a link that is being written without its bracket. */
  #hideBrackets(): void {
    for (const bracket of this.#brackets.reverse()) {
      const line = this.#text.slice(bracket.from);
      if (bracket.active && !line.includes('\n')) this.#unwrapBracket(bracket, /^\^\S*$/.test(line));
    }
  }

  /** Takes a tag or an image of which the first characters are written out of sight. */
  #hideBegunTag(): void {
    const { value: last } = this.#list.last;
    if (last.type === 'text' && last.to === this.#text.length && this.#list.last !== this.#list.first) {
      last.text = last.text.replace(/[!<]$|<\/?[a-z][^\s<>]{0,200}$/i, '');
    }
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
