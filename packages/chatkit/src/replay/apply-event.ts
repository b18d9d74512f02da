import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadItem } from '../protocol/items.ts';
import type { Thread } from '../protocol/threads.ts';
import { applyUpdate } from './apply-update.ts';

/** What a client knows of one thread: its head and its items, oldest first. */
export type ReplayState = {
  thread: Thread | undefined;
  items: readonly ThreadItem[];
};

/** A client that has seen nothing yet. */
export const emptyReplay: ReplayState = { thread: undefined, items: [] };

/**
 * What a client knows after one more event. The old state is left as it was; what did not change keeps its identity.
 * Events that are not about the thread's content (progress, effects, notices, errors, options) and events of kinds
 * this version does not know change nothing.
 *
 * A client told to retry drops the items after the retried message by itself (`dropAfter`): the server sends no
 * removals for them.
 */
export function applyEvent(state: ReplayState, event: StreamEvent): ReplayState {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated':
      return { ...state, thread: event.thread };
    case 'thread.item.added':
    case 'thread.item.done':
    case 'thread.item.replaced':
      return { ...state, items: put(state.items, event.item) };
    case 'thread.item.updated': {
      const index = find(state.items, event.item_id);
      const before = state.items[index];
      if (!before) return state;
      const after = applyUpdate(before, event.update);
      return after === before ? state : { ...state, items: state.items.with(index, after) };
    }
    case 'thread.item.removed': {
      const index = find(state.items, event.item_id);
      return index < 0 ? state : { ...state, items: state.items.toSpliced(index, 1) };
    }
    default:
      return state;
  }
}

/** What is left when everything after an item is dropped, as a client does before it retries. */
export function dropAfter(state: ReplayState, itemId: string): ReplayState {
  const index = find(state.items, itemId);
  return index < 0 ? state : { ...state, items: state.items.slice(0, index + 1) };
}

function put(items: readonly ThreadItem[], item: ThreadItem): readonly ThreadItem[] {
  const index = find(items, item.id);
  return index < 0 ? [...items, item] : items.with(index, item);
}

// From the end: what streams is nearly always the last item.
function find(items: readonly ThreadItem[], id: string): number {
  return items.findLastIndex((item) => item.id === id);
}
