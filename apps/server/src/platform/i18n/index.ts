export { isLanguage, type Language, languages, pickLanguage } from './languages.ts';
export { createSay, type Say } from './say.ts';
