// Formulas, loaded with the first one. KaTeX builds DOM nodes and sets styles through the CSSOM, so nothing here needs
// `unsafe-inline`; its rules go into a constructed sheet for the same reason.

import katex from 'katex';
// The build reads this file as text.
import rules from 'katex/dist/katex.css' with { type: 'text' };

const FONTS: [family: string, weight: string, style: string][] = [
  ['AMS', 'normal', 'normal'],
  ['Caligraphic', 'bold', 'normal'],
  ['Caligraphic', 'normal', 'normal'],
  ['Fraktur', 'bold', 'normal'],
  ['Fraktur', 'normal', 'normal'],
  ['Main', 'bold', 'normal'],
  ['Main', 'bold', 'italic'],
  ['Main', 'normal', 'italic'],
  ['Main', 'normal', 'normal'],
  ['Math', 'bold', 'italic'],
  ['Math', 'normal', 'italic'],
  ['SansSerif', 'bold', 'normal'],
  ['SansSerif', 'normal', 'italic'],
  ['SansSerif', 'normal', 'normal'],
  ['Script', 'normal', 'normal'],
  ['Size1', 'normal', 'normal'],
  ['Size2', 'normal', 'normal'],
  ['Size3', 'normal', 'normal'],
  ['Size4', 'normal', 'normal'],
  ['Typewriter', 'normal', 'normal'],
];

function fileOf(family: string, weight: string, style: string): string {
  const variant = `${weight === 'bold' ? 'Bold' : ''}${style === 'italic' ? 'Italic' : ''}` || 'Regular';
  return `katex-fonts/KaTeX_${family}-${variant}.woff2`;
}

let sheet: CSSStyleSheet | undefined;

/** KaTeX's rules. Its fonts are registered with the document: `@font-face` inside a shadow root is ignored. */
export function styleSheet(): CSSStyleSheet {
  if (sheet) return sheet;
  for (const [family, weight, style] of FONTS) {
    const address = new URL(fileOf(family, weight, style), import.meta.url);
    document.fonts.add(new FontFace(`KaTeX_${family}`, `url("${address}")`, { weight, style, display: 'block' }));
  }
  sheet = new CSSStyleSheet();
  sheet.replaceSync((rules as string).replace(/@font-face\s*\{[^}]*\}/g, ''));
  return sheet;
}

/** Draws `tex` into `target`. Throws KaTeX's `ParseError` when it is not understood. */
export default function drawFormula(target: HTMLElement, tex: string, display: boolean): void {
  katex.render(tex, target, {
    displayMode: display,
    throwOnError: true,
    // No \href, \url, \includegraphics or \html…: an answer's formula draws, and does nothing else.
    trust: false,
    strict: 'ignore',
    output: 'htmlAndMathml',
    // Bounds for hostile input: the size of what is drawn (in em) and the expansion of macros.
    maxSize: 40,
    maxExpand: 500,
  });
}
