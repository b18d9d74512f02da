// Chinese, Japanese and Korean, with their punctuation: no spaces stand between words there, so marks touch them.
export const CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\ufe30-\ufe4f\uff00-\uffef]/u;
/** Of these, the ones whose lines are put together without a space; Korean has spaces. */
export const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uff60]/u;
export const MARK = /[\p{P}\p{S}]/u;
export const WORD = /[\p{L}\p{N}]/u;

/** The character before `pos`, a space at the beginning. */
export function previousCharacter(text: string, pos: number): string {
  if (pos === 0) return ' ';
  const low = text.charCodeAt(pos - 1);
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(pos - 2, pos) : text[pos - 1]!;
}

/** The character at `pos`, a space at the end. */
export function characterAt(text: string, pos: number): string {
  return String.fromCodePoint(text.codePointAt(pos) ?? 32);
}
