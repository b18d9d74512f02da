import { readFileSync } from 'node:fs';

/** An example of the CommonMark specification: Markdown, and the HTML it stands for. */
export type Example = { example: number; section: string; markdown: string; html: string };

export const { examples } = JSON.parse(
  readFileSync(new URL('fixtures/commonmark-0.31.2.json', import.meta.url), 'utf8'),
) as { examples: Example[] };

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Where we differ from the specification on purpose, by the reason. */
export const differences: Record<string, number[]> = {
  'A block of HTML is text: an answer puts no markup into the page.': [
    ...range(148, 167),
    ...range(169, 191),
    308,
    309,
  ],
  'A tag within a sentence is text as well, but for a few without attributes.': [
    ...[21, 31, 201, 491, 494, 613, 614, 615, 616, 617, 623],
    ...range(625, 631),
  ],
  'So marks inside of a tag count, since a reader sees them.': [344, 475, 476, 477, 524, 536, 642, 643],
  'An address is a link without brackets too, as GitHub reads it.': [602, 608, 611, 612],
  'What stands between \\[ and \\] is mathematics, as models write it.': [12],
};

/**
 * The names of references that only a browser knows: its own table is asked, which weighs nothing. Without a document, as in
 * an export in Node, the ten most common are read.
 */
export const namedReferences = [25, 32, 33, 34, 503];

/** Leaves out what writers of HTML may differ in: line ends between blocks, the slash of `<br />`, how addresses are encoded. */
export function normal(html: string): string {
  return html
    .replaceAll(' />', '>')
    .replace(/(href|src)="([^"]*)"/g, (_, name, value: string) => `${name}="${encoded(value)}"`)
    .replace(/\n+(?=<\/?(?:ul|ol|li|p|blockquote|pre|h\d|hr)\b)/g, '')
    .replace(/(?<=<\/?(?:ul|ol|li|p|blockquote|h\d|hr)(?: [^>]*)?>|<\/pre>)\n+/g, '')
    .trim();
}

/** Percent-encoded, as the specification's own renderer writes an address. */
function encoded(address: string): string {
  const plain = address.replaceAll('&quot;', '"');
  return encodeURI(plain)
    .replace(/%25(?=[\da-f]{2})/gi, '%')
    .replaceAll('%5B', '[')
    .replaceAll('%5D', ']');
}
