import { contrast, luminance, type Rgb } from './contrast.ts';
import { readTokens } from './read-tokens.ts';
import type { ColorScheme, Grayscale, Theme } from './theme.ts';
import sheet from './tokens.css';

const house = readTokens(sheet);

/**
 * The custom properties every style sheet of the element draws from, by scheme. They are computed from the `theme`
 * option and put on `:host` (on `:root` where the sheet is a page's own), so a page may override any of them on
 * `openai-chatkit { --ck-accent: … }`.
 *
 *   --ck-bg            page            --ck-text         body text        --ck-radius-s/-m/-l    4 · 8 · 14
 *   --ck-bg-raised     cards, menus    --ck-text-muted   second rank      --ck-radius-control    buttons, inputs
 *   --ck-bg-subtle     bubbles, code   --ck-text-faint   placeholders     --ck-unit              4px times density
 *   --ck-bg-hover      under pointer   --ck-line         hairlines        --ck-font, --ck-mono   families
 *   --ck-bg-active     pressed, chosen --ck-line-strong  input borders    --ck-size              base font size
 *   --ck-accent        buttons         --ck-on-accent    text on accent   --ck-text-xs/-s/-m/-l/-xl  12 14 16 20 28
 *   --ck-accent-ink    accent as text  --ck-accent-soft  tinted ground    --ck-fast, --ck-slow   120ms, 200ms
 *   --ck-{info,success,warning,caution,danger,discovery} and the same with -soft: states
 *   --ck-focus focus ring    --ck-shadow menus    --ck-scrim behind panels    --ck-radius-full round things
 *
 * @param rgbOf what a colour of the page is (`contrast.ts`); asked only for those of `color.surface`.
 */
export function themeSheet(theme: ColorScheme | Theme | undefined, rgbOf: RgbOf = () => undefined): string {
  const given: Theme = typeof theme === 'string' ? { colorScheme: theme } : (theme ?? {});
  const scheme = schemeOf(theme);
  const shape = shapeOf(given);
  const light = colours(given, 'light', rgbOf);
  const dark = colours(given, 'dark', rgbOf);
  // Widgets may force a scheme for their subtree, so both palettes are always present.
  return [
    `:host,:root{${shape}${scheme === 'dark' ? dark : light}}`,
    `.ck-scheme-light{${light}}`,
    `.ck-scheme-dark{${dark}}`,
  ].join('\n');
}

type RgbOf = (color: string, scheme: ColorScheme) => Rgb | undefined;

/** The scheme a `theme` option asks for; ChatKit's default is light. */
export function schemeOf(theme: ColorScheme | Theme | undefined): ColorScheme {
  const scheme = typeof theme === 'string' ? theme : theme?.colorScheme;
  return scheme === 'dark' ? 'dark' : 'light';
}

const units = { compact: 3.5, normal: 4, spacious: 4.75 } as const;
const corner = (name: string) => Number.parseInt(house[`corner-${name}`]![0], 10);
const radii = {
  pill: { s: 6, m: 10, l: 18, control: 999, full: 999 },
  round: { s: corner('detail'), m: corner('control'), l: corner('sheet'), control: corner('control'), full: 999 },
  soft: { s: 3, m: 5, l: 8, control: 5, full: 999 },
  sharp: { s: 0, m: 0, l: 0, control: 0, full: 0 },
} as const;

function shapeOf({ typography, radius, density }: Theme): string {
  const base = within(typography?.baseSize, 12, 24, 16);
  const corners = radii[radius as keyof typeof radii] ?? radii.pill;
  const unit = units[density as keyof typeof units] ?? units.normal;
  const scaled = (size: number) => `${Math.round(((size * base) / 16) * 100) / 100}px`;
  return declarations({
    unit: `${unit}px`,
    size: `${base}px`,
    'text-xs': scaled(12),
    'text-s': scaled(14),
    'text-m': scaled(16),
    'text-l': scaled(20),
    'text-xl': scaled(28),
    font: family(typography?.fontFamily, 'font-text'),
    mono: family(typography?.fontFamilyMono, 'font-code'),
    'radius-s': `${corners.s}px`,
    'radius-m': `${corners.m}px`,
    'radius-l': `${corners.l}px`,
    'radius-control': `${corners.control}px`,
    'radius-full': `${corners.full}px`,
    fast: '120ms',
    slow: '200ms',
  });
}

