// A code block: language, copy button, and lines that are only ever appended to.

import { copyText } from '../controls/copy-text.ts';
import type { Block } from './block-parser.ts';
import { unescapeMarkdown } from './entities.ts';
import type { MarkdownHost } from './host.ts';
import { selectedIn } from './selection.ts';

/** A run of characters of one line with the classes a theme colours it by. */
export type Colored = {
  text: string;
  scope: string;
};
type Lines = Colored[][] | undefined;
/** What the highlight chunk exports: lines of coloured runs, or undefined for a language it does not know. */
export type HighlightModule = {
  default(code: string, language: string): Lines | Promise<Lines>;
};

// Code is coloured in pieces that begin at an unindented line after an empty one, so that no task is long.
const PIECE = 3000;
const LONGEST_PIECE = 20_000;
/** Lines that get their colours in one task. */
const PAINTED = 64;

/** The language a fence names, reduced to what can stand in a label. */
export function languageOf(block: Block): string {
  return /^[^\s{,]{0,40}/.exec(unescapeMarkdown(block.info))![0];
}

function button(label: string): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'code-copy';
  element.textContent = label;
  return element;
}

export class CodeView {
  readonly element = document.createElement('figure');
  readonly #label = document.createElement('figcaption');
  readonly #language = document.createElement('span');
  readonly #copy: HTMLButtonElement;
  readonly #status = document.createElement('span');
  readonly #code = document.createElement('code');
  readonly #host: MarkdownHost;
  readonly #lines: string[] = [];
  readonly #rows: HTMLElement[] = [];
  /** First line of the piece that is not coloured yet. */
  #piece = 0;
  /** Complete lines up to here have been looked at for the end of a piece; they hold so many characters of it. */
  #scanned = 0;
  #pieceLength = 0;
  #queue: Promise<void> = Promise.resolve();
  #finished = false;
  #alive = true;
  /** Lines whose colours wait for a selection to leave them. */
  readonly #held = new Map<Element, Colored[]>();

  constructor(host: MarkdownHost) {
    this.#host = host;
    this.element.className = 'code';
    // Source code reads from left to right in every language.
    this.element.dir = 'ltr';
    this.#language.className = 'code-language';
    this.#copy = button(host.t('code.copy'));
    this.#copy.onclick = () => this.#copyAll();
    this.#status.className = 'visually-hidden';
    this.#status.setAttribute('role', 'status');
    this.#label.append(this.#language, this.#status, this.#copy);
    const pre = document.createElement('pre');
    // What scrolls must be reachable by keyboard.
    pre.tabIndex = 0;
    pre.setAttribute('role', 'group');
    pre.setAttribute('aria-label', host.t('code.block'));
    pre.append(this.#code);
    this.element.append(this.#label, pre);
  }

  text(): string {
    return this.#lines.join('\n');
  }

  update(block: Block): void {
    const language = languageOf(block);
    if (this.#language.textContent !== language) {
      this.#language.textContent = language;
      const pre = this.#code.parentElement!;
      pre.setAttribute('aria-label', language || this.#host.t('code.block'));
    }
    const wanted = block.lines;
    // Only the last line shown can have been provisional.
    for (let i = Math.max(0, Math.min(this.#lines.length, wanted.length) - 1); i < wanted.length; i++) {
      const text = wanted[i]!.text;
      if (this.#lines[i] === text) continue;
      this.#setLine(i, text);
    }
    while (this.#lines.length > wanted.length) {
      this.#lines.pop();
      this.#rows.pop()?.remove();
    }
    if (block.frozen && !this.#finished) {
      this.#finished = true;
      this.#color(this.#lines.length);
    } else if (!block.frozen) this.#colorWhatIsComplete();
  }

  #setLine(index: number, text: string): void {
    this.#lines[index] = text;
    const line = this.#rows[index];
    if (!line) {
      const added = document.createElement('span');
      added.className = 'line';
      added.append(`${text}\n`);
      this.#rows[index] = added;
      this.#code.append(added);
      return;
    }
    const node = line.firstChild as Text;
    const old = node.data;
    if (`${text}\n`.startsWith(old.slice(0, -1))) node.insertData(old.length - 1, text.slice(old.length - 1));
    else line.textContent = `${text}\n`;
  }

  #colorWhatIsComplete(): void {
    for (; this.#scanned < this.#lines.length - 1; this.#scanned++) {
      const at = this.#scanned;
      if (this.#pieceLength >= PIECE && this.#lines[at - 1] === '' && /^\S/.test(this.#lines[at]!)) {
        this.#color(at);
        this.#pieceLength = 0;
      }
      this.#pieceLength += this.#lines[at]!.length + 1;
    }
  }

  #color(end: number): void {
    const language = this.#language.textContent;
    const from = this.#piece;
    this.#piece = end;
    if (!language || end <= from) return;
    this.#queue = this.#queue.then(async () => {
      const module: HighlightModule = await this.#host.loadChunk('highlight');
      const text = this.#lines.slice(from, end).join('\n');
      if (!this.#alive || text.length > LONGEST_PIECE) return;
      const colored = await module.default(text, language);
      let selected = selectedIn(this.element);
      for (const [i, runs] of colored?.entries() ?? []) {
        if (from + i >= end || !this.#alive) break;
        const line = this.#rows[from + i];
        if (line && runs.some((run) => run.scope)) {
          // Colours come with new nodes, and a selection ends with the nodes it is in.
          if (selected?.intersectsNode(line)) this.#paintLater(line, runs);
          else this.#paint(line, runs);
        }
        // Let input and drawing have their turn.
        if (i % PAINTED === PAINTED - 1) {
          await new Promise((resolve) => setTimeout(resolve));
          selected = selectedIn(this.element);
        }
      }
      await new Promise((resolve) => setTimeout(resolve));
    });
    this.#queue = this.#queue.catch(() => {
      // Without the chunk, code stays uncoloured.
    });
  }

  /** Paints a line once nothing of it is selected any more. */
  #paintLater(line: Element, runs: Colored[]): void {
    if (this.#held.size === 0) document.addEventListener('selectionchange', this.#paintHeld);
    this.#held.set(line, runs);
  }

  readonly #paintHeld = (): void => {
    const selected = selectedIn(this.element);
    for (const [line, runs] of this.#held) {
      if (selected?.intersectsNode(line)) continue;
      this.#held.delete(line);
      this.#paint(line, runs);
    }
    if (this.#held.size === 0) document.removeEventListener('selectionchange', this.#paintHeld);
  };

  #paint(line: Element, runs: Colored[]): void {
    const nodes = runs.map((run) => {
      if (!run.scope) return document.createTextNode(run.text);
      const span = document.createElement('span');
      span.className = run.scope;
      span.textContent = run.text;
      return span;
    });
    line.replaceChildren(...nodes, '\n');
  }

  async #copyAll(): Promise<void> {
    const outcome = (await copyText(this.text(), this.#copy)) ? 'code.copied' : 'code.copyFailed';
    this.#copy.textContent = this.#host.t(outcome);
    this.#status.textContent = this.#host.t(outcome);
    setTimeout(() => {
      this.#copy.textContent = this.#host.t('code.copy');
      this.#status.textContent = '';
    }, 2000);
  }

  destroy(): void {
    this.#alive = false;
    document.removeEventListener('selectionchange', this.#paintHeld);
  }
}
