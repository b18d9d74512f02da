/** What a conversation is to the people in it. One engine serves them all. */
export type ConversationKind = 'assistant' | 'direct' | 'group' | 'visitor' | 'call' | 'workflow' | 'desktop';

export type Conversation = {
  id: string;
  kind: ConversationKind;
  title: string | null;
  status: { type: string; reason?: string };
  /** What a door keeps with it; the engine does not look into it. */
  metadata: Record<string, unknown>;
  /** Number of the last event; 0 before the first. */
  lastEvent: number;
  /** Events up to this one are gone (see `trim`); 0 while all are there. */
  trimmedTo: number;
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

/** An item as it is read: its place, who added it, and what people made of it. */
export type StoredItem = Item & {
  /** Its place in the conversation. */
  seq: number;
  /** Grows over the whole server. */
  number: number;
  authorId: string | null;
  /** The item it belongs below. */
  parentId: string | null;
  /** Who is addressed in it. */
  mentions: string[];
  /** By the name of the reaction, who gave it. */
  reactions: Record<string, string[]>;
};

/** An item as it is added. `clientId` is its author's own name for it: the author adds no second one under it in this conversation. */
export type NewItem = Item & {
  authorId?: string;
  clientId?: string;
  parentId?: string;
  mentions?: string[];
};

/** What a list of conversations shows of an item that was added: enough to count it, and nothing of what it says. */
export type ItemNotice = { id: string; seq: number; authorId: string | null; mentions: string[] };

/** What a client calls a request, so that it can make it again. `hash` tells it from another one under the same name. */
export type RequestKey = { clientId: string; hash: string };

export type EventType =
  | 'conversation.created'
  | 'conversation.updated'
  | 'item.done'
  | 'item.removed'
  | 'item.replaced'
  | 'item.reacted'
  | 'member.changed'
  | 'member.joined'
  | 'member.left'
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
  item: StoredItem | null;
  /** The conversation as it stands now, for the events that speak of it. */
  conversation: Conversation | null;
  /** `{run_id, agent, state?}` of a run, `{person_id, role?}` of a member. */
  payload: Record<string, unknown> | null;
};

export type RunState = 'running' | 'done' | 'stopped' | 'failed' | 'interrupted';

/** Why a run ends before it is done: a person stopped it, the server stops or died, or it failed. */
export type StopReason = 'stopped' | 'interrupted' | 'failed';

export type Run = {
  id: string;
  conversationId: string;
  agent: string;
  processKey: string;
  state: RunState;
};

/** An item of a run in flight, as far as it got. Never changed in place. */
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

/**
 * What the engine must be told about the items of one kind of conversation, since it does not look into them: how an
 * unfinished one grows, and what of it is kept when its run ends before it is done.
 */
export type Unfinished = {
  /** The payload with what was added to it, in order; the given one is not changed. */
  grow(payload: PendingItem['payload'], deltas: readonly unknown[]): PendingItem['payload'];
  /** The same growth in fewer words, as it is kept beside the run. */
  condense(deltas: readonly unknown[]): unknown[];
  /**
   * What is stored of an answer that was cut, whatever cut it: the items worth keeping, and what the model is to know of it.
   * The one place that decides it.
   */
  keep(pending: readonly PendingItem[], reason: StopReason, conversationId: string): NewItem[];
};
