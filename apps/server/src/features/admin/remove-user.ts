import type { Fate } from '../profile/index.ts';
import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';

/**
 * Removes a person; `fate` says what becomes of their threads and files. Throws `not_found`, `last_admin`, and
 * `invalid_input` for an heir who is no other active person.
 */
export const removeUser =
  ({ accounts, profile, audit }: AdminDeps) =>
  async (actor: Actor, id: string, fate: Fate): Promise<void> => {
    // The log names the heir, since an id says nothing once the heir is removed as well.
    const heir = fate.threads === 'transfer' ? await accounts.people.find(fate.transfer_to) : undefined;
    await profile.removePerson(
      id,
      fate,
      audit.noting(actor, 'user.deleted', { ...fate, ...(heir && { heir: heir.name }) }),
    );
  };
