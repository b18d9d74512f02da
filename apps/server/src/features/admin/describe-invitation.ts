import type { InvitationRow } from '../accounts/index.ts';

/** An invitation as administrators see it. */
export const describeInvitation = (row: InvitationRow) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
  invited_by: { id: row.invited_by_id, name: row.invited_by_name },
});
