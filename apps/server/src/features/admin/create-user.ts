import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';
import { describeUser } from './describe-users.ts';

/** Creates an account with a temporary password. Throws `email_taken`. */
export const createUser =
  (deps: AdminDeps) => async (actor: Actor, given: { email: string; name: string; role: 'user' | 'admin' }) => {
    const { accounts, audit } = deps;
    const { id, password } = await accounts.createFor(given, (client, account) =>
      audit.note(client, actor, 'user.created', account, { role: given.role }),
    );
    return { user: await describeUser(deps, await accounts.people.get(id)), temporary_password: password };
  };
