import type { Pool } from 'pg';
import { AppError } from '../../errors.ts';
import type { Bus } from '../../platform/bus/index.ts';
import { searchQuery } from '../../platform/full-text/terms.ts';
import { accessConversation } from './access.ts';
import type { LiveRun } from './live-run.ts';
import { createOwnership } from './ownership/index.ts';
import { createConversationQueries, type SavedConversation } from './queries.ts';
import { createRuns, type Interruption, type Liveness } from './runs.ts';
import { createSearchIndex } from './search-index.ts';
import { createSearchQueries } from './search-queries.ts';
import { channelOf, encodeMessage } from './signals.ts';
import { type FeedOutput, type Subscription, subscribe } from './subscribe.ts';
import type {
  Conversation,
  ConversationKind,
  ConversationPageRequest,
  EventType,
  Found,
  Item,
  NewItem,
  Page,
  PageRequest,
} from './types.ts';

export { LiveRun, type RunFollower, type StopReason } from './live-run.ts';
export type { Interruption, RunResult } from './runs.ts';
export type { FeedOutput, Subscription } from './subscribe.ts';
export type {
  Conversation,
  ConversationKind,
  EventType,
  Found,
  Item,
  LogEvent,
  NewItem,
  Page,
  PageRequest,
  PendingItem,
  RequestKey,
  RunState,
} from './types.ts';

type Log = { info(details: object, message: string): void; error(details: object, message: string): void };

/** The engine: everything that is said between participants goes through here, whatever the door. */
export type Conversations = ReturnType<typeof createConversations>;

/**
 * Every function takes the person who asks first, and throws `not_found` for what that person may not see. Changes return
 * the number of the event they made; it is safe on disk when they return, and everyone who follows has been told.
 */
export function createConversations(deps: {
  pool: Pool;
  bus: Bus;
  process: Liveness;
  log: Log;
  interruption: Interruption;
  /** The words an item is found by. */
  wordsOf(item: Pick<Item, 'type' | 'payload'>): string;
  /** How many answers may be written at once, here, for one person and for all. Default: any number. */
  answers?: { perPerson: number; perProcess: number };
}) {
  const queries = createConversationQueries(deps.pool);
  const runs = createRuns({ ...deps, queries });
  const searchQueries = createSearchQueries(deps.pool);
  const searchIndex = createSearchIndex({ ...deps, queries: searchQueries });

  const told = (conversationId: string, n: number | null, missing: string): number => {
    if (n === null) return missingObject(missing);
    runs.flushSignals(conversationId);
    deps.bus.publish(channelOf(conversationId), encodeMessage({ kind: 'event', n }));
    return n;
  };

  return {
    runs,
    /** Stops what is done behind the requests. */
    close: () => searchIndex.close(),
    ownership: createOwnership({ pool: deps.pool, bus: deps.bus, runs }),

    /**
     * Throws `not_found` when the id is taken, by whomever. With `run`, the conversation is claimed for it from the start
     * (see `runs.claim`, also for `conflict`); with `item`, it begins with it. Returns the number of its last event.
     */
    async create(
      personId: string,
      conversation: SavedConversation & { kind: ConversationKind; createdAt: Date },
      { run, item }: { run?: LiveRun | null; item?: NewItem | null } = {},
    ): Promise<number> {
      const claim = run && { id: run.id, processKey: deps.process.key, request: run.request };
      const created = queries.createConversation(personId, conversation, { run: claim, item });
      const n = await (run ? created.catch(runs.doubt(run, conversation.id)) : created);
      if (run && n !== null) runs.open(run, conversation.id);
      if (item && n !== null) searchIndex.noteChange(conversation.id);
      return told(conversation.id, n, `Thread ${conversation.id} not found`);
    },

    /** Saves title, status and the like. */
    async save(personId: string, conversation: SavedConversation): Promise<number> {
      const n = await queries.saveConversation(personId, conversation);
      return told(conversation.id, n, `Thread ${conversation.id} not found`);
    },

    access: (personId: string, id: string): Promise<Conversation> => accessConversation(queries, personId, id),

    list: (personId: string, kind: ConversationKind, page: ConversationPageRequest): Promise<Page<Conversation>> =>
      queries.listConversations(personId, kind, page),

    /** The conversations that hold all words of the question, by last activity. A question without a word finds nothing. */
    async search(
      personId: string,
      kind: ConversationKind,
      question: string,
      page: { limit: number; after: string | null },
    ): Promise<Page<Found>> {
      const query = searchQuery(question);
      if (query === null) return { data: [], hasMore: false };
      await searchIndex.catchUp(personId);
      return searchQueries.searchConversations(personId, kind, query, page);
    },

    /** Ends the run in flight, if any, and removes everything. A second call finds nothing and throws `not_found`. */
    async remove(personId: string, id: string): Promise<void> {
      await runs.stop(personId, id);
      if (!(await queries.deleteConversation(personId, id))) missingObject(`Thread ${id} not found`);
      deps.bus.publish(channelOf(id), encodeMessage({ kind: 'gone' }));
    },

    /** Adds the item, or replaces the one of that id in its place. */
    async putItem(
      personId: string,
      conversationId: string,
      item: NewItem,
      event: Extract<EventType, 'item.done' | 'item.replaced'> = 'item.done',
    ): Promise<number> {
      const n = await queries.putItem(personId, conversationId, item, event);
      if (n !== null) searchIndex.noteChange(conversationId);
      return told(conversationId, n, `Thread ${conversationId} not found`);
    },

    /** Removing what is not there changes nothing and returns null. */
    async removeItem(personId: string, conversationId: string, itemId: string): Promise<number | null> {
      const n = await queries.removeItem(personId, conversationId, itemId);
      return n === null ? null : told(conversationId, n, '');
    },

    /** Removes everything after an item, the newest first; null when there is nothing. */
    async removeItemsAfter(personId: string, conversationId: string, itemId: string): Promise<number | null> {
      const n = await queries.removeItemsAfter(personId, conversationId, itemId);
      return n === null ? null : told(conversationId, n, '');
    },

    async item(personId: string, conversationId: string, itemId: string): Promise<Item> {
      const item = await queries.findItem(personId, conversationId, itemId);
      return item ?? missingObject(`Item ${itemId} not found in thread ${conversationId}`);
    },

    /** Empty for a conversation the person may not see. */
    items: (personId: string, conversationId: string, page: PageRequest): Promise<Page<Item>> =>
      queries.listItems(personId, conversationId, page),

    /** Keeps feedback on items. Throws `not_found` when one of them is not there; the others are kept all the same. */
    async rate(
      personId: string,
      conversationId: string,
      itemIds: string[],
      kind: 'positive' | 'negative',
    ): Promise<void> {
      const wanted = [...new Set(itemIds)];
      const rated = await queries.rate(personId, conversationId, wanted, kind);
      if (rated < wanted.length) missingObject(`Item not found in thread ${conversationId}`);
    },

    /** See `subscribe`. */
    subscribe: (
      personId: string,
      conversationId: string,
      after: number,
      onOutput: (output: FeedOutput) => void,
      onError: (error: unknown) => void,
    ): Promise<Subscription> =>
      subscribe(
        { queries, bus: deps.bus, runs, process: deps.process },
        personId,
        conversationId,
        after,
        onOutput,
        onError,
      ),
  };
}

function missingObject(message: string): never {
  throw new AppError('not_found', message);
}
