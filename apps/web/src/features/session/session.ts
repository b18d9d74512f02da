import type { Person } from '@causerie/client';
import { type QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { bindToPerson, client, onUnauthorized } from '../../client.ts';
import { followAccount } from '../../i18n/i18n.ts';
import { clearToasts } from '../../ui/toast.tsx';

/** The signed-in person, or `null`. Loaded once, then kept until it is set again. */
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
  // During a sign-out, the view renders once more between the end of the session and the change of page.
  const last = useRef(data);
  if (data) last.current = data;
  if (!last.current) throw new Error('This view is for signed-in people only.');
  return last.current;
}

const endedKey = ['session', 'ended'];

/** Whether the last session ended without a sign-out, which the sign-in page then shows. */
export function endedUnasked(queries: QueryClient): boolean {
  return queries.getQueryData(endedKey) === true;
}

/** Loads the signed-in person again after a change. */
export async function reloadSession(queries: QueryClient): Promise<Person | null> {
  queries.setQueryData(endedKey, false);
  return queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
}

/** Signs out, opens a page that needs no session, and drops everything that was fetched as this person. */
export async function endSession(queries: QueryClient, leave: () => Promise<void>): Promise<void> {
  await client.auth.signOut();
  await forgetSession(queries, leave);
}

/**
 * Opens a page that needs no session, and drops everything that was fetched as this person, whose session has ended
 * already. The order matters: data dropped while it is still shown would be fetched again, without a session.
 */
export async function forgetSession(queries: QueryClient, leave: () => Promise<void>): Promise<void> {
  queries.setQueryData(sessionQuery.queryKey, null);
  clearToasts();
  await leave();
  queries.removeQueries({ predicate: ({ queryKey: [name] }) => name !== 'session' && name !== 'config' });
}

/**
 * Follows changes of the session from elsewhere: it ended while the page was open, or another tab signed out, in, or in as
 * another person. `reroute` makes the router check again whether it may show the page. The chat keeps its draft
 * (chat/draft.ts).
 */
export function watchSession(queries: QueryClient, reroute: () => Promise<void>): void {
  const known = () => queries.getQueryData(sessionQuery.queryKey);
  const end = async () => {
    if (!known()) return;
    queries.setQueryData(endedKey, true);
    await forgetSession(queries, reroute);
  };
  onUnauthorized(() => void end());
  // The new person gets a new page; the draft stays with its writer (chat/draft.ts).
  bindToPerson(
    () => known()?.id,
    () => location.assign('/'),
  );
  document.addEventListener('visibilitychange', async () => {
    const before = known();
    if (document.visibilityState !== 'visible' || before === undefined) return;
    // A failed request does not end the session: the server may only be away.
    const now = await client.auth.me().catch(() => before);
    if (!now) await end();
    else if (before && now.id !== before.id) location.assign('/');
    else {
      queries.setQueryData(sessionQuery.queryKey, now);
      if (!before) await reroute();
    }
  });
}
