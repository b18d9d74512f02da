/** The kinds of conversations. One engine serves them all. */
export type ConversationKind = 'assistant' | 'direct' | 'group' | 'visitor' | 'call' | 'workflow' | 'desktop';

export type Conversation = {
  id: string;
  kind: ConversationKind;
  title: string | null;
  status: { type: string; reason?: string };
  /** Data of the door; the engine does not read it. */
  metadata: Record<string, unknown>;
  /** Number of the last event; 0 before the first. */
  lastEvent: number;
  /** Events up to this one are removed (see `trim`); 0 while all are there. */
  trimmedTo: number;
  createdAt: Date;
  /** When the last item was added. A new title does not count. */
  updatedAt: Date;
};

/** An item that a participant added. The engine never reads `payload`; the doors know its shape. */
export type Item = {
  id: string;
  type: string;
  /** For the model or the log only; never sent to a person. */
  hidden: boolean;
  payload: Record<string, unknown>;
  createdAt: Date;
};

/** A stored item: with its place, its author, and the reactions to it. */
export type StoredItem = Item & {
  /** Its place in the conversation. */
  seq: number;
  /** Grows over the whole server. */
  number: number;
  authorId: string | null;
  /** The id of the item it belongs below. */
  parentId: string | null;
  /** The people it addresses. */
  mentions: string[];
  /** The people who gave each reaction, by the name of the reaction. */
  reactions: Record<string, string[]>;
};

/**
 * An item to add. `clientId` is the author's own name for it: a second item under that name in this conversation is
 * refused.
 */
export type NewItem = Item & {
  authorId?: string;
  clientId?: string;
  parentId?: string;
  mentions?: string[];
};

/** What a list of conversations needs of a new item: enough to count it, and none of its content. */
export type ItemNotice = { id: string; seq: number; authorId: string | null; mentions: string[] };

/** A client's name for a request, so that it can repeat it. `hash` tells it apart from another request of the same name. */
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
  /** The conversation as it stands now, in events about the conversation. */
  conversation: Conversation | null;
  /** `{run_id, agent, state?}` of a run, `{person_id, role?}` of a member. */
  payload: Record<string, unknown> | null;
};

export type RunState = 'running' | 'done' | 'stopped' | 'failed' | 'interrupted';

/** Why a run ends early: a person stopped it, the server stops or died, or it failed. */
export type StopReason = 'stopped' | 'interrupted' | 'failed';

export type Run = {
  id: string;
  conversationId: string;
  agent: string;
  processKey: string;
  state: RunState;
};

/** An item of a run in flight, with its content so far. Never changed in place. */
export type PendingItem = { id: string; type: string; payload: Record<string, unknown>; createdAt: string };

/** A search result: the newest item that matches, or null where the title does. */
export type Found = { conversation: Conversation; item: Item | null };

export type Page<T> = { data: T[]; hasMore: boolean };
export type PageRequest = { limit: number; order: 'asc' | 'desc'; after: string | null };

/**
 * Orders conversations by last activity or by creation. A client that reads all of them page by page must ask for the order
 * of creation: in the other order, a conversation used meanwhile changes its place, and a page may miss the ones after it.
 */
export type ConversationPageRequest = PageRequest & { by?: 'activity' | 'creation' };

/**
 * What the engine must know about unfinished items of one kind of conversation, since it does not read them: how one grows,
 * and what of it is stored when its run ends early.
 */
export type Unfinished = {
  /** Returns the payload with the deltas added, in order; the given payload is not changed. */
  grow(payload: PendingItem['payload'], deltas: readonly unknown[]): PendingItem['payload'];
  /** The same growth in fewer deltas, as a run keeps it. */
  condense(deltas: readonly unknown[]): unknown[];
  /**
   * Decides what is stored of an answer that was cut, whatever the cause: the items worth keeping, and a note for the
   * model. The only place that decides it.
   */
  keep(pending: readonly PendingItem[], reason: StopReason, conversationId: string): NewItem[];
};