function colours(given: Theme, scheme: ColorScheme, rgbOf: RgbOf): string {
  const { grayscale, accent: chosen, surface } = given.color ?? {};
  // A surface is meant for the scheme it was given with; widgets may ask for the other one.
  const own = scheme === schemeOf(given) ? surface : undefined;
  const background = plain(own?.background);
  const foreground = plain(own?.foreground);
  const behind = background ? rgbOf(background, scheme) : undefined;
  // Where the page's ground says otherwise than its scheme, people read on the ground.
  const dark = behind ? luminance(behind) < 0.18 : scheme === 'dark';
  const of = (token: string) => house[token]![dark ? 1 : 0];
  const grey = greys(grayscale);
  const shade = within(grayscale?.shade, -4, 4, 0) * (dark ? 0.015 : -0.008);
  const bg = background ?? (grayscale ? grey((dark ? 0.226 : 0.985) + shade) : dark ? '#1c1c1c' : '#fff');
  const front = foreground ? rgbOf(foreground, scheme) : undefined;
  const ground = front && (behind ?? rgbOf(bg, scheme));
  // Front ends disagree about `foreground`: some mean the text, others the raised surface. As text it can be read.
  const isText = foreground !== undefined && !(ground && front && contrast(ground, front) < 3);
  const raised = isText ? undefined : foreground;
  const text = isText ? foreground : grayscale ? grey(dark ? 0.93 : 0.25) : of('ink');
  const accent = plain(chosen?.primary) ?? of('accent');
  const level = within(chosen?.level, 0, 3, 1);
  const mix = (share: number) => `color-mix(in oklab, ${text} ${share}%, ${bg})`;
  const states: Record<string, string> = {};
  for (const name of ['info', 'success', 'warning', 'caution', 'danger', 'discovery']) {
    states[name] = of(name);
    states[`${name}-soft`] = of(`${name}-wash`);
  }
  return `color-scheme:${scheme};${declarations({
    bg,
    'bg-raised': raised ?? background ?? (!dark ? '#fff' : grayscale ? grey(0.265 + shade) : '#262626'),
    'bg-subtle': mix(dark ? 7 : 5),
    'bg-hover': mix(dark ? 10 : 7),
    'bg-active': mix(dark ? 15 : 11),
    text,
    'text-muted': mix(dark ? 74 : 72),
    'text-faint': mix(dark ? 66 : 66),
    line: mix(dark ? 14 : 11),
    'line-strong': mix(dark ? 28 : 24),
    accent,
    // Black or white, whichever is readable on the accent the page chose.
    'on-accent': `oklch(from ${accent} clamp(0, (0.66 - l) * 1000, 1) 0 0)`,
    // The accent, moved to a lightness that reads on the background.
    'accent-ink': `oklch(from ${accent} ${dark ? 'max(l, 0.74)' : 'min(l, 0.5)'} c h)`,
    'accent-soft': `color-mix(in oklab, ${accent} ${[5, 10, 15, 20][level]}%, ${bg})`,
    ...states,
    focus: `oklch(from ${accent} ${dark ? 'max(l, 0.7)' : 'min(l, 0.55)'} c h)`,
    shadow: of('floating'),
    scrim: of('veil'),
  })}`;
}

/**
 * Greys of the tint and hue asked for. The hue is one of the colour wheel pages know (HSL, 220 is blue); in OKLCH that
 * number would be a green. What is nearly white keeps only as much colour as white can carry: at lightness 1 the screen
 * would cut the rest off as another hue.
 */
function greys(grayscale: Grayscale | undefined): (lightness: number) => string {
  const hue = within(grayscale?.hue, 0, 360, 40);
  const chroma = within(grayscale?.tint, 0, 9, 2) * 0.005;
  return (lightness) => {
    const light = round(Math.min(0.995, Math.max(0, lightness)));
    const tinted = round(Math.min(chroma, (1 - light) * 0.6));
    return tinted ? `oklch(from hsl(${hue} 50% 50%) ${light} ${tinted} h)` : `oklch(${light} 0 0)`;
  };
}

function declarations(values: Record<string, string>): string {
  let css = '';
  for (const [name, value] of Object.entries(values)) css += `--ck-${name}:${value};`;
  return css;
}

/** A number from the options, kept inside what the design can carry; anything else is the default. */
function within(value: unknown, low: number, high: number, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
}

/** A CSS value from the options. One that could close the declaration it is put into, or fetch something, is dropped. */
function plain(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() && !/[;{}\\]|(url|image|image-set)\s*\(/i.test(value)
    ? value.trim()
    : undefined;
}

function family(value: unknown, token: string): string {
  const name = plain(value);
  const [faces] = house[token]!;
  return name ? `${name},${faces}` : faces;
}

const round = (value: number) => Math.round(value * 1000) / 1000;
