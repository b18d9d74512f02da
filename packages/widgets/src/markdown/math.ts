// Formulas: shown as their source until the KaTeX chunk is here, and when it cannot read them.

import type { MarkdownHost } from './host.ts';

/** What the KaTeX chunk exports. */
export type MathModule = {
  /** Draws into `target` without innerHTML or style attributes in markup; throws when the formula is not understood. */
  default(target: HTMLElement, tex: string, display: boolean): void;
  /** The rules the drawing needs, for the shadow root it stands in. */
  styleSheet(): CSSStyleSheet;
};

const shown = new WeakMap<HTMLElement, string>();

/**
 * Lets a constructed sheet apply in the tree `element` is in: no `<style>`, which a strict CSP refuses.
 * @returns what takes it away again.
 */
export function adoptSheet(element: Element, sheet: CSSStyleSheet): () => void {
  const root = element.getRootNode();
  if (!(root instanceof ShadowRoot || root instanceof Document)) return () => {};
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

/** Shows `tex` in `target`; calling it again with the same formula does nothing. */
export function drawMath(target: HTMLElement, tex: string, display: boolean, host: MarkdownHost): void {
  const wanted = `${display ? 'D' : 'I'}${tex}`;
  if (shown.get(target) === wanted) return;
  shown.set(target, wanted);
  target.classList.toggle('math-display', display);
  const source = document.createElement('code');
  source.className = 'math-source';
  source.textContent = tex;
  target.replaceChildren(source);
  host.loadChunk('katex').then(
    (module: MathModule) => {
      if (shown.get(target) !== wanted) return;
      const drawn = document.createElement('span');
      try {
        module.default(drawn, tex, display);
      } catch (error) {
        source.title = error instanceof Error ? error.message : String(error);
        source.classList.add('math-error');
        return;
      }
      adoptSheet(target, module.styleSheet());
      target.replaceChildren(...drawn.childNodes);
    },
    () => {
      // Without the chunk (offline, blocked) the source stays readable.
    },
  );
}
