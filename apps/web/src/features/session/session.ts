import type { Person } from '@causerie/client';
import { type QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { bindToPerson, client, onUnauthorized } from '../../client.ts';
import { followAccount } from '../../i18n/i18n.ts';
import { clearToasts } from '../../ui/toast.tsx';

/** Who is signed in; `null` for nobody. Asked once, then kept until it is set anew. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Person | null> => {
    const person = await client.auth.me(signal);
    if (person) await followAccount(person.locale);
    return person ?? null;
  },
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** The signed-in person, in a view that only signed-in people reach. */
export function usePerson(): Person {
  const { data } = useSuspenseQuery(sessionQuery);
  // While signing out, the view is drawn once more after the session is gone and before the page changes.
  const last = useRef(data);
  if (data) last.current = data;
  if (!last.current) throw new Error('This view is for signed-in people only.');
  return last.current;
}

const endedKey = ['session', 'ended'];

/** Whether the last session ended without its person's asking, which the page that asks to sign in says. */
export function endedUnasked(queries: QueryClient): boolean {
  return queries.getQueryData(endedKey) === true;
}

/** Asks the server again who is signed in, after something has changed it. */
export async function reloadSession(queries: QueryClient): Promise<Person | null> {
  queries.setQueryData(endedKey, false);
  return queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

/** Signs out, leaves for a page that needs no session, and forgets everything that was fetched as this person. */
export async function endSession(queries: QueryClient, leave: () => Promise<void>): Promise<void> {
  await client.auth.signOut();
  await forgetSession(queries, leave);
}

/**
 * Leaves for a page that needs no session and forgets everything that was fetched as this person, whose session has ended
 * already. In this order: what is forgotten while it is still shown would be fetched once more, by nobody.
 */
export async function forgetSession(queries: QueryClient, leave: () => Promise<void>): Promise<void> {
  queries.setQueryData(sessionQuery.queryKey, null);
  clearToasts();
  await leave();
  queries.removeQueries({ predicate: ({ queryKey: [name] }) => name !== 'session' && name !== 'config' });
}

/**
 * Follows the session through what happens elsewhere: it ended while the page was open, or another tab signed out, in, or
 * in as somebody else. `reroute` asks the router again whether the page may be shown; what is being written in the chat is
 * kept (chat/draft.ts).
 */
export function watchSession(queries: QueryClient, reroute: () => Promise<void>): void {
  const known = () => queries.getQueryData(sessionQuery.queryKey);
  const end = async () => {
    if (!known()) return;
    queries.setQueryData(endedKey, true);
    await forgetSession(queries, reroute);
  };
  onUnauthorized(() => void end());
  // Whoever it is now gets a page of their own; what was being written stays its writer's (chat/draft.ts).
  bindToPerson(
    () => known()?.id,
    () => location.assign('/'),
  );
  document.addEventListener('visibilitychange', async () => {
    const before = known();
    if (document.visibilityState !== 'visible' || before === undefined) return;
    // Not known is not ended: a server that is away says nothing about the session.
    const now = await client.auth.me().catch(() => before);
    if (!now) await end();
    else if (before && now.id !== before.id) location.assign('/');
    else {
      queries.setQueryData(sessionQuery.queryKey, now);
      if (!before) await reroute();
    }
  });
}
