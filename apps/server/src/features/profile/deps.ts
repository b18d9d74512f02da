import type { Accounts } from '../accounts/index.ts';
import type { Attachments } from '../attachments/index.ts';
import type { Conversations } from '../conversations/index.ts';

/** What the use cases of a person's own account work with. */
export type ProfileDeps = {
  accounts: Accounts;
  conversations: Conversations;
  attachments: Pick<Attachments, 'ownedBy' | 'storageOf' | 'quota' | 'transferAll' | 'removeAllOf' | 'sweep'>;
};
