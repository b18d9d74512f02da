import { AppError } from '../../../errors.ts';
import type { Inboxes } from '../feed/inbox.ts';
import { accessConversation } from '../rights/access.ts';
import type { LiveRun } from '../runs/live-run.ts';
import type { Runs } from '../runs/runs.ts';
import { writeUntilStored } from '../runs/write-until-stored.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type {
  Conversation,
  ConversationKind,
  ConversationPageRequest,
  EventType,
  ItemNotice,
  NewItem,
  Page,
  PageRequest,
  StoredItem,
} from '../types.ts';
import { noticeOf } from './notice.ts';
import type { LogQueries, SavedConversation, Written } from './queries.ts';

/** The longest name of a reaction: an emoji takes up to some dozens of code units. */
const longestReaction = 64;

/** The changes to a conversation and its items, and the reads of them. */
export function createLog(deps: {
  queries: LogQueries;
  runs: Runs;
  searchIndex: Pick<SearchIndex, 'noteChange'>;
  inboxes: Pick<Inboxes, 'publish'>;
  publishEvent(conversationId: string, n: number, item?: ItemNotice): void;
  /** Announces to everyone that a conversation is deleted, with the runs that were in flight in it. */
  publishGone(conversationId: string, runIds: string[]): void;
}) {
  const { queries, runs, searchIndex } = deps;

  /** Throws the reason why nothing was changed: `not_found` or `forbidden`. */
  const refuse = async (personId: string, conversationId: string, run: LiveRun | null): Promise<never> => {
    // Another process took this one for dead and ended the run, or the conversation is deleted: this write comes too late.
    run?.lose();
    await accessConversation(queries, personId, conversationId);
    if (!run) throw new AppError('forbidden');
    throw new AppError('not_found', `The answer in conversation ${conversationId} has been ended`);
  };

  /**
   * Announces a change at once; a run announces its own writes, in order with its signals. The writes of a run are retried
   * while the database is away.
   */
  const change = async (
    conversationId: string,
    run: LiveRun | null,
    write: (runId: string | null) => Promise<Written | null>,
    { find = async () => null, item }: { find?: () => Promise<Written | null>; item?: NewItem } = {},
  ): Promise<Written | null> => {
    const written = run?.hasBegun ? await writeUntilStored(() => write(run.id), find) : await write(run?.id ?? null);
    if (!written) return null;
    if (item) searchIndex.noteChange(conversationId);
    const notice = item && written.added ? noticeOf(item, written.seq) : undefined;
    if (run) run.noteWritten(written.n, notice);
    else deps.publishEvent(conversationId, written.n, notice);
    return written;
  };

  return {
    /**
     * Throws `not_found` when the id is taken, no matter by whom. With `run`, the conversation is claimed for it from the
     * start (see `runs.claim`, also for `conflict`); with `item`, that is its first item. Returns the number of its last
     * event.
     */
    async create(
      personId: string,
      conversation: SavedConversation & { kind: ConversationKind; createdAt: Date },
      { run, item }: { run?: LiveRun | null; item?: NewItem | null } = {},
    ): Promise<number> {
      const { id } = conversation;
      const claim = run && { id: run.id, agent: run.agent, processKey: runs.processKey, request: run.request };
      const created = queries.createConversation(personId, conversation, { run: claim, item });
      const written = await (run ? created.catch(runs.doubt(run, id)) : created);
      if (!written) throw new AppError('not_found', `Conversation ${id} not found`);
      if (run) runs.open(run, id);
      if (item) searchIndex.noteChange(id);
      deps.inboxes.publish(personId, { kind: 'joined', conversationId: id });
      deps.publishEvent(id, written.n, item ? noticeOf(item, written.seq) : undefined);
      return written.n;
    },

    /** Saves title, status and the like. */
    async save(personId: string, conversation: SavedConversation, run: LiveRun | null = null): Promise<number> {
      const { id } = conversation;
      const write = (runId: string | null) => queries.saveConversation(personId, conversation, runId);
      return (await change(id, run, write))?.n ?? refuse(personId, id, run);
    },

    list: (personId: string, kind: ConversationKind, page: ConversationPageRequest): Promise<Page<Conversation>> =>
      queries.listConversations(personId, kind, page),

    /** Deletes the conversation and ends its runs in flight. A second call throws `not_found`. */
    async remove(personId: string, id: string): Promise<void> {
      const inFlight = await queries.deleteConversation(personId, id);
      if (!inFlight) return refuse(personId, id, null);
      deps.publishGone(id, inFlight);
    },

    /** Adds the item, or replaces the one of that id in its place. */
    async putItem(
      personId: string,
      conversationId: string,
      item: NewItem,
      event: Extract<EventType, 'item.done' | 'item.replaced'> = 'item.done',
      run: LiveRun | null = null,
    ): Promise<number> {
      const written = await change(
        conversationId,
        run,
        (runId) => queries.putItem(personId, conversationId, item, event, runId),
        { find: () => queries.findStored(conversationId, item), item },
      );
      return written?.n ?? refuse(personId, conversationId, run);
    },

    /** Returns null when there is no such item. Throws `forbidden` for another person's item. */
    async removeItem(
      personId: string,
      conversationId: string,
      itemId: string,
      run: LiveRun | null = null,
    ): Promise<number | null> {
      const write = (runId: string | null) => queries.removeItem(personId, conversationId, itemId, runId);
      const written = await change(conversationId, run, write);
      if (!written && (await queries.findItem(personId, conversationId, itemId)))
        return refuse(personId, conversationId, run);
      return written?.n ?? null;
    },

    /** Removes everything after an item, the newest first; null when there is nothing. Throws `forbidden`. */
    async removeItemsAfter(
      personId: string,
      conversationId: string,
      itemId: string,
      run: LiveRun | null = null,
    ): Promise<number | null> {
      const write = (runId: string | null) => queries.removeItemsAfter(personId, conversationId, itemId, runId);
      const written = await change(conversationId, run, write);
      if (!written && (await queries.isRefused(personId, conversationId, 'moderate')))
        return refuse(personId, conversationId, run);
      return written?.n ?? null;
    },

    /**
     * Adds a reaction to an item, or removes it; null when nothing changes. Throws `not_found`, `forbidden`, and
     * `bad_request` for a name that is too long.
     */
    async react(
      personId: string,
      conversationId: string,
      itemId: string,
      reaction: string,
      given = true,
    ): Promise<number | null> {
      if (reaction === '' || reaction.length > longestReaction)
        throw new AppError('bad_request', `A reaction has 1 to ${longestReaction} characters.`);
      const write = () => queries.react(personId, conversationId, itemId, reaction, given);
      const written = await change(conversationId, null, write);
      if (!written) await this.item(personId, conversationId, itemId);
      return written?.n ?? null;
    },

    async item(personId: string, conversationId: string, itemId: string): Promise<StoredItem> {
      const item = await queries.findItem(personId, conversationId, itemId);
      if (!item) throw new AppError('not_found', `Item ${itemId} not found in conversation ${conversationId}`);
      return item;
    },

    /** Empty for a conversation that the person cannot see. */
    items: (personId: string, conversationId: string, page: PageRequest): Promise<Page<StoredItem>> =>
      queries.listItems(personId, conversationId, page),

    /**
     * Saves feedback on items. Throws `not_found` when one of them does not exist; the feedback on the others is still
     * saved.
     */
    async rate(
      personId: string,
      conversationId: string,
      itemIds: string[],
      kind: 'positive' | 'negative',
    ): Promise<void> {
      const wanted = [...new Set(itemIds)];
      const rated = await queries.rate(personId, conversationId, wanted, kind);
      if (rated < wanted.length) throw new AppError('not_found', `Item not found in conversation ${conversationId}`);
    },
  };
}
