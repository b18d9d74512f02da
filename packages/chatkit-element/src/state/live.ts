import { LiveFeed } from '../transport/live-feed.ts';
import { fetchThread } from './loading.ts';
import { runOf } from './phase.ts';
import type { SessionState } from './session-state.ts';
import { endFollowing, flushEvents, receiveEvent } from './stream-events.ts';

/** Opens the live feed of the thread, where the server has one and nothing else brings its events. */
export function openLive(state: SessionState): void {
  const threadId = state.threadId.value;
  const { name } = state.phase.value;
  if (state.feed || !state.alive || !threadId || !state.api.canResume) return;
  if (name === 'answering' || name === 'loading' || name === 'unreadable') return;
  if (document.visibilityState === 'hidden') return;
  const feed: LiveFeed = new LiveFeed({
    api: state.api,
    threadId,
    after: () => state.lastEvent,
    awaitsEnd: () => state.phase.value.name === 'following',
    onEvent: (event, id) => {
      if (state.feed === feed) receiveEvent(state, event, id, null);
    },
    onBroken: (broken) => {
      if (state.feed !== feed) return;
      state.feedBroken = broken;
      showOffline(state);
    },
    onEnd: (how) => {
      if (state.feed !== feed) return;
      flushEvents(state);
      endFollowing(state);
      if (how !== 'ended') state.feed = null;
      if (how === 'lost') void readAnew(state).catch((error) => state.report(error));
    },
  });
  state.feed = feed;
}

export function closeLive(state: SessionState): void {
  state.feed?.close();
  state.feed = null;
  state.feedBroken = false;
  showOffline(state);
}

/** Shows whether the server can be reached, as far as the feed and the requests can tell. */
export function showOffline(state: SessionState): void {
  state.offline.value = state.feedBroken || state.api.connection.away.value;
}

/** Reads the thread again, since the server no longer has the events after the last one applied. */
async function readAnew(state: SessionState): Promise<void> {
  const id = state.threadId.value;
  if (!id) return;
  const { visit, lastEvent } = state;
  state.lastEvent = 0;
  await fetchThread(state, id, () => visit === state.visit && !runOf(state.phase.value));
  // A server that refused this place already would refuse it for ever.
  if (state.lastEvent !== lastEvent) openLive(state);
}
