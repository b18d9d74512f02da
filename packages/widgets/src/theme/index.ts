export { rgbOf } from './contrast.ts';
export { addFonts } from './fonts.ts';
export type { ColorScheme, FontSource, Theme, Typography } from './theme.ts';
export { schemeOf, themeSheet } from './theme-sheet.ts';
