import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';

const route = getRouteApi('/signed-in/');

/**
 * Keeps the conversation and the address the same. The element leads when the person opens a conversation in it; the
 * address leads when the person goes back, forward, or follows a link. `show` is the element's `setThreadId`.
 */
export function useThreadAddress(show: (thread: string | null) => Promise<void> | undefined) {
  const { thread = null } = route.useSearch();
  const navigate = route.useNavigate();
  const [initialThread] = useState(thread);
  // What the element shows, as far as it has told us.
  const shown = useRef(thread);
  // The address is on its way to what the element shows; what it says until then is of the past.
  const leading = useRef(false);

  const follow = useCallback(() => {
    if (leading.current || thread === shown.current) return;
    show(thread)?.then(
      () => {
        shown.current = thread;
      },
      // It refuses while it loads or answers; onThreadLoadEnd and onResponseEnd are when it no longer does.
      () => {},
    );
  }, [thread, show]);
  useEffect(follow, [follow]);

  return {
    initialThread,
    /** What the element shows, as far as it has told us. */
    shown: () => shown.current,
    onThreadLoadEnd: follow,
    onResponseEnd: follow,
    onThreadChange({ threadId }: { threadId: string | null }) {
      const before = shown.current;
      shown.current = threadId;
      // The echo of our own show(): a step of its own would cut off the way forward.
      if (threadId === thread) return;
      leading.current = true;
      const arrived = navigate({
        search: { thread: threadId ?? undefined },
        // A new conversation that gets its id is still the same place; moving between two is a step one can undo.
        replace: before === null,
      });
      void arrived.finally(() => {
        leading.current = false;
      });
    },
  };
}
