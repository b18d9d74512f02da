import type { AdminDeps } from './deps.ts';
import { describeUser } from './describe-users.ts';

/** Describes one person. Throws `not_found`. */
export const getUser = (deps: AdminDeps) => async (id: string) =>
  describeUser(deps, await deps.accounts.people.get(id));
