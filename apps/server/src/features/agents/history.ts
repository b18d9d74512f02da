import type { Store, ThreadItem, ThreadMetadata } from '@causerie/chatkit';

/** How much of a thread a model is given. */
export interface HistoryLimits {
  items: number;
  /** Of the items as JSON. */
  characters: number;
}

/**
 * The end of a thread, oldest first, as much as the limits allow: an answer in a thread of ten thousand messages costs
 * what it costs in one of sixty. It begins with a message of a person where one is in reach, since an answer to a
 * question that is cut off misleads a model, and some providers refuse it. The last item is always there.
 */
export async function loadHistory<Context>(
  store: Store<Context>,
  thread: ThreadMetadata,
  context: Context,
  limits: HistoryLimits,
): Promise<ThreadItem[]> {
  const page = await store.loadThreadItems(thread.id, { limit: limits.items, order: 'desc' }, context);
  const kept: ThreadItem[] = [];
  let characters = 0;
  for (const item of page.data) {
    characters += JSON.stringify(item).length;
    if (kept.length > 0 && characters > limits.characters) break;
    kept.push(item);
  }
  kept.reverse();
  if (kept.length === page.data.length && !page.has_more) return kept;
  const start = kept.findIndex((item) => item.type === 'user_message');
  return start > 0 ? kept.slice(start) : kept;
}
