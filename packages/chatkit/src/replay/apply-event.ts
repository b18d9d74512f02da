import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadItem } from '../protocol/items.ts';
import type { Thread } from '../protocol/threads.ts';
import { applyUpdate } from './apply-update.ts';

/** A client's state of one thread: its head and its items, oldest first. */
export type ReplayState = {
  thread: Thread | undefined;
  items: readonly ThreadItem[];
};

/** The state of a client before the first event. */
export const emptyReplay: ReplayState = { thread: undefined, items: [] };

/**
 * Returns the state after one more event. It does not change the old state; unchanged parts keep their identity. Events
 * that are not about the thread's content (progress, effects, notices, errors, options) and unknown events have no
 * effect.
 *
 * On a retry, the client itself drops the items after the retried message (`dropAfter`): the server sends no removals
 * for them.
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

/** Drops every item after the given one, as a client does before a retry. */
export function dropAfter(state: ReplayState, itemId: string): ReplayState {
  const index = find(state.items, itemId);
  return index < 0 ? state : { ...state, items: state.items.slice(0, index + 1) };
}

function put(items: readonly ThreadItem[], item: ThreadItem): readonly ThreadItem[] {
  const index = find(items, item.id);
  return index < 0 ? [...items, item] : items.with(index, item);
}

// From the end: the streaming item is nearly always the last one.
function find(items: readonly ThreadItem[], id: string): number {
  return items.findLastIndex((item) => item.id === id);
}
