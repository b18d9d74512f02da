export type ColorScheme = 'light' | 'dark';

/** How things look, as ChatKit's `theme` option says it. Values are read leniently: what is out of range is brought into it. */
export type Theme = {
  /** `light` without it. */
  colorScheme?: ColorScheme;
  typography?: Typography;
  radius?: 'pill' | 'round' | 'soft' | 'sharp';
  density?: 'compact' | 'normal' | 'spacious';
  color?: { grayscale?: Grayscale; accent?: Accent; surface?: Surface };
};

/** `baseSize` in px, 12 to 24. */
export type Typography = {
  baseSize?: number;
  fontFamily?: string;
  fontFamilyMono?: string;
  fontSources?: FontSource[];
};

/** A face, as in `@font-face`; `src` is an address, relative to the page. */
export type FontSource = {
  family: string;
  src: string;
  weight?: string | number;
  style?: 'normal' | 'italic' | 'oblique';
  display?: 'auto' | 'block' | 'swap' | 'fallback' | 'optional';
  unicodeRange?: string;
};

/** `hue` of the HSL wheel, 0 to 360; `tint` 0 to 9; `shade` -4 to 4. */
export type Grayscale = { hue: number; tint: number; shade?: number };

/** A CSS colour, and how strongly it tints grounds, 0 to 3. */
type Accent = { primary: string; level: number };

/** CSS colours; they may be custom properties of the page. */
type Surface = { background: string; foreground: string };
