export { Glyph, type GlyphName } from './glyph.tsx';
export { Icon, isIcon, setIconBase } from './icon.tsx';
