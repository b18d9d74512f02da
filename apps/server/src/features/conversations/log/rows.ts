import type { QueryResultRow } from 'pg';
import type { Conversation, LogEvent, StoredItem } from '../types.ts';

// biome-ignore lint/suspicious/noExplicitAny: a row is what its statement selects; the mappers below are the only readers
export type Row = QueryResultRow & Record<string, any>;

export const conversationColumns =
  'c.id, c.kind, c.title, c.status, c.metadata, c.last_event, c.trimmed_to, c.created_at, c.updated_at';

export const toConversation = (row: Row): Conversation => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  status: row.status,
  metadata: row.metadata,
  lastEvent: Number(row.last_event),
  trimmedTo: Number(row.trimmed_to),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** The columns of an item `i`, under names that collide with no other table's. */
export const itemColumns = `i.id AS item_id, i.type AS item_type, i.hidden, i.payload AS item_payload,
  i.created_at AS item_created_at, i.seq, i.number, i.author_id, i.parent_id, i.mentions, (
    SELECT json_object_agg(x.reaction, x.people) FROM (
      SELECT reaction, json_agg(person_id ORDER BY at, person_id) AS people FROM reactions
      WHERE conversation_id = i.conversation_id AND item_id = i.id GROUP BY reaction
    ) x) AS reactions`;

export const toItem = (row: Row): StoredItem => ({
  id: row.item_id,
  type: row.item_type,
  hidden: row.hidden,
  payload: row.item_payload,
  createdAt: row.item_created_at,
  seq: Number(row.seq),
  number: Number(row.number),
  authorId: row.author_id,
  parentId: row.parent_id,
  mentions: row.mentions ?? [],
  reactions: row.reactions ?? {},
});

/** An event `e` with its item `i` and, for events about the conversation, the conversation `c`. */
export const eventColumns = `e.n, e.type AS event_type, e.item_id AS event_item_id, e.payload AS event_payload, ${itemColumns}, ${conversationColumns}`;
export const eventTables = `events e
  LEFT JOIN items i ON i.conversation_id = e.conversation_id AND i.id = e.item_id
  LEFT JOIN conversations c ON c.id = e.conversation_id AND e.type IN ('conversation.created', 'conversation.updated')`;

export const toEvent = (row: Row): LogEvent => ({
  n: Number(row.n),
  type: row.event_type,
  itemId: row.event_item_id,
  item: row.item_type === null ? null : toItem(row),
  conversation: row.id === null ? null : toConversation(row),
  payload: row.event_payload,
});
