// The interface between the Markdown view and its element.

export type ChunkName = 'highlight' | 'katex' | 'diagram';

export type MarkdownHost = {
  /** Loads a lazy module by name (see chunks/entries.ts); its default export is the function the view calls. */
  // biome-ignore lint/suspicious/noExplicitAny: a module loaded by address has no type; each caller narrows it.
  loadChunk(name: ChunkName): Promise<any>;
  /** Whether an answer may show the image at this absolute http(s) address; otherwise it becomes a link. */
  imageAllowed(url: string): boolean;
  /** Called for each click on a link; prevent the event's default to keep the browser from following it. */
  onLink(href: string, event: Event): void;
  t(key: string, params?: object): string;
  /** Show each line break of the source as one, as people type in chats. */
  singleNewlineBreaks?: boolean;
  /** Added to every heading level, so that answers sit below the page's own headings. */
  headingOffset?: number;
};

/** A marker at a character `index` of the Markdown source. */
export type MarkdownAnnotation = {
  index: number;
  render: () => HTMLElement;
};

export type MarkdownView = {
  element: HTMLElement;
  /** Shows `text`, the whole of it so far; `done` when nothing follows. */
  update(text: string, done: boolean): void;
  setAnnotations(list: MarkdownAnnotation[]): void;
  destroy(): void;
};
