import { toPlainText } from '@causerie/widgets/markdown';
import type { Entry } from './conversation.ts';

/** How much of an answer screen readers say, in characters: about half a minute of speech. The rest is there to be read. */
const spokenLength = 500;

/** What screen readers say of the last answer once it is whole: its words without marks, of a long one its beginning. */
export function spokenAnswer(entries: readonly Entry[]): string {
  let text = '';
  const asked = entries.findLastIndex((entry) => entry.item.type === 'user_message');
  for (const { item } of entries.slice(asked + 1)) {
    if (item.type === 'assistant_message') text += `${item.content.map((part) => part.text).join('\n\n')}\n\n`;
    // What is never said need not be parsed.
    if (text.length > spokenLength * 3) break;
  }
  const words = toPlainText(text.slice(0, spokenLength * 3))
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > spokenLength
    ? `${words.slice(0, words.lastIndexOf(' ', spokenLength) + 1 || spokenLength).trim()} …`
    : words;
}
