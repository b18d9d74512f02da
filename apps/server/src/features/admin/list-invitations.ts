import type { AdminDeps } from './deps.ts';
import { describeInvitation } from './describe-invitation.ts';

/** Lists the invitations that nobody has used yet. */
export const listInvitations =
  ({ accounts }: AdminDeps) =>
  async () =>
    (await accounts.links.openInvitations()).map(describeInvitation);
