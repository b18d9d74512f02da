/**
 * The colours and corners of the house, once: the element's theme is computed from them, and the web application has them
 * as custom properties of its page. OKLCH, for light and for dark.
 *
 * Contrast: ink on paper 14:1, soft ink 5.6:1 or better, edges of controls 3:1 or better, in both schemes.
 */
export const palette = {
  paper: ['oklch(0.984 0.004 85)', 'oklch(0.205 0.005 75)'],
  sheet: ['oklch(0.997 0.002 85)', 'oklch(0.238 0.006 75)'],
  sunken: ['oklch(0.957 0.006 85)', 'oklch(0.27 0.007 75)'],
  ink: ['oklch(0.25 0.012 70)', 'oklch(0.93 0.006 85)'],
  'ink-soft': ['oklch(0.475 0.013 70)', 'oklch(0.745 0.011 85)'],
  hairline: ['oklch(0.895 0.008 80)', 'oklch(0.325 0.008 75)'],
  control: ['oklch(0.62 0.013 75)', 'oklch(0.56 0.011 75)'],

  accent: ['oklch(0.445 0.062 170)', 'oklch(0.775 0.075 168)'],
  'accent-deep': ['oklch(0.385 0.058 170)', 'oklch(0.83 0.07 168)'],
  'on-accent': ['oklch(0.99 0.004 85)', 'oklch(0.2 0.02 170)'],
  wash: ['oklch(0.945 0.018 168)', 'oklch(0.3 0.025 170)'],

  danger: ['oklch(0.5 0.16 27)', 'oklch(0.755 0.115 25)'],
  'danger-wash': ['oklch(0.955 0.018 27)', 'oklch(0.295 0.04 25)'],
  'on-danger': ['oklch(0.99 0.004 85)', 'oklch(0.2 0.03 25)'],

  veil: ['oklch(0.25 0.012 70 / 0.32)', 'oklch(0.1 0.004 75 / 0.6)'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

/** Small things in a text; buttons, fields and rows; sheets, cards and bubbles. In px. */
export const corners = { detail: 4, control: 8, sheet: 14 } as const;

/** The shadow under what floats above the page. */
export const floating = [
  '0 8px 28px oklch(0.3 0.02 85 / .12), 0 1px 2px oklch(0.3 0.02 85 / .08), 0 0 0 1px oklch(0.3 0.02 85 / .06)',
  '0 8px 28px oklch(0 0 0 / .45), 0 0 0 1px oklch(1 0 0 / .07)',
] as const;

/** The palette as custom properties of a page: `--ink`, `--accent`, `--corner-control` … Which of two follows `color-scheme`. */
export function paletteSheet(): string {
  const lines = Object.entries(palette).map(([name, [light, dark]]) => `--${name}:light-dark(${light},${dark});`);
  for (const [name, px] of Object.entries(corners)) lines.push(`--corner-${name}:${px}px;`);
  const [day, night] = floating;
  // light-dark() takes colours only.
  const dark = `--floating:${night};`;
  return [
    `:root{${lines.join('')}--floating:${day};}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}`,
    `:root[data-theme=dark]{${dark}}`,
  ].join('\n');
}
