// Props come from a server, and what the server says may come from a model that read a stranger's page. Everything that
// ends in a style passes here: numbers are kept within bounds, strings must look like the CSS they stand for, and nothing
// that makes the browser fetch (url(), image-set()) is let through.

import type { WidgetNode } from './widget-types.ts';

export type Style = Record<string, string>;

/** An object that is not an array: what JSON calls an object. */
export function isObject(value: unknown): value is WidgetNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text to show: strings as they are, numbers as written, anything else as nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The class of a control or badge whose label is so long that, in a row, it makes room for the others. */
export function yielding(label: string): string | false {
  return label.length > 24 && 'ck-yields';
}

/** The value when it is one of the words allowed. */
export function oneOf<T extends string>(value: unknown, words: readonly T[]): T | undefined {
  return words.find((word) => word === value);
}

/** A whole number within bounds, or undefined. */
export function countOf(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.min(max, Math.max(min, Math.round(value)))
    : undefined;
}

// ---- lengths

/** The largest length a widget may ask for, in px: enough for any real layout, too small to hurt the page. */
const maxLength = 4000;
/** One spacing unit, in px. */
const unit = 4;

const plainLength = /^-?(\d{1,6}(\.\d{1,4})?|\.\d{1,4})(px|r?em|%|[sld]?v[wh]|v(min|max|i|b)|ch|ex|lh|cq[wh]|fr|pt)?$/;
const lengthWord = /^(auto|(min|max|fit)-content|0|none)$/;
const lengthMath = /^(calc|min|max|clamp|fit-content)\([\d.\s%+\-*/,()a-z]{1,80}\)$/;

function number(value: number, scale: number): string {
  const px = Math.min(maxLength, Math.max(-maxLength, value * scale));
  return `${Math.round(px * 100) / 100}px`;
}

