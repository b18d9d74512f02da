import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';

/** Ends all sessions of a person. Throws `not_found`. */
export const signOutUser =
  ({ accounts, audit }: AdminDeps) =>
  (actor: Actor, id: string): Promise<void> =>
    accounts.people.signOut(id, audit.noting(actor, 'user.signed_out'));
