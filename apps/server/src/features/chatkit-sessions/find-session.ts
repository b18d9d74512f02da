import type { IncomingHttpHeaders } from 'node:http';
import { bearerOf, type Person } from '../accounts/index.ts';
import type { ChatKitSession } from './chatkit-session.ts';
import type { ChatKitSessionDeps } from './deps.ts';
import { isToken } from './token.ts';

/**
 * Finds the session that the bearer token names, and its person. `undefined` when the request carries no token of a
 * session; an empty object when the session has ended, its person is disabled, or the sign-in that made it has ended.
 */
export async function findSession(
  { store, personInSession }: ChatKitSessionDeps,
  headers: IncomingHttpHeaders,
): Promise<{ session?: ChatKitSession; person?: Person } | undefined> {
  const token = bearerOf(headers);
  if (!token || !isToken(token)) return undefined;
  const session = await store.find(token);
  const person = session && (await personInSession(session.personId, session.id));
  return session && person ? { session, person } : {};
}

/** The person of the session that the bearer token names, if any. */
export const findPerson = (deps: ChatKitSessionDeps) => async (headers: IncomingHttpHeaders) =>
  (await findSession(deps, headers))?.person;
