// The drawing in the place of a Mermaid block's source, with the source behind a button.

import type { DiagramParts } from '../diagram-view.ts';
import { adoptSheet } from '../math.ts';
import { drawDiagram } from './diagram-frame.ts';

/** Draws `source` into `element`, and again when the colour scheme changes. Whatever goes wrong, the source stays. */
export default function showDiagram({ element, code, source, host }: DiagramParts): { destroy(): void } {
  const drawing = document.createElement('div');
  /** What is drawn, or being drawn. */
  let drawn: 'light' | 'dark' | undefined;
  let dropSheet = () => {};
  let alive = true;

  async function draw(): Promise<void> {
    const scheme = getComputedStyle(element).outlineColor === 'rgb(255, 255, 255)' ? 'dark' : 'light';
    if (scheme === drawn) return;
    drawn = scheme;
    try {
      const { svg, sheet } = await drawDiagram(source, scheme);
      // It changed again meanwhile: the drawing of that is under way.
      if (!alive || drawn !== scheme) return;
      dropSheet();
      dropSheet = adoptSheet(element, sheet);
      drawing.setAttribute('aria-label', svg.querySelector('title')?.textContent || host.t('diagram.label'));
      drawing.replaceChildren(svg);
      if (!drawing.parentNode) show();
    } catch {
      // Not understood, not loaded or not allowed: the code block says it all.
      element.classList.add('diagram-failed');
    }
  }

  /** Puts the drawing in the place of the code, which goes behind a button. */
  function show(): void {
    const hadFocus = code.matches(':focus-within');
    drawing.className = 'diagram-drawing';
    drawing.tabIndex = 0;
    drawing.setAttribute('role', 'img');
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = host.t('diagram.source');
    details.append(summary, code);
    element.prepend(drawing, details);
    if (hadFocus) summary.focus();
  }

  // The scheme may change by the theme, the page or the system. The style sheet gives this element a colour that
  // follows it, which is never seen, and a transition of it: its end is the one event that tells of all three.
  element.addEventListener('transitionend', (event) => {
    if (alive && event.target === element) void draw();
  });
  void draw();
  return {
    destroy() {
      alive = false;
      dropSheet();
    },
  };
}
