import type { Accounts } from '../accounts/index.ts';
import type { Attachments } from '../attachments/index.ts';
import type { Conversations } from '../conversations/index.ts';
import type { Profile } from '../profile/index.ts';
import type { AuditLog } from './audit-log.ts';

/** What the use cases of administrators work with. */
export type AdminDeps = {
  accounts: Accounts;
  conversations: Conversations;
  attachments: Pick<Attachments, 'storageOf'>;
  profile: Profile;
  audit: AuditLog;
};
