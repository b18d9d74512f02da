import type { PersonChange } from '../accounts/index.ts';
import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';
import { describeUser } from './describe-users.ts';

/** What an administrator may change of a person. The second factor is removed when phone and codes are lost. */
export type UserChange = Omit<PersonChange, 'locale'>;

/** Changes a person; disabling also ends all their sessions. Throws `not_found`, `last_admin`, `email_taken`. */
export const changeUser = (deps: AdminDeps) => async (actor: Actor, id: string, change: UserChange) => {
  const { accounts, audit } = deps;
  const changed = await accounts.people.change(id, change, async (client, before) => {
    const renamed = {
      ...(change.name !== undefined && change.name !== before.name && { name: change.name }),
      ...(change.email !== undefined && change.email !== before.email && { email: change.email }),
    };
    if (Object.keys(renamed).length > 0) await audit.note(client, actor, 'user.renamed', before, renamed);
    if (change.role && change.role !== before.role)
      await audit.note(client, actor, change.role === 'admin' ? 'user.promoted' : 'user.demoted', before);
    if (change.disabled !== undefined && change.disabled !== before.disabled)
      await audit.note(client, actor, change.disabled ? 'user.disabled' : 'user.enabled', before);
    if (change.two_factor === false && before.two_factor)
      await audit.note(client, actor, 'user.two_factor_removed', before);
  });
  return describeUser(deps, changed);
};
