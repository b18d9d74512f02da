import type { Attachment, Thread, ThreadItem, ThreadMetadata } from '@causerie/chatkit';
import type { Conversation, Item, NewItem } from '../conversations/index.ts';

/** Maps ChatKit's threads and items to the engine's rows. The payload of a row is the item as sent to clients. */

const hiddenTypes = new Set(['hidden_context_item', 'sdk_hidden_context']);

/** `present` replaces the addresses of a message's attachments, since the stored ones have expired. */
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

/** The key for ChatKit's own fields in the metadata of a conversation, a name that no application uses. */
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

/** The thread as a conversation that the engine creates and saves. */
export const toConversation = (thread: ThreadMetadata) => ({
  id: thread.id,
  kind: 'assistant' as const,
  // The title comes from a person's words, which may hold characters that PostgreSQL refuses in text.
  title: thread.title?.replaceAll('\0', '') ?? null,
  status: thread.status,
  metadata: thread.allowed_image_domains
    ? { ...thread.metadata, [domainsKey]: thread.allowed_image_domains }
    : thread.metadata,
  createdAt: new Date(thread.created_at),
});

/**
 * A thread as sent to a client: without the application's notes, and with the empty page of items that the protocol
 * requires.
 */
export const toThread = (conversation: Conversation): Thread => ({
  ...toThreadMetadata(conversation),
  metadata: {},
  items: { data: [], has_more: false },
});
