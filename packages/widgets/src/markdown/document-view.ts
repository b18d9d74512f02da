// Over 400 lines: drawing a block and changing the drawn one in place are two halves of the same case each.
//
// Turns the block tree into DOM. Blocks that are frozen are drawn once and never looked at again: an update walks from
// the end of each open container back to the first frozen child, whatever the length of the answer.

import type { Alignment, Block, LinkDefinition, SourceLine } from './block-parser.ts';
import { mayBecomeTable, splitRow } from './block-parser.ts';
import { CodeView, languageOf } from './code-view.ts';
import { DiagramView } from './diagram-view.ts';
import type { Inline } from './inline.ts';
import { parseInline } from './inline-parser.ts';
import { drawInlines, type InlineHost, insertMark } from './inline-view.ts';
import { drawMath } from './math.ts';

/** An annotation's place in the source and the element that shows it. */
export type Mark = {
  index: number;
  element: HTMLElement;
};

/** What every view of one document shares. */
export type DrawContext = {
  host: InlineHost;
  definitions: Map<string, LinkDefinition>;
  /** Labels that had no definition when they were drawn, and what must be drawn again once they have one. */
  waiting: Map<string, Set<() => void>>;
  /** Characters given to the inline parser so far. */
  examined: number;
};

/** The view of one block; the one at a place is reused for whatever block of its kind comes to stand there. */
export type BlockView = {
  readonly element: HTMLElement;
  block: Block;
  /** The block was frozen when it was drawn last. */
  settled: boolean;
  update(block: Block): void;
  /** The innermost view that shows the source at `index` or the last text before it. */
  find(index: number): BlockView;
  setMarks(marks: Mark[]): void;
  destroy(): void;
};

/** Text of a leaf with the way back to the source. */
class Content {
  text = '';
  #starts: number[] = [];
  #sources: number[] = [];

