import type { Typography } from './theme.ts';

const asked = new Set<string>();

/**
 * Makes fonts known to the document: a shadow root cannot have its own. Those of the page come from `fontSources`; ours
 * lie beside the script, and are fetched by the browser only when text is drawn in them.
 */
export function addFonts(typography: Typography | undefined, parts: string): void {
  const sources = Array.isArray(typography?.fontSources) ? typography.fontSources : [];
  for (const { family, src, weight, style, display, unicodeRange } of sources) {
    if (!family || !src) continue;
    const descriptors: FontFaceDescriptors = { display: display ?? 'swap' };
    if (weight !== undefined) descriptors.weight = String(weight);
    if (style) descriptors.style = style;
    if (unicodeRange) descriptors.unicodeRange = unicodeRange;
    add(family, src, descriptors);
  }
  if (!typography?.fontFamily) add('Inter Variable', `${parts}inter.woff2`, { weight: '100 900', display: 'swap' });
  if (!typography?.fontFamilyMono)
    add('JetBrains Mono Variable', `${parts}jetbrains-mono.woff2`, { weight: '100 800', display: 'swap' });
}

function add(family: string, src: string, descriptors: FontFaceDescriptors): void {
  const key = JSON.stringify([family, src, descriptors]);
  if (asked.has(key)) return;
  asked.add(key);
  try {
    const address = new URL(src, document.baseURI).href;
    document.fonts.add(new FontFace(family, `url(${JSON.stringify(address)})`, descriptors));
  } catch {
    // An address or a descriptor the browser cannot parse: the family falls back.
  }
}
