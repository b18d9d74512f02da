import type { AlsoDoFor } from '../accounts/index.ts';
import type { ProfileDeps } from './deps.ts';

/** What happens to the conversations and files of a removed person: they are deleted, or become another person's. */
export type Fate = { threads: 'delete' } | { threads: 'transfer'; transfer_to: string };

/**
 * Removes a person for good. First the account is disabled and its answers in flight end; then, in one transaction, the
 * account is removed and its conversations and files are deleted or handed over. When that fails, the account stays
 * disabled, and the removal can be repeated.
 *
 * Throws `not_found`, `last_admin`, and `invalid_input` for an heir who is no other active person.
 */
export const removePerson =
  ({ accounts, conversations, attachments }: ProfileDeps) =>
  async (personId: string, fate: Fate, also: AlsoDoFor): Promise<void> => {
    const heir = fate.threads === 'transfer' ? fate.transfer_to : null;
    await accounts.people.checkHeir(personId, heir);
    await accounts.people.change(personId, { disabled: true });
    await conversations.ownership.stopAllOf(personId);
    let tell = () => {};
    await accounts.people.remove(personId, heir, async (client, person) => {
      if (heir === null) {
        tell = await conversations.ownership.removeAllOf(client, personId);
        await attachments.removeAllOf(client, personId);
      } else {
        tell = await conversations.ownership.transferAll(client, personId, heir);
        await attachments.transferAll(client, personId, heir);
      }
      await also(client, person);
    });
    tell();
    attachments.sweep();
  };
