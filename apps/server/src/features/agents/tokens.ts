/**
 * How many tokens a model makes of a text, on the safe side for prose and source code in any script: one for every three
 * bytes of UTF-8. Counting exactly needs each provider's own tables, and minutes for texts made to be slow.
 */
export const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3);

/** The beginning of a text that is worth so many tokens. */
export function cutToTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= tokens * 3) return text;
  // A character that is cut in two becomes a replacement character, and goes.
  return bytes.toString('utf8', 0, tokens * 3).replace(/\ufffd+$/, '');
}
