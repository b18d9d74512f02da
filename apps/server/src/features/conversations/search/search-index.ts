import { setImmediate } from 'node:timers/promises';
import { searchTerms } from '../../../platform/full-text/terms.ts';
import type { Item } from '../types.ts';
import type { SearchQueries } from './queries.ts';

const batchSize = 20;
/** So many batches of a person's own items are done before a search; whoever has more finds the older ones a search later. */
const mostBatches = 25;
/** How long after something was said the index is brought up to date. */
const delayMs = 2000;
/** Then it rests nine times as long as it worked. */
const restFactor = 9;
const mostOwed = 10_000;

export type SearchIndex = ReturnType<typeof createSearchIndex>;

/**
 * Puts what was said into the index of terms, apart from the statement that stores it: in one statement with it, an answer of
 * a thousand words cost half as much again (measured: docs/decisions/0015-the-search-index-comes-behind.md). A tenth of one core at most
 * goes into it; and whoever searches waits until their own conversations are done, so that nobody misses what they just said.
 *
 * `wordsOf` gives the words an item is found by; the doors know what their items mean. They are no column: an answer of a
 * thousand words, stored once more as its words, cost a fifth of the database's time (docs/decisions/0017).
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

  /** An item that nobody can read is found by nothing. Else each search of its person would begin with it, and fail. */
  const wordsIn = (item: Pick<Item, 'type' | 'payload'>): string => {
    try {
      return wordsOf(item);
    } catch (error) {
      log.error({ err: error }, 'an item cannot be read for the search, and is found by none of its words');
      return '';
    }
  };

  /** Puts the next items into the index, and says how many. */
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
    /** Something was said in a conversation: it is put into the index soon. What a process that dies leaves, a search does. */
    noteChange(conversationId: string): void {
      if (owed.size < mostOwed) owed.add(conversationId);
      plan(delayMs);
    },

    /** Returns when everything a person may find is in the index. One search of a person does it, the next ones wait for it. */
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
