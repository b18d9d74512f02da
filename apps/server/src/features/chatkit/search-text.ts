import type { ThreadItem } from '@causerie/chatkit';
import { foldText } from '../../platform/full-text/terms.ts';

/** The words an item is found by: what was said in it, by either side. */
export function searchTextOf(item: ThreadItem): string {
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
/** About so many characters before and behind what was found are shown. */
const before = 40;
const behind = 80;

/** The place in a text where a word of the question stands, on one line; the text's beginning where there is none. */
export function excerptOf(text: string, question: string): string {
  const asked = [...foldText(question).matchAll(word)].map(([found]) => found);
  const found = [...text.slice(0, 100_000).matchAll(word)].find(([candidate]) => {
    const folded = foldText(candidate);
    return asked.some((each) => folded.startsWith(each) || (/[^\p{ASCII}]/u.test(each) && folded.includes(each)));
  });
  const at = found?.index ?? 0;
  // In scripts without spaces, the "word" is the whole run, and what was asked for is somewhere in it.
  const inside = found ? Math.max(0, ...asked.map((each) => foldText(found[0]).indexOf(each))) : 0;
  const from = Math.max(0, at + inside - before);
  const to = Math.min(text.length, at + inside + behind);
  // Words are not cut where there are spaces to cut at, nor characters in two.
  const start = from === 0 ? 0 : from + Math.max(0, text.slice(from, at + inside).search(/\s/));
  const piece = text.slice(start, to).toWellFormed().replaceAll('\uFFFD', '').replace(/\s+/g, ' ').trim();
  return `${start > 0 ? '…' : ''}${piece}${to < text.length ? '…' : ''}`;
}
