// Mermaid, run in the frame that diagram.ts opens, with the first complete Mermaid fence.

import mermaid from 'mermaid';
import { readEntity } from '../entities.ts';
import type { drawKey } from './diagram-frame.ts';
import { dropFrom } from './diagram-rules.ts';
import { takeDrawing } from './styling.ts';

/** Elements a drawing may be made of. No script, no foreignObject, no links, no images, no animation of attributes. */
const ELEMENTS = new Set(
  `svg g defs marker path rect circle ellipse line polygon polyline text tspan textPath title desc symbol use
  linearGradient radialGradient stop clipPath mask pattern filter feDropShadow feGaussianBlur feOffset feFlood feMerge
  feMergeNode feComposite`.split(/\s+/),
);
/** In a presentation attribute, which is read as CSS. A backslash may hide anything; no drawing needs one. */
const REFERENCE = /url\(\s*(?!['"]?#)|image-set\(|\\/i;

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
  if (source.localName === 'metadata') rules.push(source.textContent ?? '');
  if (!ELEMENTS.has(source.localName) || source.namespaceURI !== 'http://www.w3.org/2000/svg') return undefined;
  const copy = document.createElementNS('http://www.w3.org/2000/svg', source.localName);
  for (const { name, value } of source.attributes) {
    if (/^on/i.test(name)) continue;
    if (name === 'style') {
      copy.style.cssText = value;
      dropFrom(copy.style);
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

async function drawOne(source: string, scheme: 'light' | 'dark'): Promise<{ svg: SVGSVGElement; rules: string }> {
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
    // No setting may come from the text, by directive or front matter, however they are written.
    secure: Object.keys(mermaid.mermaidAPI.defaultConfig),
    ...font,
  });
  const place = document.createElement('div');
  place.style.inlineSize = '720px';
  document.body.append(place);
  const rules: string[] = [];
  let svg: SVGElement | undefined;
  try {
    await mermaid.render(`ck-diagram-${++count}`, source, place);
  } finally {
    const drawn = takeDrawing();
    svg = drawn && rebuild(drawn, rules);
    place.remove();
  }
  if (svg?.localName !== 'svg' || svg.childElementCount === 0) throw new Error('Mermaid drew nothing');
  return { svg: svg as SVGSVGElement, rules: rules.join('\n') };
}

/** Draws `source`, and says what it is styled by. Rejects when Mermaid does not understand it. */
function drawDiagram(source: string, scheme: 'light' | 'dark'): Promise<{ svg: SVGSVGElement; rules: string }> {
  const drawn = queue.then(() => drawOne(source, scheme));
  queue = drawn.catch(() => undefined);
  return drawn;
}

const key: typeof drawKey = 'causerie.drawDiagram';
Object.assign(globalThis, { [key]: drawDiagram });
