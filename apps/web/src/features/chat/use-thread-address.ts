import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';

const route = getRouteApi('/signed-in/');

/**
 * Keeps the conversation of the element and the address in step. The address follows when the person opens a conversation
 * in the element. The element follows when the person goes back, forward, or opens a link. `show` is the element's
 * `setThreadId`.
 */
export function useThreadAddress(show: (thread: string | null) => Promise<void> | undefined) {
  const { thread = null } = route.useSearch();
  const navigate = route.useNavigate();
  const [initialThread] = useState(thread);
  // The conversation that the element shows, by its last event.
  const shown = useRef(thread);
  // True while the address follows the element: until the navigation ends, the address is out of date.
  const leading = useRef(false);

  const follow = useCallback(() => {
    if (leading.current || thread === shown.current) return;
    show(thread)?.then(
      () => {
        shown.current = thread;
      },
      // It refuses while it loads or answers. onThreadLoadEnd and onResponseEnd try again.
      () => {},
    );
  }, [thread, show]);
  useEffect(follow, [follow]);

  return {
    initialThread,
    /** The conversation that the element shows, by its last event. */
    shown: () => shown.current,
    onThreadLoadEnd: follow,
    onResponseEnd: follow,
    onThreadChange({ threadId }: { threadId: string | null }) {
      const before = shown.current;
      shown.current = threadId;
      // The event of our own show(): another history entry would delete the entries ahead.
      if (threadId === thread) return;
      leading.current = true;
      const arrived = navigate({
        search: { thread: threadId ?? undefined },
        // A new conversation that gets its id replaces its history entry; a move to another one adds an entry.
        replace: before === null,
      });
      void arrived.finally(() => {
        leading.current = false;
      });
    },
  };
}
