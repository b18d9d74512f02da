// Markdown for streamed answers. See block-parser.ts for how it stays fast.

import { BlockParser } from './block-parser.ts';
import { type BlockView, ContainerView, type DrawContext, type Mark, releaseColumns } from './document-view.ts';
import { Footnotes } from './footnotes.ts';
import type { MarkdownAnnotation, MarkdownHost, MarkdownView } from './host.ts';
import { scriptLanguage } from './language.ts';
import { readLinkDefinition } from './link-syntax.ts';

/** How much work a view has done, in characters; for tests and measurements. */
export type MarkdownWork = {
  blocks: number;
  inlines: number;
};

/** So many characters tell the language of an answer. */
const languageSample = 400;

const contexts = new WeakMap<MarkdownView, () => MarkdownWork>();

/** What `view` has parsed so far. */
export function workOf(view: MarkdownView): MarkdownWork {
  return contexts.get(view)!();
}

type Group = {
  mark: Mark;
  renders: (() => HTMLElement)[];
  /** The view that shows it, once the text has come that far. */
  view: BlockView | undefined;
  /** The text has gone on in another block: the marker stays where it is. */
  final: boolean;
};

class View implements MarkdownView {
  readonly element = document.createElement('div');
  readonly #host: MarkdownHost;
  #parser!: BlockParser;
  #context!: DrawContext;
  #root!: ContainerView;
  #notes!: Footnotes;
  #text = '';
  #done = false;
  #groups: Group[] = [];
  #known = 0;
  #work: MarkdownWork = { blocks: 0, inlines: 0 };

  constructor(host: MarkdownHost) {
    this.#host = host;
    this.element.className = 'markdown';
    this.#restart();
  }

  #restart(): void {
    if (this.#root) {
      const { blocks, inlines } = this.counts();
      this.#work = { blocks, inlines };
      this.#root.destroy();
      this.element.replaceChildren();
    }
    this.#parser = new BlockParser(readLinkDefinition);
    this.#notes = new Footnotes();
    this.#context = {
      host: { ...this.#host, notes: this.#notes },
      definitions: this.#parser.definitions,
      waiting: new Map(),
      examined: 0,
    };
    this.#root = new ContainerView(this.#parser.document, this.#context, this.element);
    this.#text = '';
    this.#done = false;
    this.#known = 0;
    for (const group of this.#groups) {
      group.view = undefined;
      group.final = false;
    }
  }

  counts(): MarkdownWork {
    return { blocks: this.#work.blocks + this.#parser.examined, inlines: this.#work.inlines + this.#context.examined };
  }

  update(text: string, done: boolean): void {
    if (text === this.#text && done === this.#done) return;
    // Not `startsWith`: engines compare equal lengths by memory, forty times as fast.
    if (this.#done || text.slice(0, this.#text.length) !== this.#text) this.#restart();
    this.#text = text;
    this.#done = done;
    // A translator puts nodes of its own in the place of ours: not while ours are still being written to.
    this.element.translate = done;
    if (done || text.length < languageSample) this.element.lang = scriptLanguage(text.slice(0, languageSample));
    this.#parser.write(text, done);
    this.#root.update(this.#parser.document);
    if (done) releaseColumns(this.element);
    this.#drawNewlyDefined();
    this.#placeMarks();
  }

  /** A link definition makes links of brackets that were drawn as text before it came. */
  #drawNewlyDefined(): void {
    const { definitions, waiting } = this.#context;
    if (definitions.size === this.#known) return;
    for (const label of [...definitions.keys()].slice(this.#known)) {
      const redraws = waiting.get(label);
      waiting.delete(label);
      for (const redraw of redraws ?? []) redraw();
    }
    this.#known = definitions.size;
  }

  setAnnotations(list: MarkdownAnnotation[]): void {
    const byIndex = new Map<number, (() => HTMLElement)[]>();
    for (const { index, render } of list) byIndex.set(index, [...(byIndex.get(index) ?? []), render]);
    const before = new Map(this.#groups.map((group) => [group.mark.index, group]));
    const changed = new Set<BlockView>();
    this.#groups = [...byIndex].map(([index, renders]) => {
      let group = before.get(index);
      before.delete(index);
      if (!group) {
        const element = document.createElement('span');
        element.className = 'annotations';
        group = { mark: { index, element }, renders: [], view: undefined, final: false };
      }
      const same = renders.length === group.renders.length && renders.every((render, i) => render === group.renders[i]);
      if (!same) group.mark.element.replaceChildren(...renders.map((render) => render()));
      group.renders = renders;
      return group;
    });
    this.#groups.sort((a, b) => a.mark.index - b.mark.index);
    for (const { view } of before.values()) if (view) changed.add(view);
    this.#placeMarks(changed);
  }

  /** Gives each marker to the view its offset belongs to now. */
  #placeMarks(changed = new Set<BlockView>()): void {
    const tail = this.#root.find(this.#text.length);
    for (const group of this.#groups) {
      if (group.final) continue;
      const reached = this.#done || group.mark.index <= this.#text.length;
      let view: BlockView | undefined = reached ? this.#root.find(group.mark.index) : undefined;
      if (view === this.#root) view = undefined;
      group.final = view !== tail && view?.settled === true;
      if (view === group.view) continue;
      if (group.view) changed.add(group.view);
      if (view) changed.add(view);
      group.view = view;
    }
    for (const view of changed) {
      view.setMarks(this.#groups.filter((group) => group.view === view).map((group) => group.mark));
    }
    // Markers are put in by drawing anew what is around them.
    this.#notes.arrange(this.element, this.#done);
  }

  destroy(): void {
    this.#root.destroy();
    this.element.remove();
  }
}

/** A view that shows Markdown as it grows. It never puts markup into the document that is not on its own list. */
export function createMarkdown(host: MarkdownHost): MarkdownView {
  const view = new View(host);
  contexts.set(view, () => view.counts());
  return view;
}
