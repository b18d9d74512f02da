import { setImmediate } from 'node:timers/promises';
import { searchTerms } from '../../../platform/full-text/terms.ts';
import type { Item } from '../types.ts';
import type { SearchQueries } from './queries.ts';

const batchSize = 20;
/** The most batches of a person's own items that one search indexes; with more, the older items are found a search later. */
const mostBatches = 25;
/** How long after a change the index is brought up to date. */
const delayMs = 2000;
/** The pause after a batch, as a multiple of the time it took. */
const restFactor = 9;
const mostOwed = 10_000;

export type SearchIndex = ReturnType<typeof createSearchIndex>;

/**
 * Puts the words of items into the index of terms, apart from the statement that stores them. In one statement with it, an
 * answer of a thousand words cost half as much again (measured: docs/decisions/0015-the-search-index-comes-behind.md).
 * Indexing takes at most a tenth of one core. A search waits until the person's own conversations are indexed, so that it
 * finds what was said a moment ago.
 *
 * `wordsOf` extracts the words of an item: only the doors know the shape of their items. The words have no column: storing
 * an answer of a thousand words once more as words cost a fifth of the database's time (docs/decisions/0017).
 */
export function createSearchIndex(deps: {
  queries: SearchQueries;
  wordsOf(item: Pick<Item, 'type' | 'payload'>): string;
  log: { error(details: object, message: string): void };
}) {
  const { queries, wordsOf, log } = deps;
  const owed = new Set<string>();
  const searching = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** An item that cannot be read has no words. If it threw instead, every search of its person would meet it first and fail. */
  const wordsIn = (item: Pick<Item, 'type' | 'payload'>): string => {
    try {
      return wordsOf(item);
    } catch (error) {
      log.error({ err: error }, 'an item cannot be read for the search, and is found by none of its words');
      return '';
    }
  };

  /** Indexes the next items, and returns how many. */
  const indexBatch = async (of: Parameters<SearchQueries['unindexedItems']>[0]): Promise<number> => {
    const items = await queries.unindexedItems(of, batchSize);
    const indexed = [];
    for (const { conversationId, seq, version, ...item } of items) {
      indexed.push({ conversationId, seq, version, terms: searchTerms(wordsIn(item)).join(' ') });
      await setImmediate(); // A text of 50 000 characters takes ten milliseconds.
    }
    if (indexed.length > 0) await queries.saveTerms(indexed);
    return items.length;
  };

  const work = async () => {
    const began = performance.now();
    const conversations = owed.values().take(batchSize).toArray();
    for (const id of conversations) owed.delete(id);
    try {
      if ((await indexBatch({ conversations })) === batchSize) for (const id of conversations) owed.add(id);
    } catch (error) {
      log.error({ err: error }, 'what was said could not be put into the search index; it is when someone searches');
    }
    timer = undefined;
    if (owed.size > 0) plan((performance.now() - began) * restFactor);
  };
  const plan = (ms: number) => {
    if (!closed) timer ??= setTimeout(work, ms).unref();
  };

  return {
    /** Schedules indexing for a conversation that has changed. A process that dies leaves the work to the next search. */
    noteChange(conversationId: string): void {
      if (owed.size < mostOwed) owed.add(conversationId);
      plan(delayMs);
    },

    /**
     * Resolves once everything the person may find is indexed. One search of a person does the work; the others wait for
     * it.
     */
    async catchUp(personId: string): Promise<void> {
      const before = searching.get(personId);
      const mine = (async () => {
        await before?.catch(() => {});
        for (let batch = 0; batch < mostBatches && (await indexBatch({ personId })) === batchSize; batch++);
      })();
      searching.set(personId, mine);
      await mine.finally(() => {
        if (searching.get(personId) === mine) searching.delete(personId);
      });
    },

    close(): void {
      closed = true;
      clearTimeout(timer);
    },
  };
}
