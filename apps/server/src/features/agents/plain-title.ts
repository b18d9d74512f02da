import { withoutMarkdown } from '../../platform/full-text/without-markdown.ts';

/** Enough for every title; the rest of a longer line, and lines after the fourth, are not read. */
const longestLine = 500;
/** Marks that come in pairs. */
const quotes = [/"/g, /[“”„‟]/g, /[«»]/g, /[「」]/g, /[『』]/g];

/**
 * The first line of words in `text` as a title: without Markdown, HTML tags, enclosing or unpaired quotation marks, and a
 * full stop; cut at a word, with "…", when it is longer than `longest` characters. Undefined without words.
 */
export function plainTitle(text: string, longest: number): string | undefined {
  for (const line of text.slice(0, 4 * longestLine).split(/\r?\n/)) {
    const words = withoutQuotes(withoutMarkdown(line.slice(0, longestLine))).replace(/[\s.,;:。，；：]+$/u, '');
    // Marks alone are not words.
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(words)) return shorten(words.toWellFormed(), longest);
  }
  return undefined;
}

function withoutQuotes(words: string): string {
  const inner = words
    .replace(/^["“„«「『'‘](.*)["”“»」』'’][.。]?$/u, (whole, said: string) =>
      // `"Yes" or "no"` is not quoted as a whole.
      /["“”„«»「」『』]/u.test(said) ? whole : said,
    )
    .trim();
  return quotes.reduce((left, mark) => {
    // An inch is written as a quotation mark: 27" screen.
    const found = left.match(mark)?.length ?? 0;
    return found % 2 === 0 || /\d"/.test(left) ? left : left.replace(mark, '');
  }, inner);
}

function shorten(words: string, longest: number): string {
  if (words.length <= longest) return words;
  const space = words.lastIndexOf(' ', longest - 1);
  // Scripts without spaces are cut between two characters, never within one.
  const character = new Intl.Segmenter().segment(words).containing(longest - 1)!.index || longest - 1;
  const whole = words.slice(0, space > longest / 2 ? space : character).toWellFormed();
  return `${whole.replace(/[\s.,;:!?–—-]+$/u, '')}…`;
}
