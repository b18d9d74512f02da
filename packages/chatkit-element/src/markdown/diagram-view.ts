// A Mermaid diagram: its source as a code block until the fence is closed, then the drawing with the source behind a
// button. Whatever goes wrong, the source stays.

import type { Block } from './block-parser.ts';
import { CodeView } from './code-view.ts';
import type { MarkdownHost } from './host.ts';
import { adoptSheet } from './math.ts';

/** What the Mermaid chunk exports: a drawing made of allow-listed SVG elements, and the rules it is styled by. */
export interface DiagramModule {
  default(source: string, scheme: 'light' | 'dark'): Promise<{ svg: SVGSVGElement; sheet: CSSStyleSheet }>;
}

export class DiagramView {
  readonly element = document.createElement('div');
  private readonly code: CodeView;
  private readonly host: MarkdownHost;
  private drawing: HTMLElement | undefined;
  private started = false;
  private alive = true;

  constructor(host: MarkdownHost) {
    this.host = host;
    this.code = new CodeView(host);
    this.element.className = 'diagram';
    this.element.append(this.code.element);
  }

  update(block: Block): void {
    this.code.update(block);
    if (!block.frozen || this.started) return;
    this.started = true;
    void this.draw(this.code.text());
  }

  private async draw(source: string): Promise<void> {
    try {
      const module: DiagramModule = await this.host.loadChunk('mermaid');
      const dark = getComputedStyle(this.element).colorScheme.startsWith('dark');
      const { svg, sheet } = await module.default(source, dark ? 'dark' : 'light');
      if (!this.alive) return;
      adoptSheet(this.element, sheet);
      this.drawing = document.createElement('div');
      this.drawing.className = 'diagram-drawing';
      this.drawing.tabIndex = 0;
      this.drawing.setAttribute('role', 'img');
      this.drawing.setAttribute('aria-label', svg.querySelector('title')?.textContent || this.host.t('diagram.label'));
      this.drawing.append(svg);
      const details = document.createElement('details');
      const summary = document.createElement('summary');
      summary.textContent = this.host.t('diagram.source');
      details.append(summary, this.code.element);
      this.element.prepend(this.drawing, details);
    } catch {
      // Not understood, not loaded or not allowed: the code block says it all.
      this.element.classList.add('diagram-failed');
    }
  }

  destroy(): void {
    this.alive = false;
    this.code.destroy();
  }
}
