import { cancelledSentence, type ItemUpdate, type ThreadItem } from '@causerie/chatkit';
import { applyUpdate } from '@causerie/chatkit/replay';
import { newId } from '../../platform/ids/index.ts';
import type { PendingItem, StopReason, Unfinished } from '../conversations/index.ts';
import { toItem } from './thread-rows.ts';

/** An addition to an item: ChatKit's update, or, condensed, the text by which the first part of a message grew. */
type Delta = ItemUpdate | string;

/** The note to the model about an answer that was cut. */
const words: Record<StopReason, string> = {
  stopped: cancelledSentence,
  failed: 'The server failed before this answer was complete. What stands above may be cut off.',
  interrupted: 'The server was restarted before this answer was complete. What stands above may be cut off.',
};

/** How ChatKit's items grow, and what is stored of an answer that was cut, whatever the cause. */
export const unfinished: Unfinished = {
  grow(payload, deltas) {
    let item = asItem(payload);
    // Each update copies the item, so a thousand words are joined into one update.
    for (const delta of condense(deltas as Delta[])) item = applyUpdate(item, toUpdate(delta));
    return asPayload(item);
  },
  condense: (deltas) => condense(deltas as Delta[]),
  keep: (pending, reason, threadId) =>
    [
      ...pending.map(({ payload }) => asItem(payload)).filter(hasContent),
      {
        id: newId('shcx'),
        thread_id: threadId,
        created_at: new Date().toISOString(),
        type: 'sdk_hidden_context' as const,
        content: words[reason],
      },
    ].map(toItem),
};

/** An unfinished item of ChatKit in the engine's form. */
export const toPending = (item: ThreadItem): PendingItem => ({
  id: item.id,
  type: item.type,
  payload: asPayload(item),
  createdAt: item.created_at,
});

function condense(deltas: readonly Delta[]): Delta[] {
  const condensed: Delta[] = [];
  let texts: string[] = [];
  const flush = () => {
    if (texts.length > 0) condensed.push(joinTexts(texts));
    texts = [];
  };
  for (const delta of deltas) {
    const text = textOf(delta);
    if (text !== null) {
      texts.push(text);
      continue;
    }
    flush();
    condensed.push(delta);
  }
  flush();
  return condensed;
}

/**
 * Joins many words into one flat string. Added with `+`, each would stay in memory as a piece of its own until the whole is
 * read, and a thousand of those for each answer were half of the garbage collector's work. Two are added with `+`: a long
 * text is not copied for each word.
 */
const joinTexts = (texts: string[]): string => (texts.length > 2 ? texts.join('') : `${texts[0]}${texts[1] ?? ''}`);

/** The text by which the first part of a message grows; null for any other update. */
function textOf(delta: Delta): string | null {
  if (typeof delta === 'string') return delta;
  return delta.type === 'assistant_message.content_part.text_delta' && delta.content_index === 0 ? delta.delta : null;
}

function hasContent(item: ThreadItem): boolean {
  if (item.type === 'assistant_message') return item.content.some((part) => part.text.trim() !== '');
  return item.type === 'workflow' && item.workflow.tasks.length > 0;
}

const toUpdate = (delta: Delta): ItemUpdate =>
  typeof delta === 'string' ? { type: 'assistant_message.content_part.text_delta', content_index: 0, delta } : delta;

const asItem = (payload: PendingItem['payload']) => payload as unknown as ThreadItem;
const asPayload = (item: ThreadItem) => item as unknown as PendingItem['payload'];
