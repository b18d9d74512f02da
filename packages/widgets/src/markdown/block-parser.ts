// The block half of the Markdown parser, fed line by line as an answer streams in. It is over 400 lines since the rules
// of CommonMark for containers, leaves and lazy continuation only make sense side by side.
//
// Why a parser of our own: every published one takes the whole text, so a streamed answer is parsed again for each
// token. CommonMark's block rules need one line at a time and the chain of open blocks, nothing else. Keeping that chain
// makes the cost of a token independent of the length of the answer, and every piece of text knows its place in the
// source, which annotations need.

import { normalizeLabel } from './label.ts';

export type BlockType =
  | 'document'
  | 'quote'
  | 'list'
  | 'item'
  | 'paragraph'
  | 'heading'
  | 'code'
  | 'rule'
  | 'table'
  | 'math'
  | 'footnote';

/** A piece of one source line: `text` begins at `source`, an offset in the whole Markdown text. */
export type SourceLine = {
  text: string;
  source: number;
};

export type Alignment = 'left' | 'right' | 'center' | undefined;

export type Block = {
  type: BlockType;
  /** Offset of the block's first character in the source. */
  start: number;
  /** Number of the last line that was not blank, counted from 0: blank lines between blocks make a list loose. */
  lastLine: number;
  open: boolean;
  /** Closed by a complete line: this block will never change again. */
  frozen: boolean;
  children: Block[];
  lines: SourceLine[];
  /** heading: 1 to 6. */
  level: number;
  /** list */
  ordered: boolean;
  first: number;
  marker: string;
  tight: boolean;
  /** item: columns its content is indented by; task box, if it has one. */
  indent: number;
  task: 'open' | 'checked' | undefined;
  /** code: the fence's run of characters ('' when indented), its indentation and info string. */
  fence: string;
  info: string;
  /** code that is Markdown: how many fences inside it are open. */
  inner: number;
  /** footnote: its name, as definitions are found by; `info` has it as it was written. */
  label: string;
  /** code and math: the closing fence was seen. */
  complete: boolean;
  /** table: one entry a column; lines[0] is the header row. */
  columns: Alignment[];
};

export type LinkDefinition = {
  href: string;
  title: string;
  /** It is the name of a footnote, not of an address. */
  footnote?: true;
};

/** What a line could begin that shall not be shown before it is certain: `-`, `##`, `1.`, a fence, a table's ruler… */
const UNDECIDED_LINE = /^[ \t>]*(?:[-=*_+#~`|:$ \t]{1,80}|\d{1,9}[.)]?|\\\[?|\[\^[^\]\s]{0,80}\]?)$/;
const DELIMITER_ROW = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const DEEPEST = 40;
const FOOTNOTE = /^\[(\^[^\]\s]{1,200})\]:[ \t]*/;
/** A fence whose content is a document, which may hold fences of its own. */
const DOCUMENT = /^(?:markdown|md|mdx)\b/i;
const FENCE = /^(`{3,}(?=[^`]*$)|~{3,})/;

function block(type: BlockType, start: number, lastLine: number): Block {
  return {
    type,
    start,
    lastLine,
    open: true,
    frozen: false,
    children: [],
    lines: [],
    level: 0,
    ordered: false,
    first: 1,
    marker: '',
    tight: true,
    indent: 0,
    task: undefined,
    fence: '',
    info: '',
    inner: 0,
    label: '',
    complete: false,
    columns: [],
  };
}

/** A place in one line, counted in characters and in columns (a tab reaches to the next multiple of four). */
class Cursor {
  pos = 0;
  column = 0;
  #splitTab = false;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Width in columns of the white space here, and the position of the first character after it. */
  lead(): { width: number; end: number } {
    let column = this.column;
    let end = this.pos;
    for (; end < this.text.length; end++) {
      const char = this.text[end];
      if (char === ' ') column++;
      else if (char === '\t') column += 4 - (column % 4);
      else break;
    }
    return { width: column - this.column, end };
  }

