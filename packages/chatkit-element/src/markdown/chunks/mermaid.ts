// Diagrams, loaded with the first complete Mermaid fence.

import mermaid from 'mermaid';

/** Elements a drawing may be made of. No script, no foreignObject, no links, no images, no animation of attributes. */
const ELEMENTS = new Set(
  `svg g defs marker path rect circle ellipse line polygon polyline text tspan textPath title desc style symbol use
  linearGradient radialGradient stop clipPath mask pattern filter feDropShadow feGaussianBlur feOffset feFlood feMerge
  feMergeNode feComposite`.split(/\s+/),
);
const REFERENCE = /url\(\s*(?!['"]?#)/i;

let count = 0;
// Mermaid keeps its configuration and its parser in globals: one drawing at a time.
let queue: Promise<unknown> = Promise.resolve();

/** Rules that reach outside the drawing (imports, fonts, images by address) are left out. */
function styleText(css: string): string {
  return css.replace(/@import[^;]*;?/gi, '').replace(/@font-face\s*\{[^}]*\}/gi, '');
}

/** Rebuilds a drawing from what is allowed. Styles leave the markup, since a strict CSP refuses them there. */
function rebuild(source: Element, rules: string[]): SVGElement | undefined {
  if (!ELEMENTS.has(source.localName) || source.namespaceURI !== 'http://www.w3.org/2000/svg') return undefined;
  if (source.localName === 'style') {
    rules.push(styleText(source.textContent ?? ''));
    return undefined;
  }
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
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.textContent ?? '');
    else if (child instanceof Element) {
      const inner = rebuild(child, rules);
      if (inner) copy.append(inner);
    }
  }
  return copy;
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
  const { svg: markup } = await mermaid.render(`ck-diagram-${++count}`, text);
  const parsed = new DOMParser().parseFromString(markup, 'image/svg+xml').documentElement;
  const rules: string[] = [];
  const svg = rebuild(parsed, rules) as SVGSVGElement | undefined;
  if (svg?.localName !== 'svg' || svg.childElementCount === 0) throw new Error('Mermaid drew nothing');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.join('\n'));
  return { svg, sheet };
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
