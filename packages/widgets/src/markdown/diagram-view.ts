// A Mermaid diagram: its source as a code block until the fence is closed; what comes then is the `diagram` chunk's.

import type { Block } from './block-parser.ts';
import { CodeView } from './code-view.ts';
import type { MarkdownHost } from './host.ts';

/** What the drawing is made in, and of. */
export type DiagramParts = {
  element: HTMLElement;
  /** The code block that shows the source. */
  code: HTMLElement;
  source: string;
  host: MarkdownHost;
};

/** What the diagram chunk exports. */
export type DiagramModule = {
  default(parts: DiagramParts): { destroy(): void };
};

export class DiagramView {
  readonly element = document.createElement('div');
  readonly #code: CodeView;
  readonly #host: MarkdownHost;
  #drawing: { destroy(): void } | undefined;
  #asked = false;
  #alive = true;

  constructor(host: MarkdownHost) {
    this.#host = host;
    this.#code = new CodeView(host);
    this.element.className = 'diagram';
    this.element.append(this.#code.element);
  }

  update(block: Block): void {
    this.#code.update(block);
    if (!block.frozen || this.#asked) return;
    this.#asked = true;
    const element = this.element;
    const host = this.#host;
    const code = this.#code;
    host.loadChunk('diagram').then(
      (module: DiagramModule) => {
        if (this.#alive) this.#drawing = module.default({ element, code: code.element, source: code.text(), host });
      },
      () => element.classList.add('diagram-failed'),
    );
  }

  destroy(): void {
    this.#alive = false;
    this.#drawing?.destroy();
    this.#code.destroy();
  }
}
