import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Page, Thread } from '@causerie/chatkit';
import type { Conversations } from '../conversations/index.ts';
import { excerptsOf, searchTextOf } from './search-text.ts';
import { toThread } from './thread-rows.ts';

/** A thread in the list of one of our clients: with the time of its last item, and the excerpt that matches the question. */
export type ListedThread = Thread & { updated_at: string; match?: { item_id: string; text: string } };

/** A person's threads by last activity, newest first; with a question, those that hold all its words. */
export async function listThreads(
  conversations: Conversations,
  personId: string,
  { query, limit, after }: { query: string; limit: number; after: string | null },
): Promise<Page<ListedThread>> {
  const { data, hasMore } =
    query === ''
      ? await conversations.list(personId, 'assistant', { limit, after, order: 'desc' }).then((page) => ({
          data: page.data.map((conversation) => ({ conversation, item: null })),
          hasMore: page.hasMore,
        }))
      : await conversations.search(personId, 'assistant', query, { limit, after });
  const excerpt = excerptsOf(query);
  const threads: ListedThread[] = [];
  for (const { conversation, item } of data) {
    const thread = { ...toThread(conversation), updated_at: conversation.updatedAt.toISOString() };
    if (!item) {
      threads.push(thread);
      continue;
    }
    const text = excerpt(searchTextOf(item));
    threads.push({ ...thread, match: { item_id: item.id, text } });
    // A text may be long: other requests run in between.
    await nextTurn();
  }
  return { data: threads, has_more: hasMore, ...(hasMore && { after: threads.at(-1)!.id }) };
}
