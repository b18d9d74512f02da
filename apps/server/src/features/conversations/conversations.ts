import type { Pool } from 'pg';
import { AppError } from '../../errors.ts';
import type { Bus } from '../../platform/bus/index.ts';
import { searchQuery } from '../../platform/full-text/terms.ts';
import { channelOf, encodeMessage } from './feed/bus-message.ts';
import { createFeeds } from './feed/follow.ts';
import { createInboxes } from './feed/inbox.ts';
import { createFeedQueries } from './feed/queries.ts';
import { relayRun } from './feed/relay-run.ts';
import { createLog } from './log/log.ts';
import { createLogQueries } from './log/queries.ts';
import { createMembers } from './members/members.ts';
import { createOwnership } from './members/ownership.ts';
import { createMemberQueries } from './members/queries.ts';
import { accessConversation } from './rights/access.ts';
import { createRunQueries } from './runs/queries.ts';
import { createRuns, type Liveness } from './runs/runs.ts';
import { createSearchQueries } from './search/queries.ts';
import { createSearchIndex } from './search/search-index.ts';
import type { Conversation, ConversationKind, Found, Item, ItemNotice, Page, Unfinished } from './types.ts';

type Logger = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};

/** The engine: every message between participants passes through here, whatever the door. */
export type Conversations = ReturnType<typeof createConversations>;

/**
 * Every function takes the person who asks first, and throws `not_found` for what that person cannot see, `forbidden` for
 * what they see and may not do. A change returns the number of its event. When it returns, the event is safe on disk and
 * published to all followers.
 */
export function createConversations(deps: {
  pool: Pool;
  /** Connections reserved for the writes of runs. Default: those of `pool`. */
  runWrites?: Pool;
  bus: Bus;
  process: Liveness;
  log: Logger;
  /** How items of each kind of conversation with agents grow, and what is kept of them; see `Unfinished`. */
  unfinished: Partial<Record<ConversationKind, Unfinished>>;
  /** The words by which search finds an item. */
  wordsOf(item: Pick<Item, 'type' | 'payload'>): string;
  /** The most answers in flight in this process, for one person and for all. Default: no limit. */
  answers?: { perPerson: number; perProcess: number };
}) {
  const { bus, pool } = deps;
  const pools = { pool, runWrites: deps.runWrites ?? pool };
  const logQueries = createLogQueries(pools);
  const runQueries = createRunQueries(pools);
  const memberQueries = createMemberQueries(pool);
  const feedQueries = createFeedQueries(pool);
  const searchQueries = createSearchQueries(pool);
  const searchIndex = createSearchIndex({ queries: searchQueries, wordsOf: deps.wordsOf, log: deps.log });

  const publishEvent = (conversationId: string, n: number, item?: ItemNotice) =>
    bus.publish(channelOf(conversationId), encodeMessage({ kind: 'event', n, ...(item && { item }) }));
  const publishGone = (conversationId: string, runs: string[] = []) => {
    const channel = channelOf(conversationId);
    if (runs.length > 0) bus.publish(channel, encodeMessage({ kind: 'stop', runs, gone: true }));
    bus.publish(channel, encodeMessage({ kind: 'gone' }));
  };
  const unfinishedOf = (kind: string) => deps.unfinished[kind as ConversationKind] ?? nothingUnfinished;

  const runs = createRuns({
    queries: runQueries,
    log: logQueries,
    liveness: deps.process,
    unfinishedOf,
    publishEvent,
    publishStop: (conversationId, runIds) => {
      if (runIds.length > 0) bus.publish(channelOf(conversationId), encodeMessage({ kind: 'stop', runs: runIds }));
    },
    onOpen(run) {
      relayRun(run, bus, runs.stopHere);
      feeds.attach(run);
    },
    logger: deps.log,
    answers: deps.answers,
  });
  const feeds = createFeeds({ queries: feedQueries, runQueries, runs, bus, unfinishedOf, log: logQueries });
  const inboxes = createInboxes({ queries: feedQueries, bus });

  return {
    /** An agent's turns. */
    runs,
    ...createLog({ queries: logQueries, runs, searchIndex, inboxes, publishEvent, publishGone }),
    members: createMembers({
      queries: memberQueries,
      log: logQueries,
      inboxes,
      publishEvent,
      publishSignal: (conversationId, signal) =>
        bus.publish(channelOf(conversationId), encodeMessage({ kind: 'signal', signal })),
      stopRunsOf: (personId, conversationId) => runs.stopOf(personId, conversationId),
    }),
    ownership: createOwnership({
      queries: memberQueries,
      stop: (personId, conversationId) => runs.stop(personId, conversationId),
      publishEvent,
      publishGone,
      inboxes,
    }),

    /** See `createFeeds`. */
    follow: feeds.follow,
    /** A person's list of conversations; see `createInboxes`. */
    openInbox: inboxes.open,

    access: (personId: string, id: string): Promise<Conversation> => accessConversation(logQueries, personId, id),

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

    /**
     * Removes events older than so many days, a thousand conversations at a time; items stay. A device that was away for
     * longer reads the conversation anew.
     */
    async trim(days: number): Promise<void> {
      while ((await logQueries.trimEvents(days, 1000)) === 1000);
      await memberQueries.forgetDepartures(days);
      await runQueries.removeOrphans();
    },

    /** Stops the work in the background. */
    close(): void {
      searchIndex.close();
      runs.close();
    },
  };
}

/** For kinds of conversations without unfinished items. */
const nothingUnfinished: Unfinished = {
  grow: (payload) => payload,
  condense: (deltas) => [...deltas],
  keep: (pending) => {
    if (pending.length > 0) throw new AppError('internal', 'Nobody knows what to keep of this.');
    return [];
  },
};
