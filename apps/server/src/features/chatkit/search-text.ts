import type { ThreadItem } from '@causerie/chatkit';
import { foldText, longestText, searchWords } from '../../platform/full-text/terms.ts';
import { withoutMarkdown } from '../../platform/full-text/without-markdown.ts';
import type { Item } from '../conversations/index.ts';

/** The words by which search finds an item: its text, from either side. */
export function searchTextOf({ payload }: Pick<Item, 'payload'>): string {
  const item = payload as unknown as ThreadItem;
  switch (item.type) {
    case 'user_message':
      return [...item.content.map((part) => part.text), ...item.attachments.map((attachment) => attachment.name)].join(
        '\n',
      );
    case 'assistant_message':
      return item.content.map((part) => part.text).join('\n');
    case 'widget':
      return item.copy_text ?? '';
    default:
      return '';
  }
}

const word = /[\p{L}\p{N}\p{M}]+/gu;
/** About how many characters before and after the match are shown. */
const before = 40;
const behind = 80;
/** The size of the pieces in which a text is searched, each folded at once; only a piece with a match is read word by word. */
const pieceLength = 1000;

/**
 * Finds the place in a text that holds a word of the question, on one line; the text's beginning where there is none. The
 * question is parsed once for all texts of a page.
 */
export function excerptsOf(question: string): (text: string) => string {
  const asked = searchWords(question);
  if (asked.length === 0) return (text) => pieceAt(text, 0);
  // Words hold letters, digits and marks only. In scripts without spaces, a word may begin inside a run of letters.
  const places = asked.map((each) => (/[^\p{ASCII}]/u.test(each) ? each : `(?<![\\p{L}\\p{N}\\p{M}])${each}`));
  const inPiece = new RegExp(places.join('|'), 'u');
  const inWord = new RegExp(asked.map((each) => (/[^\p{ASCII}]/u.test(each) ? each : `^${each}`)).join('|'), 'u');
  return (text) => {
    const read = text.slice(0, longestText);
    for (let from = 0; from < read.length; ) {
      const piece = pieceFrom(read, from);
      if (inPiece.test(foldText(piece)))
        for (const found of piece.matchAll(word)) {
          const inside = foldText(found[0]).search(inWord);
          if (inside >= 0) return pieceAt(text, from + found.index + inside);
        }
      from += piece.length;
    }
    return pieceAt(text, 0);
  };
}

/** The next piece of a text; it ends at a space, where there is one near its end. */
function pieceFrom(text: string, from: number): string {
  const piece = text.slice(from, from + pieceLength);
  if (from + pieceLength >= text.length) return piece;
  const space = piece.search(/\s\S*$/);
  return space > 0 ? piece.slice(0, space) : piece;
}

/**
 * The excerpt of a text around a place, without Markdown. It cuts at spaces where there are some, and never inside a
 * character.
 */
function pieceAt(text: string, at: number): string {
  const from = Math.max(0, at - before);
  const to = Math.min(text.length, at + behind);
  const start = from === 0 ? 0 : from + Math.max(0, text.slice(from, at).search(/\s/));
  const lines = text
    .slice(start, to)
    .toWellFormed()
    .replaceAll('\uFFFD', '')
    .trim()
    .split(/\s*\n\s*/);
  const piece = lines.map(withoutMarkdown).join(' ').replace(/\s+/g, ' ').trim();
  return `${start > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`;
}
