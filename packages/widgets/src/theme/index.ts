export { rgbOf } from './contrast.ts';
export { addFonts } from './fonts.ts';
export { schemeOf, themeSheet } from './tokens.ts';
