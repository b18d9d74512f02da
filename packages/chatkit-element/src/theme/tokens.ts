import type { ColorScheme, ThemeOption } from '@openai/chatkit';

/**
 * The custom properties every style sheet of the element draws from, by scheme. They are computed from the `theme`
 * option and put on `:host`, so a page may override any of them on `openai-chatkit { --ck-accent: … }`.
 *
 *   --ck-bg            page            --ck-text         body text        --ck-radius-s/-m/-l    4 · 8 · 14
 *   --ck-bg-raised     cards, menus    --ck-text-muted   second rank      --ck-radius-control    buttons, inputs
 *   --ck-bg-subtle     bubbles, code   --ck-text-faint   placeholders     --ck-unit              4px times density
 *   --ck-bg-hover      under pointer   --ck-line         hairlines        --ck-font, --ck-mono   families
 *   --ck-bg-active     pressed, chosen --ck-line-strong  input borders    --ck-size              base font size
 *   --ck-accent        buttons         --ck-on-accent    text on accent   --ck-text-xs/-s/-m/-l/-xl  12 14 16 20 28
 *   --ck-accent-ink    accent as text  --ck-accent-soft  tinted ground    --ck-fast, --ck-slow   120ms, 200ms
 *   --ck-{info,success,warning,caution,danger,discovery} and the same with -soft: states
 *   --ck-focus focus ring    --ck-shadow menus    --ck-scrim behind panels
 */
export function themeSheet(theme: ColorScheme | ThemeOption | undefined): string {
  const given: ThemeOption = typeof theme === 'string' ? { colorScheme: theme } : (theme ?? {});
  const scheme = schemeOf(theme);
  const shape = shapeOf(given);
  const light = colours(given, 'light');
  const dark = colours(given, 'dark');
  // Widgets may force a scheme for their subtree, so both palettes are always present.
  return [
    `:host{${shape}${scheme === 'dark' ? dark : light}}`,
    `.ck-scheme-light{${light}}`,
    `.ck-scheme-dark{${dark}}`,
  ].join('\n');
}

/** The scheme a `theme` option asks for; ChatKit's default is light. */
export function schemeOf(theme: ColorScheme | ThemeOption | undefined): ColorScheme {
  const scheme = typeof theme === 'string' ? theme : theme?.colorScheme;
  return scheme === 'dark' ? 'dark' : 'light';
}

const units = { compact: 3.5, normal: 4, spacious: 4.75 } as const;
const radii = {
  pill: { s: 6, m: 10, l: 18, control: 999 },
  round: { s: 6, m: 8, l: 14, control: 10 },
  soft: { s: 4, m: 6, l: 8, control: 6 },
  sharp: { s: 0, m: 0, l: 0, control: 0 },
} as const;

const sans = '"Inter Variable",Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif';
const mono = '"JetBrains Mono Variable","JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,monospace';

function shapeOf({ typography, radius, density }: ThemeOption): string {
  const base = within(typography?.baseSize, 12, 24, 16);
  const corner = radii[radius as keyof typeof radii] ?? radii.pill;
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
    font: family(typography?.fontFamily, sans),
    mono: family(typography?.fontFamilyMono, mono),
    'radius-s': `${corner.s}px`,
    'radius-m': `${corner.m}px`,
    'radius-l': `${corner.l}px`,
    'radius-control': `${corner.control}px`,
    fast: '120ms',
    slow: '200ms',
  });
}

function colours({ color }: ThemeOption, scheme: ColorScheme): string {
  const dark = scheme === 'dark';
  const hue = within(color?.grayscale?.hue, 0, 360, 85);
  const chroma = within(color?.grayscale?.tint, 0, 9, 2) * 0.003;
  const shade = within(color?.grayscale?.shade, -4, 4, 0) * (dark ? 0.015 : -0.008);
  const grey = (lightness: number, strength = 1) =>
    `oklch(${round(Math.min(1, Math.max(0, lightness + shade)))} ${round(chroma * strength)} ${hue})`;
  const background = plain(color?.surface?.background);
  const foreground = plain(color?.surface?.foreground);
  const accent = plain(color?.accent?.primary) ?? (dark ? 'oklch(0.76 0.09 168)' : 'oklch(0.47 0.085 168)');
  const level = within(color?.accent?.level, 0, 3, 1);
  const bg = background ?? (dark ? grey(0.205) : grey(0.985, 0.7));
  const text = foreground ?? (dark ? grey(0.93) : grey(0.24));
  const mix = (share: number) => `color-mix(in oklab, ${text} ${share}%, ${bg})`;
  const state = (h: number, c: number) =>
    dark
      ? [`oklch(0.78 ${c * 0.8} ${h})`, `oklch(0.3 ${round(c * 0.35)} ${h})`]
      : [`oklch(0.48 ${c} ${h})`, `oklch(0.955 ${round(c * 0.18)} ${h})`];
  const [info, infoSoft] = state(250, 0.13);
  const [success, successSoft] = state(155, 0.11);
  const [warning, warningSoft] = state(65, 0.11);
  const [caution, cautionSoft] = state(90, 0.1);
  const [danger, dangerSoft] = state(27, 0.16);
  const [discovery, discoverySoft] = state(305, 0.14);
  return `color-scheme:${scheme};${declarations({
    bg,
    'bg-raised': background ?? (dark ? grey(0.245) : grey(1, 0)),
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
    info: info!,
    'info-soft': infoSoft!,
    success: success!,
    'success-soft': successSoft!,
    warning: warning!,
    'warning-soft': warningSoft!,
    caution: caution!,
    'caution-soft': cautionSoft!,
    danger: danger!,
    'danger-soft': dangerSoft!,
    discovery: discovery!,
    'discovery-soft': discoverySoft!,
    focus: `oklch(from ${accent} ${dark ? 'max(l, 0.7)' : 'min(l, 0.55)'} c h)`,
    shadow: dark
      ? '0 8px 28px oklch(0 0 0 / .45), 0 0 0 1px oklch(1 0 0 / .07)'
      : '0 8px 28px oklch(0.3 0.02 85 / .12), 0 1px 2px oklch(0.3 0.02 85 / .08)',
    scrim: dark ? 'oklch(0 0 0 / .5)' : 'oklch(0.3 0.02 85 / .22)',
  })}`;
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

function family(value: unknown, otherwise: string): string {
  const name = plain(value);
  return name ? `${name},${otherwise}` : otherwise;
}

const round = (value: number) => Math.round(value * 1000) / 1000;