/** A CSS length from a prop. Numbers (and numbers in strings) are px, or spacing units of 4 px where `scale` says so. */
export function length(value: unknown, scale: 'px' | 'space' = 'px'): string | undefined {
  const factor = scale === 'space' ? unit : 1;
  if (typeof value === 'number') return Number.isFinite(value) ? number(value, factor) : undefined;
  if (typeof value !== 'string' || value.length > 100) return undefined;
  const text = value.trim().toLowerCase();
  const plain = plainLength.exec(text);
  if (plain) return plain[3] ? bounded(text) : number(Number(text), factor);
  if (lengthWord.test(text)) return text;
  // Only lower-case words, digits and operators get here, so no string, no address and no nested url().
  if (lengthMath.test(text) && !/[a-z-]+\(/.test(text.replace(/\b(calc|min|max|clamp|fit-content)\(/g, '')))
    return text;
  // `padding: "8px 12px"`: up to four lengths.
  const parts = text.split(/\s+/);
  if (parts.length > 1 && parts.length <= 4 && parts.every((part) => plainLength.test(part))) return text;
  return undefined;
}

function bounded(text: string): string {
  const amount = Number.parseFloat(text);
  return Math.abs(amount) > maxLength ? `${Math.sign(amount) * maxLength}${text.replace(/^[-\d.]+/, '')}` : text;
}

const sides = {
  top: ['Top'],
  right: ['Right'],
  bottom: ['Bottom'],
  left: ['Left'],
  x: ['Left', 'Right'],
  y: ['Top', 'Bottom'],
} as const;

/** `padding` or `margin` from a number, a string or `{top, right, bottom, left, x, y}`; a named side wins over x and y. */
export function spacing(property: 'padding' | 'margin', value: unknown): Style {
  if (!isObject(value)) {
    const all = length(value, 'space');
    return all === undefined ? {} : { [property]: all };
  }
  const style: Style = {};
  for (const side of ['x', 'y', 'top', 'right', 'bottom', 'left'] as const) {
    const amount = length(value[side], 'space');
    if (amount !== undefined) for (const edge of sides[side]) style[property + edge] = amount;
  }
  return style;
}

const radii: Record<string, string> = {
  none: '0',
  '2xs': '2px',
  xs: '4px',
  sm: '6px',
  md: '8px',
  lg: '10px',
  xl: '14px',
  '2xl': '16px',
  '3xl': '20px',
  '4xl': '24px',
  full: '9999px',
  '100%': '100%',
};

export function radius(value: unknown): string | undefined {
  return typeof value === 'string' && Object.hasOwn(radii, value) ? radii[value] : undefined;
}

function aspectRatio(value: unknown): string | undefined {
  if (typeof value === 'number') return value > 0 && value < 1000 ? String(value) : undefined;
  return typeof value === 'string' && /^(auto|\d{1,4}(\.\d{1,4})?(\s*\/\s*\d{1,4}(\.\d{1,4})?)?)$/.test(value.trim())
    ? value.trim()
    : undefined;
}

function flex(value: unknown): string | undefined {
  if (typeof value === 'number') return value >= 0 && value <= 1000 ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return /^(none|auto|initial|\d{1,3}(\.\d+)?(\s+\d{1,3}(\.\d+)?)?(\s+(auto|0|\d{1,4}(\.\d+)?(px|%|rem|em)))?)$/.test(
    text,
  )
    ? text
    : undefined;
}

// ---- colours

const textTokens = ['prose', 'primary', 'emphasis', 'secondary', 'tertiary', 'success', 'warning', 'danger'];
const surfaceTokens = [
  'surface',
  'surface-secondary',
  'surface-tertiary',
  'surface-elevated',
  'surface-elevated-secondary',
];
const borderTokens = ['default', 'subtle', 'strong'];
const chartTokens = ['blue', 'purple', 'orange', 'green', 'red', 'yellow', 'pink'];

const tokens = {
  text: (name: string) => (textTokens.includes(name) ? `var(--w-text-${name})` : undefined),
  background: (name: string) => (surfaceTokens.includes(name) ? `var(--w-${name})` : undefined),
  border: (name: string) => (borderTokens.includes(name) ? `var(--w-border-${name})` : undefined),
  chart: (name: string) => (chartTokens.includes(name) ? `var(--w-chart-${name})` : undefined),
};

export type ColorUse = keyof typeof tokens;

/** Hue and peak chroma (OKLCH) of the primitive colours. */
const hues: Record<string, [hue: number, chroma: number]> = {
  gray: [75, 0.008],
  red: [26, 0.2],
  orange: [52, 0.17],
  yellow: [90, 0.155],
  green: [152, 0.15],
  teal: [190, 0.11],
  blue: [254, 0.17],
  purple: [300, 0.18],
  pink: [352, 0.19],
};
/** Lightness and share of the peak chroma at each step; what lies between is interpolated. */
const steps: [step: number, lightness: number, chroma: number][] = [
  [0, 1, 0],
  [25, 0.988, 0.06],
  [50, 0.972, 0.12],
  [75, 0.953, 0.2],
  [100, 0.934, 0.28],
  [200, 0.88, 0.48],
  [300, 0.805, 0.74],
  [400, 0.715, 0.95],
  [500, 0.63, 1],
  [600, 0.555, 0.97],
  [700, 0.475, 0.85],
  [800, 0.395, 0.7],
  [900, 0.32, 0.54],
  [950, 0.265, 0.44],
  [1000, 0.21, 0.34],
];

/** A primitive colour such as `red-100`, as OKLCH. */
export function primitive(name: string): string | undefined {
  const [, hueName, stepText] = /^([a-z]+)-(\d{1,4})$/.exec(name) ?? [];
  const hue = hueName && Object.hasOwn(hues, hueName) ? hues[hueName] : undefined;
  const step = Number(stepText);
  if (!hue || step > 1000) return undefined;
  const above = steps.findIndex(([at]) => at >= step);
  const [high, low] = [steps[above]!, steps[Math.max(0, above - 1)]!];
  const part = high[0] === low[0] ? 0 : (step - low[0]) / (high[0] - low[0]);
  const mix = (index: 1 | 2) => low[index] + (high[index] - low[index]) * part;
  return `oklch(${mix(1).toFixed(3)} ${(mix(2) * hue[1]).toFixed(3)} ${hue[0]})`;
}

const colorFunctions = /^(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|light-dark|var|calc)$/;
const gradientFunctions = /^(repeating-)?(linear|radial|conic)-gradient$/;

function safeFunctions(text: string, gradients: boolean): boolean {
  if (text.length > 600 || !/^[\w#%.,/()\s+*-]+$/.test(text)) return false;
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')' && --depth < 0) return false;
  }
  if (depth !== 0) return false;
  return [...text.matchAll(/([\w-]*)\(/g)].every(
    ([, name]) => name === '' || colorFunctions.test(name!) || (gradients && gradientFunctions.test(name!)),
  );
}

/**
 * A CSS colour from a token of the given use, a primitive (`red-100`), a CSS colour, or `{light, dark}` of these.
 * Backgrounds may also be gradients. Undefined for everything else.
 */
export function color(value: unknown, use: ColorUse): string | undefined {
  if (isObject(value)) {
    const [light, dark] = [color(value.light, use), color(value.dark, use)];
    if (light === undefined || dark === undefined) return light ?? dark;
    // light-dark() takes colours only.
    return /gradient\(/.test(light + dark) ? undefined : `light-dark(${light}, ${dark})`;
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const token = tokens[use](text) ?? primitive(text);
  if (token) return token;
  if (/^#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i.test(text)) return text;
  // A word that is not a colour is dropped by the browser.
  if (/^[a-z]{3,24}$/i.test(text)) return text;
  return text.includes('(') && safeFunctions(text, use === 'background') ? text : undefined;
}

/** The style of a background. Of a pair of gradients, the current scheme selects one. */
export function background(value: unknown, scheme: 'light' | 'dark'): Style {
  const one = color(value, 'background') ?? (isObject(value) ? color(value[scheme], 'background') : undefined);
  if (one === undefined) return {};
  return /gradient\(/.test(one) ? { backgroundImage: one } : { backgroundColor: one };
}

// ---- borders

const borderStyles = ['solid', 'dashed', 'dotted', 'double', 'groove', 'ridge', 'inset', 'outset'] as const;

function edge(value: unknown): string | undefined {
  const described = isObject(value) ? value : { size: value };
  const size = typeof described.size === 'number' ? countOf(described.size, 0, 40) : undefined;
  if (size === undefined) return undefined;
  const line = oneOf(described.style, borderStyles) ?? 'solid';
  return `${size}px ${line} ${color(described.color, 'border') ?? 'var(--w-border-default)'}`;
}

/** A border from a width, `{size, color, style}`, or these by side. */
export function border(value: unknown): Style {
  const all = edge(value);
  if (all !== undefined) return { border: all };
  if (!isObject(value)) return {};
  const style: Style = {};
  for (const side of ['x', 'y', 'top', 'right', 'bottom', 'left'] as const) {
    const line = edge(value[side]);
    if (line !== undefined) for (const name of sides[side]) style[`border${name}`] = line;
  }
  return style;
}

// ---- groups of props

function put(style: Style, key: string, value: string | undefined): void {
  if (value !== undefined) style[key] = value;
}

/** The size props that boxes, images and charts have in common. */
export function blockStyle(node: WidgetNode): Style {
  const style: Style = { ...spacing('margin', node.margin) };
  for (const [prefix, both] of [
    ['', 'size'],
    ['min', 'minSize'],
    ['max', 'maxSize'],
  ] as const) {
    const common = length(node[both]);
    for (const name of ['height', 'width'] as const) {
      const key = prefix ? prefix + name[0]!.toUpperCase() + name.slice(1) : name;
      put(style, key, length(node[key]) ?? common);
    }
  }
  // In a row, neighbours with much to say would squeeze it; only what holds it all may.
  if (/^[\d.]+px$/.test(style.width ?? '')) style.minWidth ??= `min(100%, ${style.width})`;
  put(style, 'aspectRatio', aspectRatio(node.aspectRatio));
  put(style, 'borderRadius', radius(node.radius));
  put(style, 'flex', flex(node.flex));
  return style;
}

const alignments: Record<string, string> = {
  start: 'flex-start',
  center: 'center',
  end: 'flex-end',
  baseline: 'baseline',
  stretch: 'stretch',
};
const justifications: Record<string, string> = {
  start: 'flex-start',
  center: 'center',
  end: 'flex-end',
  between: 'space-between',
  around: 'space-around',
  evenly: 'space-evenly',
  stretch: 'stretch',
};
const lookUp = (table: Record<string, string>, value: unknown): string | undefined =>
  typeof value === 'string' && Object.hasOwn(table, value) ? table[value] : undefined;

export function align(value: unknown): string | undefined {
  return lookUp(alignments, value);
}

/** Everything a Box, Row, Col or Form may say about its looks. */
export function boxStyle(node: WidgetNode, scheme: 'light' | 'dark'): Style {
  const style: Style = {
    ...blockStyle(node),
    ...spacing('padding', node.padding),
    ...border(node.border),
    ...background(node.background, scheme),
  };
  put(style, 'alignItems', align(node.align));
  put(style, 'justifyContent', lookUp(justifications, node.justify));
  put(style, 'flexWrap', oneOf(node.wrap, ['nowrap', 'wrap', 'wrap-reverse'] as const));
  put(style, 'gap', length(node.gap, 'space'));
  return style;
}

// ---- addresses

/**
 * An address that an `<img>` may show: http(s), `data:image/…`, or a blob of this page. Scripts cannot run from an `<img>`,
 * but `javascript:` and `file:` have no business there.
 */
export function imageUrl(value: unknown, allow?: (url: string) => boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  const url = value.trim();
  if (/^data:image\/[\w.+-]+[;,]/i.test(url)) return url;
  let scheme: string;
  try {
    scheme = new URL(url).protocol;
  } catch {
    return undefined; // A relative address would be resolved against the page of the host, which the server cannot know.
  }
  if (scheme === 'blob:') return url;
  if (scheme !== 'http:' && scheme !== 'https:') return undefined;
  return !allow || allow(url) ? url : undefined;
}
