import type { Attachment } from '../protocol/attachments.ts';
import type { StreamEvent } from '../protocol/events.ts';
import { isHidden, type ThreadItem } from '../protocol/items.ts';
import type { Page } from '../protocol/pages.ts';
import type { Thread, ThreadMetadata } from '../protocol/threads.ts';
import type { ItemUpdate } from '../protocol/updates.ts';
import { snapshot } from './json.ts';

/** A thread as a client sees it: without the application's notes. `metadata` stays as an empty object. */
export function toWireThread(thread: ThreadMetadata, items: Page<ThreadItem> = { data: [], has_more: false }): Thread {
  return snapshot({
    title: thread.title,
    id: thread.id,
    created_at: thread.created_at,
    status: thread.status,
    allowed_image_domains: thread.allowed_image_domains,
    metadata: {},
    items,
  });
}

/** An item as a client sees it: a copy, its attachments without the application's notes. */
export function toWireItem(item: ThreadItem): ThreadItem {
  const copy = snapshot(item);
  if (copy.type === 'user_message') copy.attachments = copy.attachments.map(toWireAttachment);
  return copy;
}

/** A page of items as a client sees it. It is filtered after paging, so it may hold fewer than the limit. */
export function toWirePage(page: Page<ThreadItem>): Page<ThreadItem> {
  return { ...page, data: page.data.filter((item) => !isHidden(item)).map(toWireItem) };
}

/** An attachment as a client sees it. */
export function toWireAttachment({ metadata: _, ...attachment }: Attachment): Attachment {
  return attachment as Attachment;
}

/** An event as one server-sent frame, `data: <json>` and an empty line. */
export function encodeEvent(event: StreamEvent): string {
  if (event.type === 'thread.item.updated') return encodeUpdates(event.item_id, [event.update]);
  return `data: ${JSON.stringify(event)}\n\n`;
}

/**
 * Updates of one item as server-sent frames.
 *
 * Nearly every event of an answer is a text delta, so its frame is written by hand. That avoids the generic walk over two
 * objects and costs a third of it.
 */
export function encodeUpdates(itemId: string, updates: readonly ItemUpdate[]): string {
  const head = `data: {"type":"thread.item.updated","item_id":${JSON.stringify(itemId)},"update":`;
  let frames = '';
  for (const update of updates) {
    frames +=
      update.type === 'assistant_message.content_part.text_delta'
        ? `${head}{"type":"assistant_message.content_part.text_delta","content_index":${update.content_index},"delta":${JSON.stringify(update.delta)}}}\n\n`
        : `${head}${JSON.stringify(update)}}\n\n`;
  }
  return frames;
}