  constructor(lines: SourceLine[]) {
    for (const line of lines) {
      if (this.#starts.length > 0) this.text += '\n';
      this.#starts.push(this.text.length);
      this.#sources.push(line.source);
      this.text += line.text;
    }
    this.text = this.text.trimEnd();
  }

  /** The place in the text that stands for a source offset. */
  locate(index: number): number {
    let line = this.#sources.length - 1;
    while (line > 0 && this.#sources[line]! > index) line--;
    const end = line + 1 < this.#starts.length ? this.#starts[line + 1]! - 1 : this.text.length;
    return Math.max(0, Math.min(this.#starts[line]! + index - this.#sources[line]!, end, this.text.length));
  }
}

/** Inline content inside one element, parsed on from its last stable place. */
class InlineArea {
  #stable = 0;
  /** The last node in front of the stable place. */
  #anchor: ChildNode | undefined;
  #prefix = '';
  #last: { lines: SourceLine[]; open: boolean } | undefined;
  #marks: Mark[] = [];
  readonly #element: HTMLElement;
  readonly #context: DrawContext;
  readonly #cell: boolean;
  readonly #redraw = () => this.#restart();
  #alive = true;

  constructor(element: HTMLElement, context: DrawContext, cell = false) {
    this.#element = element;
    this.#context = context;
    this.#cell = cell;
  }

  update(lines: SourceLine[], open: boolean): void {
    this.#last = { lines, open };
    this.#draw();
  }

  setMarks(marks: Mark[]): void {
    this.#marks = marks;
    this.#restart();
  }

  #restart(): void {
    if (!this.#alive) return;
    this.#stable = 0;
    this.#anchor = undefined;
    this.#draw();
  }

  #draw(): void {
    if (!this.#last) return;
    const { lines, open } = this.#last;
    const content = new Content(lines);
    if (content.text.slice(0, this.#prefix.length) !== this.#prefix) {
      this.#stable = 0;
      this.#anchor = undefined;
    }
    const context = this.#context;
    context.examined += content.text.length - this.#stable;
    const parsed = parseInline(content.text, this.#stable, {
      open,
      cell: this.#cell,
      definition: (label) => {
        const found = context.definitions.get(label);
        if (!found) {
          const waiting = context.waiting.get(label) ?? new Set();
          context.waiting.set(label, waiting.add(this.#redraw));
        }
        return found;
      },
    });
    const pieces: Inline[] = parsed.nodes;
    const settled = pieces.slice(0, parsed.stableNodes);
    const tail = pieces.slice(parsed.stableNodes);
    const inSettled = this.#marks.filter((mark) => content.locate(mark.index) < parsed.stable);
    for (const mark of this.#marks) {
      const at = content.locate(mark.index);
      if (at < this.#stable) continue;
      insertMark(inSettled.includes(mark) ? settled : tail, at, mark.element);
    }
    this.#anchor = drawInlines(this.#element, settled, context.host, this.#anchor, false);
    drawInlines(this.#element, tail, context.host, this.#anchor);
    this.#stable = parsed.stable;
    this.#prefix = content.text.slice(0, parsed.stable);
  }

  destroy(): void {
    this.#alive = false;
  }
}

const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Containers whose beginning is long enough to be certain of. */
const turned = new WeakSet<HTMLElement>();

/**
 * Turns a container the way its first letter reads. `dir="auto"` would not look into children that have a `dir` of
 * their own, and markers and bars stand on the container's side. A beginning may still change: of `- [x`, the letter
 * becomes a box.
 */
function turn(element: HTMLElement, words: HTMLElement): void {
  if (turned.has(element)) return;
  const text = words.textContent ?? '';
  const letter = LETTER.exec(text)?.[0];
  if (!letter) element.removeAttribute('dir');
  else element.dir = RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
  if (text.length > 64 && letter) turned.add(element);
}

abstract class LeafView {
  abstract readonly element: HTMLElement;
  block: Block;
  settled = false;
  readonly context: DrawContext;

  constructor(block: Block, context: DrawContext) {
    this.block = block;
    this.context = context;
  }

  find(): BlockView {
    return this as unknown as BlockView;
  }

  /** Blocks without inline text show their marks behind themselves. */
  setMarks(marks: Mark[]): void {
    this.element.querySelector(':scope > .block-marks')?.remove();
    if (marks.length === 0) return;
    const after = document.createElement('div');
    after.className = 'block-marks';
    after.append(...marks.map((mark) => mark.element));
    this.element.append(after);
  }

  destroy(): void {}
}

class TextView extends LeafView implements BlockView {
  readonly element: HTMLElement;
  readonly #area: InlineArea;

  constructor(block: Block, context: DrawContext) {
    super(block, context);
    const level = Math.min(6, block.level + (context.host.headingOffset ?? 0));
    this.element = document.createElement(block.type === 'heading' ? `h${level}` : 'p');
    if (block.type === 'heading') this.element.dataset.level = String(block.level);
    this.element.dir = 'auto';
    this.#area = new InlineArea(this.element, context);
  }

  update(block: Block): void {
    // An unfinished line that may be a table's head, or an address for the links above, is not shown as text first.
    const hidden = mayBecomeTable(block) || (block.open && /^\[[^\]\n]+\]:/.test(block.lines[0]?.text ?? ''));
    this.element.hidden = hidden;
    this.#area.update(hidden ? [] : block.lines, !block.frozen);
  }

  override setMarks(marks: Mark[]): void {
    this.#area.setMarks(marks);
  }

  override destroy(): void {
    this.#area.destroy();
  }
}

class TableView extends LeafView implements BlockView {
  readonly element = document.createElement('div');
  readonly #head = document.createElement('thead');
  readonly #body = document.createElement('tbody');
  readonly #rows: { element: HTMLTableRowElement; areas: InlineArea[]; final: boolean }[] = [];
  #marks: Mark[] = [];

  constructor(block: Block, context: DrawContext) {
    super(block, context);
    this.element.className = 'table';
    // A wide table scrolls by itself; what scrolls must be reachable by keyboard.
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', context.host.t('table.region'));
    const table = document.createElement('table');
    table.append(this.#head);
    this.element.append(table);
  }

  update(block: Block): void {
    this.block = block;
    const { lines, columns } = block;
    let from = this.#rows.length;
    while (from > 0 && (from > lines.length || !this.#rows[from - 1]!.final)) from--;
    if (this.#rows.length === 0 && !block.frozen) this.#fixColumns(splitRow(lines[0]!.text), columns);
    for (let i = from; i < lines.length; i++)
      this.#drawRow(i, lines[i]!, columns, block.frozen || i < lines.length - 1);
    while (this.#rows.length > lines.length) this.#rows.pop()!.element.remove();
    turn(this.#head.parentElement!, this.#head);
    // An empty body would be announced as a row group of its own.
    if (this.#rows.length > 1 && !this.#body.parentNode) this.#head.after(this.#body);
    else if (this.#rows.length <= 1) this.#body.remove();
  }

  /**
   * A table whose rows are still coming takes its columns from its head: laid out by its content, every row would move
   * them under the reader. Numbers (what is set to the right) need little, words share what is left.
   */
  #fixColumns(head: { text: string }[], columns: Alignment[]): void {
    const widths = columns.map((align, i) => {
      const words = (head[i]?.text ?? '').replace(/[\u1100-\uffdc]/g, 'xx');
      const own = 0.65 * words.length + 2;
      return Math.min(24, align === 'right' ? Math.max(6, own) : Math.max(9, own + 3));
    });
    const sum = widths.reduce((all, width) => all + width, 0);
    const group = document.createElement('colgroup');
    for (const width of widths) {
      const column = document.createElement('col');
      column.style.inlineSize = `${(100 * width) / sum}%`;
      group.append(column);
    }
    const table = this.#head.parentElement!;
    table.dataset.grown = '';
    table.style.setProperty('--md-columns', `${sum}em`);
    table.prepend(group);
  }

  #drawRow(index: number, line: SourceLine, columns: Alignment[], final: boolean): void {
    let row = this.#rows[index];
    if (!row) {
      row = { element: document.createElement('tr'), areas: [], final };
      for (const align of columns) {
        const cell = document.createElement(index === 0 ? 'th' : 'td');
        if (index === 0) cell.scope = 'col';
        cell.dir = 'auto';
        if (align) cell.dataset.align = align;
        row.element.append(cell);
        row.areas.push(new InlineArea(cell, this.context, true));
      }
      this.#rows[index] = row;
      (index === 0 ? this.#head : this.#body).append(row.element);
    }
    row.final = final;
    const cells = splitRow(line.text);
    for (const [i, area] of row.areas.entries()) {
      const cell = cells[i];
      area.update(
        cell ? [{ text: cell.text, source: line.source + cell.offset }] : [],
        !final && i === cells.length - 1,
      );
    }
  }

  override setMarks(marks: Mark[]): void {
    const { lines } = this.block;
    const changed = [...this.#marks, ...marks];
    this.#marks = marks;
    const rowOf = (mark: Mark) =>
      Math.max(
        0,
        lines.findLastIndex((line) => line.source <= mark.index),
      );
    for (const index of new Set(changed.map(rowOf))) {
      const line = lines[index]!;
      const cells = splitRow(line.text).slice(0, this.#rows[index]?.areas.length ?? 0);
      const inRow = marks.filter((mark) => rowOf(mark) === index);
      const cellOf = (mark: Mark) =>
        Math.max(
          0,
          cells.findLastIndex((cell) => line.source + cell.offset <= mark.index),
        );
      for (const [i, area] of this.#rows[index]?.areas.entries() ?? []) {
        area.setMarks(inRow.filter((mark) => cellOf(mark) === i));
      }
    }
  }

  override destroy(): void {
    for (const row of this.#rows) for (const area of row.areas) area.destroy();
  }
}

/** The text is whole: tables that grew are laid out by what they hold, as those that came whole. */
export function releaseColumns(root: HTMLElement): void {
  for (const table of root.querySelectorAll<HTMLElement>('table[data-grown]')) {
    table.querySelector('colgroup')!.remove();
    delete table.dataset.grown;
    // Chromium keeps an empty attribute of a style nobody has read.
    if (table.hasAttribute('style')) table.removeAttribute('style');
  }
}

class CodeBlockView extends LeafView implements BlockView {
  readonly element: HTMLElement;
  readonly #code: CodeView;

  constructor(block: Block, context: DrawContext) {
    super(block, context);
    this.#code = new CodeView(context.host);
    this.element = this.#code.element;
  }

  update(block: Block): void {
    this.#code.update(block);
  }

  override destroy(): void {
    this.#code.destroy();
  }
}

class DiagramBlockView extends LeafView implements BlockView {
  readonly element: HTMLElement;
  readonly #diagram: DiagramView;

  constructor(block: Block, context: DrawContext) {
    super(block, context);
    this.#diagram = new DiagramView(context.host);
    this.element = this.#diagram.element;
  }

  update(block: Block): void {
    this.#diagram.update(block);
  }

  override destroy(): void {
    this.#diagram.destroy();
  }
}

class MathView extends LeafView implements BlockView {
  readonly element = document.createElement('div');
  readonly #formula = document.createElement('div');

  constructor(block: Block, context: DrawContext) {
    super(block, context);
    this.element.className = 'math-block';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', context.host.t('math.region'));
    this.element.append(this.#formula);
  }

  update(block: Block): void {
    const source = block.lines.map((line) => line.text).join('\n');
    if (block.complete && source.trim() !== '') {
      drawMath(this.#formula, source.trim(), true, this.context.host);
      return;
    }
    if (this.#formula.textContent !== source.trim()) this.#formula.textContent = source.trim();
  }
}

class RuleView extends LeafView implements BlockView {
  readonly element = document.createElement('hr');
  update(): void {}
  override setMarks(): void {}
}

/**
 * Blocks of the document that share a page. The browser goes through all neighbours of what grows, in layout and to find
 * out what is on the screen: with pages that is a few hundred elements fewer near the end of a long answer.
 */
const pageLength = 16;

/** Document, quote, list and item: elements that hold blocks. */
export class ContainerView implements BlockView {
  readonly element: HTMLElement;
  block: Block;
  settled = false;
  readonly #views: BlockView[] = [];
  readonly #context: DrawContext;
  #box: HTMLInputElement | undefined;
  #page: HTMLElement | undefined;

  constructor(block: Block, context: DrawContext, element?: HTMLElement) {
    this.block = block;
    this.#context = context;
    const tag = { quote: 'blockquote', item: 'li', list: block.ordered ? 'ol' : 'ul' }[block.type as string];
    this.element = element ?? document.createElement(tag ?? 'div');
  }

  update(block: Block): void {
    this.block = block;
    if (block.type === 'list') this.#updateList(block);
    if (block.type === 'item') this.#updateTask(block);
    const views = this.#views;
    const blocks = block.children;
    let from = Math.min(views.length, blocks.length);
    while (from > 0 && !(views[from - 1]!.settled && views[from - 1]!.block === blocks[from - 1])) from--;
    for (let i = from; i < blocks.length; i++) this.#place(i, blocks[i]!);
    while (views.length > blocks.length) this.#remove(views.pop()!);
    if (block.type === 'quote' || block.type === 'list') turn(this.element, this.element);
  }

  #place(index: number, block: Block): void {
    const views = this.#views;
    const context = this.#context;
    const kind = kindOf(block);
    let view = views[index];
    if (!view || view.element.dataset.block !== kind) {
      const fresh = createView(block, context);
      fresh.element.dataset.block = kind;
      if (view) {
        view.element.replaceWith(fresh.element);
        view.destroy();
      } else this.#append(fresh.element, index);
      views[index] = fresh;
      view = fresh;
    }
    view.block = block;
    view.update(block);
    view.settled = block.frozen;
  }

  /** The document's blocks stand in pages. They begin on theirs: an element that is moved loses its scroll and focus. */
  #append(element: HTMLElement, index: number): void {
    if (this.block.type !== 'document') {
      this.element.append(element);
      return;
    }
    if (index % pageLength === 0) {
      const page = document.createElement('div');
      page.className = 'markdown-page';
      // Behind the last page stand the footnotes.
      if (this.#page) this.#page.after(page);
      else this.element.prepend(page);
      this.#page = page;
    }
    const page = this.#page!;
    page.append(element);
    // How high it is taken to be until it comes near the screen.
    page.style.setProperty('contain-intrinsic-block-size', `auto ${page.childElementCount * 4}em`);
  }

  #remove(view: BlockView): void {
    const page = view.element.parentElement;
    view.element.remove();
    view.destroy();
    if (!page || page !== this.#page || page.childElementCount > 0) return;
    this.#page = (page.previousElementSibling as HTMLElement | null) ?? undefined;
    page.remove();
  }

  #updateList(block: Block): void {
    this.element.toggleAttribute('data-tight', block.tight);
    const list = this.element as HTMLOListElement;
    if (block.ordered && list.start !== block.first) list.start = block.first;
  }

  #updateTask(block: Block): void {
    this.element.toggleAttribute('data-task', block.task !== undefined);
    if (!block.task) {
      this.#box?.remove();
      this.#box = undefined;
      return;
    }
    if (!this.#box) {
      this.#box = document.createElement('input');
      this.#box.type = 'checkbox';
      this.#box.disabled = true;
      this.element.prepend(this.#box);
    }
    this.#box.checked = block.task === 'checked';
    this.#box.setAttribute('aria-label', this.#context.host.t(block.task === 'checked' ? 'task.done' : 'task.open'));
  }

  find(index: number): BlockView {
    let low = 0;
    let high = this.#views.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#views[middle]!.block.start <= index) low = middle;
      else high = middle - 1;
    }
    return this.#views[low]?.find(index) ?? this;
  }

  setMarks(): void {}

  destroy(): void {
    for (const view of this.#views) view.destroy();
  }
}

/** A footnote: nothing at its place in the source, its content among the notes at the end. */
class FootnoteView implements BlockView {
  readonly element = document.createElement('div');
  block: Block;
  settled = false;
  readonly #content: ContainerView;
  readonly #label: string;
  readonly #context: DrawContext;

  constructor(block: Block, context: DrawContext) {
    this.block = block;
    this.#label = block.label;
    this.#context = context;
    this.element.hidden = true;
    this.#content = new ContainerView(block, context, document.createElement('div'));
    context.host.notes.define(this.#label, this.#content.element);
  }

  update(block: Block): void {
    this.#content.update(block);
  }

  find(index: number): BlockView {
    return this.#content.find(index);
  }

  setMarks(): void {}

  destroy(): void {
    this.#context.host.notes.drop(this.#label, this.#content.element);
    this.#content.destroy();
  }
}

/** Views are interchangeable between blocks of the same kind. */
function kindOf(block: Block): string {
  if (block.type === 'heading') return `heading${block.level}`;
  if (block.type === 'list') return block.ordered ? 'ordered' : 'bullets';
  // Which columns a table has is known from its second line and never changes afterwards.
  if (block.type === 'table') return `table:${block.columns.map((align) => align?.[0] ?? '-').join('')}`;
  if (block.type === 'footnote') return `footnote:${block.label}`;
  if (block.type === 'code') return languageOf(block) === 'mermaid' ? 'diagram' : 'code';
  return block.type;
}

function createView(block: Block, context: DrawContext): BlockView {
  switch (kindOf(block).split(':')[0]) {
    case 'table':
      return new TableView(block, context);
    case 'code':
      return new CodeBlockView(block, context);
    case 'diagram':
      return new DiagramBlockView(block, context);
    case 'math':
      return new MathView(block, context);
    case 'footnote':
      return new FootnoteView(block, context);
    case 'rule':
      return new RuleView(block, context);
    case 'quote':
    case 'ordered':
    case 'bullets':
    case 'item':
      return new ContainerView(block, context);
    default:
      return new TextView(block, context);
  }
}
