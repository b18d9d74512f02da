import type { Accounts } from '../accounts/index.ts';
import type { Attachments } from '../attachments/index.ts';
import type { Conversations } from '../conversations/index.ts';

/** The dependencies of the use cases for a person's own account. */
export type ProfileDeps = {
  accounts: Accounts;
  conversations: Conversations;
  attachments: Pick<Attachments, 'ownedBy' | 'storageOf' | 'quota' | 'transferAll' | 'removeAllOf' | 'sweep'>;
};
