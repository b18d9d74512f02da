// The language of an answer, as far as its script tells: a browser needs it to break lines, and for the Japanese form of
// characters that Chinese has too, where the page around it is in another language.

/** `ja` or `ko` for a text that is mostly in those scripts, '' for any other. Han characters alone do not prove Chinese. */
export function scriptLanguage(text: string): string {
  const count = (script: string) => text.match(new RegExp(`[${script}]`, 'gu'))?.length ?? 0;
  const half = count('\\p{L}') / 2;
  const kana = count('\\p{Script=Hiragana}\\p{Script=Katakana}');
  const han = count('\\p{Script=Han}');
  if (count('\\p{Script=Hangul}') > half) return 'ko';
  // Japanese without kana is a heading or a name; Chinese has none.
  return kana + han > half && 10 * kana > han ? 'ja' : '';
}
