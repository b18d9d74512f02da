/**
 * Estimates the tokens of a text, on the safe side for prose and source code in any script: one for every three bytes of
 * UTF-8. An exact count needs each provider's own tables, and takes minutes for texts that are made to be slow.
 */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

/** The beginning of a text that takes so many tokens. */
export function cutToTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= tokens * 3) return text;
  // A character that is cut in two becomes a replacement character, which is removed.
  return bytes.toString('utf8', 0, tokens * 3).replace(/\ufffd+$/, '');
}
