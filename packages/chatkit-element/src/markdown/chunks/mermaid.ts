// Diagrams, loaded with the first complete Mermaid fence.

import mermaid from 'mermaid';
import { readEntity } from '../entities.ts';
import { ownRules, takeDrawing } from './styling.ts';

/** Elements a drawing may be made of. No script, no foreignObject, no links, no images, no animation of attributes. */
const ELEMENTS = new Set(
  `svg g defs marker path rect circle ellipse line polygon polyline text tspan textPath title desc symbol use
  linearGradient radialGradient stop clipPath mask pattern filter feDropShadow feGaussianBlur feOffset feFlood feMerge
  feMergeNode feComposite`.split(/\s+/),
);
const REFERENCE = /url\(\s*(?!['"]?#)/i;

let count = 0;
// Mermaid keeps its configuration and its parser in globals: one drawing at a time.
let queue: Promise<unknown> = Promise.resolve();

/** Mermaid hides character references (`#35;`, `#quot;`) from its parsers in signs of its own, up to its markup. */
function decode(text: string): string {
  return text
    .replaceAll('ﬂ°°', '&#')
    .replaceAll('ﬂ°', '&')
    .replaceAll('¶ß', ';')
    .replace(/&[#\w]{1,32};/g, (reference) => readEntity(reference, 0)?.text ?? reference);
}

/** Rebuilds a drawing from what is allowed. Its rules are collected, to become a constructed sheet. */
function rebuild(source: Element, rules: string[]): SVGElement | undefined {
  // What `createStyle` made.
  if (source.localName === 'metadata') rules.push(ownRules(source.textContent ?? ''));
  if (!ELEMENTS.has(source.localName) || source.namespaceURI !== 'http://www.w3.org/2000/svg') return undefined;
  const copy = document.createElementNS('http://www.w3.org/2000/svg', source.localName);
  for (const { name, value } of source.attributes) {
    if (/^on/i.test(name)) continue;
    if (name === 'style') {
      if (!REFERENCE.test(value)) copy.style.cssText = value;
    } else if (/href$/i.test(name)) {
      if (value.startsWith('#')) copy.setAttribute('href', value);
    } else if (!name.includes(':') && name !== 'xmlns' && !REFERENCE.test(value)) copy.setAttribute(name, value);
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(decode(child.textContent ?? ''));
    else if (child instanceof Element) {
      const inner = rebuild(child, rules);
      if (inner) copy.append(inner);
    }
  }
  return copy;
}

/** Where a drawing is made and measured: in the document, since only there text has a size, and out of everybody's way. */
function workshop(): HTMLElement {
  const place = document.createElement('div');
  place.inert = true;
  place.style.cssText = 'position:fixed;inset-block-start:0;inset-inline-start:0;inline-size:720px;visibility:hidden';
  document.body.append(place);
  return place;
}

async function drawOne(
  source: string,
  scheme: 'light' | 'dark',
): Promise<{ svg: SVGSVGElement; sheet: CSSStyleSheet }> {
  const font = { fontFamily: 'system-ui, sans-serif' };
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    theme: scheme === 'dark' ? 'dark' : 'default',
    // Labels as SVG text: HTML labels would need foreignObject.
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    maxTextSize: 20_000,
    suppressErrorRendering: true,
    ...font,
  });
  // Directives in the source could loosen these settings.
  const text = source.replace(/%%\{[\s\S]*?\}%%/g, '').replace(/^---\n[\s\S]*?\n---\n/, '');
  const place = workshop();
  const rules: string[] = [];
  let svg: SVGElement | undefined;
  try {
    await mermaid.render(`ck-diagram-${++count}`, text, place);
  } finally {
    const drawn = takeDrawing();
    svg = drawn && rebuild(drawn, rules);
    place.remove();
  }
  if (svg?.localName !== 'svg' || svg.childElementCount === 0) throw new Error('Mermaid drew nothing');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.join('\n'));
  return { svg: svg as SVGSVGElement, sheet };
}

/** Draws `source`. Rejects when Mermaid does not understand it. */
export default function drawDiagram(
  source: string,
  scheme: 'light' | 'dark',
): Promise<{ svg: SVGSVGElement; sheet: CSSStyleSheet }> {
  const drawn = queue.then(() => drawOne(source, scheme));
  queue = drawn.catch(() => undefined);
  return drawn;
}