  skipColumns(count: number): void {
    while (count > 0) {
      const char = this.text[this.pos];
      if (char === ' ') {
        this.pos++;
        this.column++;
        count--;
      } else if (char === '\t') {
        const width = 4 - (this.column % 4);
        this.#splitTab = width > count;
        this.column += Math.min(width, count);
        if (!this.#splitTab) this.pos++;
        count -= Math.min(width, count);
      } else return;
    }
  }

  skipLead(): void {
    this.skipColumns(this.lead().width);
  }

  skipCharacters(count: number): void {
    this.pos += count;
    this.column += count;
    this.#splitTab = false;
  }

  blank(): boolean {
    return this.lead().end === this.text.length;
  }

  rest(): string {
    if (!this.#splitTab) return this.text.slice(this.pos);
    return ' '.repeat(4 - (this.column % 4)) + this.text.slice(this.pos + 1);
  }
}

/** Splits a table row at its unescaped bars. Each cell keeps its offset within the row. */
export function splitRow(row: string): { text: string; offset: number }[] {
  const cells: { text: string; offset: number }[] = [];
  const end = row.trimEnd().length;
  let from = row.length - row.trimStart().length;
  if (row[from] === '|') from++;
  for (let i = from; i <= end; i++) {
    if (row[i] === '\\' && i + 1 < end) {
      i++;
      continue;
    }
    if (i < end && row[i] !== '|') continue;
    // The bar that ends the row opens no further cell.
    if (i === end && row[end - 1] === '|' && i === from && cells.length > 0) break;
    const raw = row.slice(from, i);
    const lead = raw.length - raw.trimStart().length;
    cells.push({ text: raw.trim(), offset: from + lead });
    from = i + 1;
  }
  return cells;
}

function alignments(row: string): Alignment[] {
  return splitRow(row).map(({ text }) => {
    if (text.startsWith(':')) return text.endsWith(':') ? 'center' : 'left';
    return text.endsWith(':') ? 'right' : undefined;
  });
}

/** True where a paragraph of a single line, not finished yet, may still turn out to be the head of a table. */
export function mayBecomeTable(paragraph: Block): boolean {
  const [head, ruler, third] = paragraph.lines;
  if (!paragraph.open || !head?.text.startsWith('|') || third) return false;
  return ruler === undefined || /^[|:\- \t]*$/.test(ruler.text);
}

type Saved = {
  block: Block;
  fields: Block;
  children: number;
  lastChild: Block | undefined;
  lines: number;
  lastText: SourceLine | undefined;
};

/** Reads a leading `[label]: destination "title"` from a paragraph's text: what it defines and how long it is. */
export type DefinitionReader = (
  text: string,
) => { label: string; definition: LinkDefinition; length: number } | undefined;

/**
 * Parses Markdown that grows at its end. `write` takes the whole text so far; `document` then holds its block tree, in
 * which everything marked `frozen` is final. The line that has no end yet is parsed on trial and taken back by the next
 * `write`.
 */
export class BlockParser {
  readonly document: Block = block('document', 0, 0);
  readonly definitions = new Map<string, LinkDefinition>();
  /** Characters given to the line parser so far, trial lines included. */
  examined = 0;

  #source = '';
  /** Everything before this offset has been parsed for good. */
  #committed = 0;
  #lineNumber = 0;
  #trial = false;
  #saved: Saved[] = [];
  readonly #readDefinition: DefinitionReader;

  constructor(readDefinition: DefinitionReader) {
    this.#readDefinition = readDefinition;
  }

  /** `source` must begin with what was written before. With `done`, its last line counts as complete. */
  write(source: string, done: boolean): void {
    this.#takeBackTrial();
    this.#source = source;
    while (this.#committed < source.length) {
      const end = this.#lineEnd(this.#committed);
      if (end === undefined) break;
      this.#parseLine(source.slice(this.#committed, end.text), this.#committed);
      this.#committed = end.next;
      this.#lineNumber++;
    }
    const rest = source.slice(this.#committed);
    if (done) {
      if (rest !== '') {
        this.#parseLine(rest.replace(/\r$/, ''), this.#committed);
        this.#committed = source.length;
        this.#lineNumber++;
      }
      while (this.document.open) this.#close(this.#tip());
    } else if (rest !== '' && !this.#undecided(rest)) {
      this.#save();
      this.#trial = true;
      this.#parseLine(rest.replace(/\r$/, ''), this.#committed);
      this.#trial = false;
    }
  }

  #undecided(line: string): boolean {
    const tip = this.#tip();
    if (tip.type === 'code' && tip.fence) {
      // A closing fence that is still growing must not flash up as a line of code.
      return /^[ \t>]*(?:`+|~+)$/.test(line) && line.trim().startsWith(tip.fence[0]!);
    }
    return line.length <= 100 && UNDECIDED_LINE.test(line);
  }

  #lineEnd(from: number): { text: number; next: number } | undefined {
    const lf = this.#source.indexOf('\n', from);
    const cr = this.#source.slice(from, lf < 0 ? undefined : lf).indexOf('\r');
    if (cr < 0) return lf < 0 ? undefined : { text: lf, next: lf + 1 };
    const at = from + cr;
    // A carriage return at the very end may be the first half of CRLF.
    if (at + 1 >= this.#source.length) return undefined;
    return { text: at, next: this.#source[at + 1] === '\n' ? at + 2 : at + 1 };
  }

  #lastOpen(parent: Block): Block | undefined {
    const last = parent.children.at(-1);
    return last?.open ? last : undefined;
  }

  #tip(): Block {
    let tip = this.document;
    for (let next = this.#lastOpen(tip); next; next = this.#lastOpen(next)) tip = next;
    return tip;
  }

  #save(): void {
    for (let at: Block | undefined = this.document; at; at = this.#lastOpen(at)) {
      this.#saved.push({
        block: at,
        fields: { ...at },
        children: at.children.length,
        lastChild: at.children.at(-1),
        lines: at.lines.length,
        lastText: at.lines.at(-1),
      });
    }
  }

  #takeBackTrial(): void {
    for (const { block: at, fields, children, lastChild, lines, lastText } of this.#saved) {
      Object.assign(at, fields);
      at.children.length = children;
      if (lastChild) at.children[children - 1] = lastChild;
      at.lines.length = lines;
      if (lastText) at.lines[lines - 1] = lastText;
    }
    this.#saved = [];
  }

  #parentOf(child: Block): Block {
    let at = this.document;
    while (at.children.at(-1) !== child) at = at.children.at(-1)!;
    return at;
  }

  /** Closes `at` and everything open inside it. */
  #close(at: Block): void {
    const inner = this.#lastOpen(at);
    if (inner) this.#close(inner);
    at.open = false;
    if (!this.#trial) at.frozen = true;
    if (at.type === 'paragraph') {
      this.#takeDefinitions(at);
      if (at.lines.length === 0) this.#parentOf(at).children.pop();
      else at.start = at.lines[0]!.source;
    }
    if (at.type === 'math' && !at.complete) {
      // It was none after all: what stands there is text.
      at.type = 'paragraph';
      at.start = at.lines[0]!.source - at.fence.length;
      at.lines = at.lines.map((line, i) => {
        if (i === 0) return { text: at.fence + line.text, source: at.start };
        const lead = line.text.length - line.text.trimStart().length;
        return { text: line.text.slice(lead), source: line.source + lead };
      });
    }
    if (at.type === 'code' && !at.fence) {
      let keep = at.lines.length;
      while (keep > 0 && at.lines[keep - 1]!.text.trim() === '') keep--;
      at.lines = at.lines.slice(0, keep);
    }
  }

  /** Moves link definitions out of a paragraph's beginning. */
  #takeDefinitions(paragraph: Block): void {
    const { lines } = paragraph;
    if (!lines[0]?.text.startsWith('[')) return;
    // Put together once, not once a definition: a long list of them would otherwise take quadratic time.
    const text = lines.map((line) => line.text).join('\n');
    let at = 0;
    let used = 0;
    while (lines[used]?.text.startsWith('[')) {
      const found = this.#readDefinition(text.slice(at));
      if (!found) break;
      // One given on a trial line is published once that line is certain.
      if (!this.#trial && !this.definitions.has(found.label)) this.definitions.set(found.label, found.definition);
      // A definition always ends with its line.
      const end = at + found.length;
      for (; used < lines.length && at < end; used++) at += lines[used]!.text.length + 1;
    }
    paragraph.lines = lines.slice(used);
  }

  #add(parent: Block, type: BlockType, start: number): Block {
    const previous = parent.children.at(-1);
    if (previous?.open) this.#close(previous);
    const child = block(type, start, this.#lineNumber);
    if (previous && this.#lineNumber - previous.lastLine > 1) {
      if (parent.type === 'list') parent.tight = false;
      else if (parent.type === 'item') this.#parentOf(parent).tight = false;
    }
    parent.children.push(child);
    return child;
  }

  #parseLine(text: string, offset: number): void {
    this.examined += Math.min(text.length, 256);
    const line = new Cursor(text);
    let at = this.document;

    let depth = 0;
    // 1. Which open blocks does the line continue?
    for (let next = this.#lastOpen(at); next; next = this.#lastOpen(at)) {
      const blank = line.blank();
      const verdict = this.#continues(next, line, blank);
      if (verdict === 'ended') return;
      if (verdict === 'no') break;
      // A list goes on with its item: alone it matches any line.
      if (!blank && next.type === 'item') at.lastLine = this.#lineNumber;
      if (!blank && next.type !== 'list') next.lastLine = this.#lineNumber;
      at = next;
      depth++;
    }
    if (at.type === 'code' || at.type === 'math') {
      at.lines.push({ text: line.rest(), source: offset + line.pos });
      if (at.type === 'math') this.#endMath(at);
      return;
    }

    // 2. Which blocks does it begin?
    const matched = at;
    // A line of ten thousand `>` is an attack on the stack of whoever renders it: past the limit it is text.
    while (depth < DEEPEST) {
      const begun = this.#begin(at, line, offset);
      if (begun === undefined) break;
      at = begun;
      depth++;
      if (
        at.type === 'rule' ||
        at.type === 'heading' ||
        at.type === 'code' ||
        at.type === 'math' ||
        at.type === 'table'
      ) {
        return;
      }
    }

    // 3. What is left is text.
    if (line.blank()) {
      const open = this.#lastOpen(at);
      if (open) this.#close(open);
      return;
    }
    line.skipLead();
    const piece = { text: line.rest(), source: offset + line.pos };
    if (at === matched) {
      const tip = this.#tip();
      // A paragraph goes on in the next line even without its container's marker.
      if (tip !== at && tip.type === 'paragraph') {
        tip.lines.push(piece);
        for (let up = this.#lastOpen(this.document); up; up = this.#lastOpen(up)) up.lastLine = this.#lineNumber;
        return;
      }
      if (at.type === 'paragraph' || at.type === 'table') {
        at.lines.push(piece);
        return;
      }
    }
    const paragraph = this.#add(this.#listless(at), 'paragraph', piece.source);
    const parent = this.#parentOf(paragraph);
    if (parent.type === 'item' && parent.children.length === 1) {
      const box = /^\[([ xX])\][ \t]+(?=\S)/.exec(piece.text);
      if (box) {
        parent.task = box[1] === ' ' ? 'open' : 'checked';
        piece.text = piece.text.slice(box[0].length);
        piece.source += box[0].length;
      }
    }
    paragraph.lines.push(piece);
  }

  /** Only items live in a list: anything else closes it and goes beside it. */
  #listless(at: Block): Block {
    if (at.type !== 'list') return at;
    const parent = this.#parentOf(at);
    this.#close(at);
    return parent;
  }

  #continues(at: Block, line: Cursor, blank: boolean): 'yes' | 'no' | 'ended' {
    const { width, end } = line.lead();
    switch (at.type) {
      case 'quote':
        if (width > 3 || line.text[end] !== '>') return 'no';
        this.#skipQuoteMarker(line);
        return 'yes';
      case 'list':
        return 'yes';
      case 'item':
        if (blank) {
          if (at.children.length === 0) return 'no';
          line.skipLead();
          return 'yes';
        }
        if (width < at.indent) return 'no';
        line.skipColumns(at.indent);
        return 'yes';
      case 'footnote':
        if (blank) line.skipLead();
        else if (width >= 4) line.skipColumns(4);
        else return 'no';
        return 'yes';
      case 'paragraph':
      case 'table':
      case 'math':
        return blank ? 'no' : 'yes';
      case 'code': {
        if (!at.fence) {
          if (width < 4 && !blank) return 'no';
          line.skipColumns(4);
          return 'yes';
        }
        const rest = line.text.slice(end).trimEnd();
        // CommonMark ends the document at the first fence inside it; the models that write it mean the last.
        const begun = DOCUMENT.test(at.info) && FENCE.exec(rest)?.[0];
        if (begun && begun.length < rest.length && begun[0] === at.fence[0] && begun.length >= at.fence.length) {
          at.inner++;
        } else if (width <= 3 && rest.startsWith(at.fence) && rest === at.fence[0]!.repeat(rest.length)) {
          if (at.inner > 0) {
            at.inner--;
            line.skipColumns(Math.min(width, at.indent));
            return 'yes';
          }
          at.complete = true;
          for (let up = this.#lastOpen(this.document); up; up = this.#lastOpen(up)) up.lastLine = this.#lineNumber;
          this.#close(at);
          return 'ended';
        }
        line.skipColumns(Math.min(width, at.indent));
        return 'yes';
      }
      default:
        return 'no';
    }
  }

  #skipQuoteMarker(line: Cursor): void {
    line.skipLead();
    line.skipCharacters(1);
    if (line.text[line.pos] === ' ' || line.text[line.pos] === '\t') line.skipColumns(1);
  }

  /** The block that begins at the cursor inside `at`, or undefined when the rest is text. */
  #begin(at: Block, line: Cursor, offset: number): Block | undefined {
    const { width, end } = line.lead();
    const start = offset + end;
    if (end === line.text.length) return undefined;
    if (width >= 4) {
      if (this.#tip().type === 'paragraph') return undefined;
      line.skipColumns(4);
      const code = this.#add(this.#listless(at), 'code', offset + line.pos);
      code.lines.push({ text: line.rest(), source: offset + line.pos });
      return code;
    }
    const char = line.text[end]!;
    const outside = at.type === 'paragraph' || at.type === 'table' ? undefined : at;
    const parent = () => this.#listless(outside ?? this.#parentOf(at));

    if (char === '>') {
      const target = parent();
      this.#skipQuoteMarker(line);
      return this.#add(target, 'quote', start);
    }
    // None of the other starts can be longer than the few characters looked at here, unless one of these begins it.
    if (!'#`~=-*_+|:$\\0123456789['.includes(char)) return undefined;

    if (char === '#') {
      const marker = /^#{1,6}(?=[ \t]|$)/.exec(line.text.slice(end, end + 8));
      if (marker) {
        const heading = this.#add(parent(), 'heading', start);
        const raw = line.text.slice(end + marker[0].length);
        const lead = raw.length - raw.trimStart().length;
        const text = raw
          .trim()
          .replace(/(^|[ \t])#+$/, '')
          .trimEnd();
        heading.level = marker[0].length;
        heading.lines.push({ text, source: start + marker[0].length + lead });
        this.#close(heading);
        return heading;
      }
    }
    if (char === '`' || char === '~') {
      const fence = FENCE.exec(line.text.slice(end));
      if (fence) {
        const code = this.#add(parent(), 'code', start);
        code.fence = fence[0];
        code.indent = width;
        code.info = line.text.slice(end + fence[0].length).trim();
        return code;
      }
    }
    if (char === '[') return this.#beginFootnote(parent, line, start);
    if (char === '$' || char === '\\') {
      const math = this.#beginMath(parent, line.text.slice(end), start);
      if (math) return math;
    }
    if (at.type === 'paragraph' && (char === '=' || char === '-')) {
      const underline = /^(=+|-+)[ \t]*$/.exec(line.text.slice(end));
      if (underline) {
        this.#takeDefinitions(at);
        if (at.lines.length > 0) {
          at.type = 'heading';
          at.level = char === '=' ? 1 : 2;
          const last = at.lines.length - 1;
          at.lines[last] = { ...at.lines[last]!, text: at.lines[last]!.text.trimEnd() };
          this.#close(at);
          return at;
        }
        // Nothing was left under the definitions: the line is ordinary text.
        return undefined;
      }
    }
    if (at.type === 'paragraph' && (char === '|' || char === '-' || char === ':')) {
      const table = this.#beginTable(at, line.text.slice(end));
      if (table) return table;
    }
    if ((char === '*' || char === '-' || char === '_') && RULE.test(line.text.slice(end))) {
      const rule = this.#add(parent(), 'rule', start);
      this.#close(rule);
      return rule;
    }
    return this.#beginItem(at, line, width, start);
  }

  #beginItem(at: Block, line: Cursor, width: number, start: number): Block | undefined {
    const { end } = line.lead();
    const found = /^(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(line.text.slice(end, end + 12));
    if (!found) return undefined;
    const marker = found[1] ?? found[3]!;
    const ordered = found[2] !== undefined;
    const after = line.text.slice(end + found[0].length);
    if (at.type === 'paragraph' && (/^[ \t]*$/.test(after) || (ordered && Number(found[2]) !== 1))) return undefined;

    line.skipLead();
    line.skipCharacters(found[0].length);
    const gap = line.lead();
    const blank = gap.end === line.text.length;
    const spaces = blank || gap.width > 4 ? 1 : gap.width;
    line.skipColumns(spaces);

    let list = at;
    if (at.type === 'paragraph' || at.type === 'table') list = this.#parentOf(at);
    if (list.type !== 'list' || list.marker !== marker || list.ordered !== ordered) {
      list = this.#add(this.#listless(list), 'list', start);
      list.marker = marker;
      list.ordered = ordered;
      list.first = ordered ? Number(found[2]) : 1;
    }
    const item = this.#add(list, 'item', start);
    item.indent = width + found[0].length + spaces;
    list.lastLine = this.#lineNumber;
    return item;
  }

  /** `[^name]: text`. Its lines after the first are indented, or go on with its last paragraph. */
  #beginFootnote(parent: () => Block, line: Cursor, start: number): Block | undefined {
    line.skipLead();
    const found = FOOTNOTE.exec(line.text.slice(line.pos, line.pos + 256));
    if (!found) return undefined;
    const note = this.#add(parent(), 'footnote', start);
    note.info = found[1]!;
    note.label = normalizeLabel(note.info);
    // Its name is certain, however its line goes on.
    if (!this.definitions.has(note.label)) this.definitions.set(note.label, { href: '', title: '', footnote: true });
    line.skipCharacters(found[0].length);
    return note;
  }

  #beginTable(paragraph: Block, row: string): Block | undefined {
    if (!row.includes('|') || !DELIMITER_ROW.test(row)) return undefined;
    const head = paragraph.lines.at(-1)!;
    const columns = alignments(row);
    if (splitRow(head.text).length !== columns.length) return undefined;
    if (paragraph.lines.length === 1) {
      paragraph.type = 'table';
      paragraph.columns = columns;
      return paragraph;
    }
    paragraph.lines.pop();
    const table = this.#add(this.#parentOf(paragraph), 'table', head.source);
    table.columns = columns;
    table.lines.push(head);
    return table;
  }

  /**
   * Display mathematics: `$$ … $$` or `\[ … \]` beginning a line. It ends at the closing mark or, unfinished, at a blank
   * line, so that a stray `$$` cannot swallow the rest of an answer.
   */
  #beginMath(parent: () => Block, rest: string, start: number): Block | undefined {
    const fence = rest.startsWith('$$') ? '$$' : rest.startsWith('\\[') ? '\\[' : undefined;
    if (!fence) return undefined;
    const body = rest.slice(2);
    const closing = fence === '$$' ? '$$' : '\\]';
    const at = body.indexOf(closing);
    // Mathematics followed by words belongs to a sentence; the inline parser reads it there.
    if (at >= 0 && (body.slice(at + 2).trim() !== '' || body.slice(0, at).trim() === '')) return undefined;
    // A link whose bracket was escaped.
    if (at < 0 && /^[^\]\\$]*\][([:]/.test(body)) return undefined;
    const math = this.#add(parent(), 'math', start);
    math.fence = fence;
    math.lines.push({ text: body, source: start + 2 });
    this.#endMath(math);
    return math;
  }

  #endMath(math: Block): void {
    const last = math.lines.at(-1)!;
    const at = last.text.indexOf(math.fence === '$$' ? '$$' : '\\]');
    if (at < 0 || last.text.slice(at + 2).trim() !== '') return;
    math.lines[math.lines.length - 1] = { ...last, text: last.text.slice(0, at) };
    math.complete = true;
    this.#close(math);
  }
}
