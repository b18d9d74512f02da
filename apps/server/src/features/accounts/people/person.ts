import type { PoolClient } from 'pg';
import type { Scope } from '../sessions/scopes.ts';

/** Somebody with an account, as every feature sees them. */
export type Person = {
  id: string;
  email: string;
  name: string;
  role: 'user' | 'admin';
  /** A BCP 47 language tag. */
  locale: string;
};

/** The same, as they see themselves. */
export type Account = Person & {
  /** Whether a second factor is asked for at sign-in. */
  two_factor: boolean;
  /** True with a temporary password: it opens nothing but the change of it. */
  must_change_password: boolean;
};

/** Where somebody signs in from. */
export type Device = { ip: string; userAgent: string };

export const deviceOf = (request: { ip: string; headers: { 'user-agent'?: string | undefined } }): Device => ({
  ip: request.ip,
  userAgent: (request.headers['user-agent'] ?? '').slice(0, 500),
});

/** Somebody who is signed in, and by which session. With `scopes` by an API key, which may do no more than they say. */
export type SignedIn = { account: Account; sessionId: string; startedAt: Date; scopes?: Scope[] };

/** What other features are told of that. What is begun in a session (an answer, an upload) ends with it. */
export type InSession = { person: Person; sessionId: string };

/** A session as its person, or an administrator, sees it. Times are ISO 8601. */
export type SessionRow = {
  id: string;
  /** `chatkit`: it opens the chat only, and was made by one of the others, with which it ends. */
  kind: 'browser' | 'program' | 'chatkit';
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  user_agent: string;
  ip: string;
};

/** More to do in the same transaction, such as writing down who did it: both happen or neither. */
export type AlsoDo = (client: PoolClient) => Promise<void>;
