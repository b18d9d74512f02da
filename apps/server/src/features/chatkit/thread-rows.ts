import type { Attachment, Thread, ThreadItem, ThreadMetadata } from '@causerie/chatkit';
import type { Conversation, Item, NewItem } from '../conversations/index.ts';

/** How ChatKit's threads and items stand in the engine's rows. The payload of a row is the item as it goes over the wire. */

const hiddenTypes = new Set(['hidden_context_item', 'sdk_hidden_context']);

/** `present` gives the attachments of a message addresses that are good for now: those it was stored with are not. */
export function toThreadItem(row: Item, present: (attachment: Attachment) => Attachment): ThreadItem {
  const item = row.payload as unknown as ThreadItem;
  if (item.type !== 'user_message' || item.attachments.length === 0) return item;
  return { ...item, attachments: item.attachments.map(present) };
}

export const toItem = (item: ThreadItem): NewItem => ({
  id: item.id,
  type: item.type,
  hidden: hiddenTypes.has(item.type),
  payload: item as unknown as Record<string, unknown>,
  createdAt: new Date(item.created_at),
});

/** What is ChatKit's own of a thread stands among the metadata of its conversation, under a name no application takes. */
const domainsKey = 'causerie.allowed_image_domains';

export function toThreadMetadata(conversation: Conversation): ThreadMetadata {
  const { [domainsKey]: domains, ...metadata } = conversation.metadata;
  return {
    ...(conversation.title === null ? {} : { title: conversation.title }),
    id: conversation.id,
    created_at: conversation.createdAt.toISOString(),
    status: conversation.status as ThreadMetadata['status'],
    ...(domains === undefined ? {} : { allowed_image_domains: domains as string[] }),
    metadata,
  };
}

/** A thread as the engine creates and saves it. */
export const toConversation = (thread: ThreadMetadata) => ({
  id: thread.id,
  kind: 'assistant' as const,
  // Made of somebody's words, which may hold what PostgreSQL keeps in no text.
  title: thread.title?.replaceAll('\0', '') ?? null,
  status: thread.status,
  metadata: thread.allowed_image_domains
    ? { ...thread.metadata, [domainsKey]: thread.allowed_image_domains }
    : thread.metadata,
  createdAt: new Date(thread.created_at),
});

/** As sent to a client: without the application's notes, and with the empty page of items the protocol wants. */
export const toThread = (conversation: Conversation): Thread => ({
  ...toThreadMetadata(conversation),
  metadata: {},
  items: { data: [], has_more: false },
});
