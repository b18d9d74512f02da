/** Red, green and blue, 0 to 1 each. */
export type Rgb = readonly [number, number, number];

/**
 * What a CSS colour is in sRGB, as the browser sees it where `at` stands; custom properties and `light-dark()` are
 * resolved there. Undefined for what is no colour. No canvas: browsers that hide from fingerprinting falsify its pixels.
 */
export function rgbOf(color: string, at: Element, scheme: 'light' | 'dark'): Rgb | undefined {
  const view = at.ownerDocument.defaultView;
  const probe = at.ownerDocument.createElement('span');
  probe.style.colorScheme = scheme;
  probe.style.color = `color-mix(in srgb, ${color}, ${color})`;
  if (!probe.style.color || !view) return undefined;
  const place = at.isConnected ? (at.shadowRoot ?? at) : at.ownerDocument.documentElement;
  place.append(probe);
  const computed = view.getComputedStyle(probe).color;
  probe.remove();
  const [red, green, blue] = (/^color\(srgb ([^/)]+)/.exec(computed)?.[1] ?? '').split(' ').map(Number);
  return Number.isFinite(blue) ? [red!, green!, blue!] : undefined;
}

/** The contrast of two colours, 1 to 21 (WCAG 2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** How light a colour is to the eye, 0 to 1. */
export function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const value = Math.min(1, Math.max(0, part));
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
