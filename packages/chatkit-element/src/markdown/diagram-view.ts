// A Mermaid diagram: its source as a code block until the fence is closed, then the drawing with the source behind a
// button. Whatever goes wrong, the source stays.

import type { Block } from './block-parser.ts';
import { CodeView } from './code-view.ts';
import type { MarkdownHost } from './host.ts';
import { adoptSheet } from './math.ts';

/** What the diagram chunk exports: a drawing made of allow-listed SVG elements, and the rules it is styled by. */
export interface DiagramModule {
  default(source: string, scheme: 'light' | 'dark'): Promise<{ svg: SVGSVGElement; sheet: CSSStyleSheet }>;
}

export class DiagramView {
  readonly element = document.createElement('div');
  private readonly code: CodeView;
  private readonly host: MarkdownHost;
  private readonly drawing = document.createElement('div');
  /** What is drawn, or being drawn. */
  private drawn: 'light' | 'dark' | undefined;
  private source: string | undefined;
  private dropSheet = () => {};
  private alive = true;

  constructor(host: MarkdownHost) {
    this.host = host;
    this.code = new CodeView(host);
    this.element.className = 'diagram';
    this.element.append(this.code.element);
    // The scheme may change by the theme, the page or the system. The style sheet gives this element a colour that
    // follows it, which is never seen, and a transition of it: its end is the one event that tells of all three.
    this.element.addEventListener('transitionend', (event) => {
      if (event.target === this.element) void this.draw();
    });
  }

  update(block: Block): void {
    this.code.update(block);
    if (!block.frozen || this.source !== undefined) return;
    this.source = this.code.text();
    void this.draw();
  }

  private scheme(): 'light' | 'dark' {
    return getComputedStyle(this.element).outlineColor === 'rgb(255, 255, 255)' ? 'dark' : 'light';
  }

  private async draw(): Promise<void> {
    const scheme = this.scheme();
    if (this.source === undefined || scheme === this.drawn) return;
    this.drawn = scheme;
    try {
      const module: DiagramModule = await this.host.loadChunk('diagram');
      const { svg, sheet } = await module.default(this.source, scheme);
      // It changed again meanwhile: the drawing of that is under way.
      if (!this.alive || this.drawn !== scheme) return;
      this.dropSheet();
      this.dropSheet = adoptSheet(this.element, sheet);
      this.drawing.setAttribute('aria-label', svg.querySelector('title')?.textContent || this.host.t('diagram.label'));
      this.drawing.replaceChildren(svg);
      if (!this.drawing.parentNode) this.show();
    } catch {
      // Not understood, not loaded or not allowed: the code block says it all.
      this.element.classList.add('diagram-failed');
    }
  }

  /** Puts the drawing in the place of the code, which goes behind a button. */
  private show(): void {
    const hadFocus = this.code.element.matches(':focus-within');
    this.drawing.className = 'diagram-drawing';
    this.drawing.tabIndex = 0;
    this.drawing.setAttribute('role', 'img');
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = this.host.t('diagram.source');
    details.append(summary, this.code.element);
    this.element.prepend(this.drawing, details);
    if (hadFocus) summary.focus();
  }

  destroy(): void {
    this.alive = false;
    this.dropSheet();
    this.code.destroy();
  }
}
