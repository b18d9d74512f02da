import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';

/** Revokes an invitation: its link opens nothing any more. Throws `not_found`. */
export const revokeInvitation =
  ({ accounts, audit }: AdminDeps) =>
  (actor: Actor, id: string): Promise<void> =>
    accounts.links.revokeInvitation(id, (client, email) =>
      audit.note(client, actor, 'user.invitation_revoked', { id: '', name: email }),
    );
