import type { Item, Page, Thread } from '../protocol.ts';
import type { SessionState } from './session-state.ts';

const pageSize = 50;

/** Reads a thread and its newest items, and shows them if they are still `wanted` when they are there. */
export async function fetchThread(state: SessionState, id: string, wanted: () => boolean): Promise<void> {
  const { body: thread, lastEvent } = await state.api.ask<Thread>({
    type: 'threads.get_by_id',
    params: { thread_id: id },
  });
  let items = thread.items?.data ?? [];
  let complete = !thread.items?.has_more;
  if (!complete) {
    // The first page of `threads.get_by_id` is the oldest; a longer thread is read from its end.
    const page = await fetchItemsBefore(state, id, undefined);
    items = page.data.reverse();
    complete = !page.has_more;
    if (wanted()) state.earlierCursor = page.after;
  }
  if (!wanted()) return;
  state.lastEvent = Math.max(state.lastEvent, lastEvent ?? 0);
  state.conversation.thread.value = thread;
  state.conversation.sync(items, complete);
  state.earlier.value = complete || !state.earlierCursor ? 'none' : 'more';
}

/** Loads the page before the oldest item shown. */
export async function loadEarlier(state: SessionState): Promise<void> {
  const id = state.threadId.value;
  if (!id || state.earlier.value !== 'more') return;
  const { visit } = state;
  state.earlier.value = 'loading';
  try {
    const page = await fetchItemsBefore(state, id, state.earlierCursor);
    if (visit !== state.visit) return;
    const stuck = page.after === state.earlierCursor;
    state.earlierCursor = page.after;
    state.conversation.prepend(page.data.reverse());
    state.earlier.value = page.has_more && page.after && !stuck ? 'more' : 'none';
  } catch (error) {
    if (visit !== state.visit) return;
    state.earlier.value = 'more';
    state.report(error);
  }
}

async function fetchItemsBefore(state: SessionState, id: string, after: string | undefined): Promise<Page<Item>> {
  const params = { thread_id: id, limit: pageSize, order: 'desc' as const, ...(after && { after }) };
  const { body } = await state.api.ask<Page<Item>>({ type: 'items.list', params });
  return { ...body, data: Array.isArray(body.data) ? body.data : [] };
}
