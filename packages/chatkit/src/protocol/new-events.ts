// Each function creates one event. Events are plain objects, so a literal works as well.
import type { NoticeEvent, ProgressUpdateEvent, StreamEventOf } from './events.ts';
import type { ThreadItem } from './items.ts';
import type { ItemUpdate, ItemUpdateOf } from './updates.ts';

/** An item begins; its updates and `itemDone` follow. */
export const itemAdded = (item: ThreadItem): StreamEventOf<'thread.item.added'> => ({
  type: 'thread.item.added',
  item,
});

/** An item is whole; it is stored. */
export const itemDone = (item: ThreadItem): StreamEventOf<'thread.item.done'> => ({ type: 'thread.item.done', item });

export const itemUpdated = (
  item: string | { id: string },
  update: ItemUpdate,
): StreamEventOf<'thread.item.updated'> => ({
  type: 'thread.item.updated',
  item_id: idOf(item),
  update,
});

export const itemReplaced = (item: ThreadItem): StreamEventOf<'thread.item.replaced'> => ({
  type: 'thread.item.replaced',
  item,
});

export const itemRemoved = (item: string | { id: string }): StreamEventOf<'thread.item.removed'> => ({
  type: 'thread.item.removed',
  item_id: idOf(item),
});

/** More text of an added answer. */
export const textDelta = (item: string | { id: string }, delta: string, contentIndex = 0) =>
  itemUpdated(item, {
    type: 'assistant_message.content_part.text_delta',
    content_index: contentIndex,
    delta,
  } satisfies ItemUpdateOf<'assistant_message.content_part.text_delta'>);

/** A progress text, shown until the next item. */
export const progressUpdate = (text: string, icon?: ProgressUpdateEvent['icon']): ProgressUpdateEvent => ({
  type: 'progress_update',
  text,
  ...(icon === undefined ? {} : { icon }),
});

/** A notice to the reader beside the conversation, in Markdown. */
export const notice = (level: NoticeEvent['level'], message: string, title?: string): NoticeEvent => ({
  type: 'notice',
  level,
  message,
  ...(title === undefined ? {} : { title }),
});

/** An effect for the page, which receives it as `chatkit.effect`. */
export const clientEffect = (name: string, data: Record<string, unknown> = {}): StreamEventOf<'client_effect'> => ({
  type: 'client_effect',
  name,
  data,
});

/** Whether the reader may stop this answer. */
export const streamOptions = (allowCancel: boolean): StreamEventOf<'stream_options'> => ({
  type: 'stream_options',
  stream_options: { allow_cancel: allowCancel },
});

function idOf(item: string | { id: string }): string {
  return typeof item === 'string' ? item : item.id;
}
