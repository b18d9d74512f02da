/** What a conversation is to the people in it. One engine serves them all. */
export type ConversationKind = 'assistant' | 'direct' | 'group' | 'call' | 'workflow';

export type Conversation = {
  id: string;
  kind: ConversationKind;
  title: string | null;
  status: { type: string; reason?: string };
  metadata: Record<string, unknown>;
  allowedImageDomains: string[] | null;
  /** Number of the last event; 0 before the first. */
  lastEvent: number;
  createdAt: Date;
  /** When something was last said in it. A new name is no such thing. */
  updatedAt: Date;
};

/** Something a participant added. The engine never looks into `payload`; the doors know its shape. */
export type Item = {
  id: string;
  type: string;
  /** Kept for the model or the log, never sent to a person. */
  hidden: boolean;
  payload: Record<string, unknown>;
  createdAt: Date;
};

/** An item as it is added. `clientId` is its author's own name for it: the author adds no second one under it. */
export type NewItem = Item & { authorId?: string; clientId?: string };

/** What a client calls a request, so that it can make it again. `hash` tells it from another one under the same name. */
export type RequestKey = { clientId: string; hash: string };

export type EventType =
  | 'conversation.created'
  | 'conversation.updated'
  | 'item.done'
  | 'item.removed'
  | 'item.replaced'
  | 'run.ended'
  | 'run.started';

/**
 * A durable event. `item` is the item as it stands now, not as it stood then: events are idempotent hints to a state, so
 * a reader that replays them ends with what the store holds. It is null where the item has been removed since.
 */
export type LogEvent = {
  n: number;
  type: EventType;
  itemId: string | null;
  item: Item | null;
  /** The conversation as it stands now, for the events that speak of it. */
  conversation: Conversation | null;
  payload: Record<string, unknown> | null;
};

export type RunState = 'running' | 'done' | 'stopped' | 'failed' | 'interrupted';

export type Run = {
  id: string;
  conversationId: string;
  processKey: string;
  state: RunState;
};

/** An item of a run in flight, as far as it got. Saved now and then so that a killed server loses no more than a moment. */
export type PendingItem = { id: string; type: string; payload: Record<string, unknown>; createdAt: string };

/** A conversation in which something was found: the newest item that holds it, or null where the title does. */
export type Found = { conversation: Conversation; item: Item | null };

export type Page<T> = { data: T[]; hasMore: boolean };
export type PageRequest = { limit: number; order: 'asc' | 'desc'; after: string | null };

/**
 * Conversations come by last activity, or by creation: whoever reads all of them page by page asks for that, since one that
 * is used meanwhile changes its place in the other order, and what came after it would be passed over.
 */
export type ConversationPageRequest = PageRequest & { by?: 'activity' | 'creation' };
