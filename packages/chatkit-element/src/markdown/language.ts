// The language of an answer, as far as its script tells: a browser needs it to break lines, and to choose between the
// Chinese and the Japanese form of a character, where the page around it is in another language.

const SIMPLIFIED = /[这个们来说时国会对为学开关无后发经点过还]/g;
const TRADITIONAL = /[這個們來說時國會對為學開關無後發經點過還]/g;
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** `ja`, `ko`, `zh-Hans` or `zh-Hant` for a text that is mostly in that script, '' for any other. */
export function scriptLanguage(text: string): string {
  const letters = count(text, /\p{L}/gu);
  const han = count(text, /\p{Script=Han}/gu);
  const kana = count(text, /[\p{Script=Hiragana}\p{Script=Katakana}]/gu);
  const hangul = count(text, /\p{Script=Hangul}/gu);
  if (2 * (han + kana + hangul) < letters || letters === 0) return '';
  if (hangul > han + kana) return 'ko';
  // Japanese without kana is a heading or a name; Chinese has none.
  if (10 * kana > han) return 'ja';
  return count(text, TRADITIONAL) > count(text, SIMPLIFIED) ? 'zh-Hant' : 'zh-Hans';
}
