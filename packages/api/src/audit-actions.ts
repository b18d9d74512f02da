/** Every act in the audit log. The server refuses to log another; the page has a text for each. */
export const auditActions = [
  'user.created',
  'user.invited',
  'user.invitation_revoked',
  'user.renamed',
  'user.promoted',
  'user.demoted',
  'user.disabled',
  'user.enabled',
  'user.password_reset',
  'user.two_factor_removed',
  'user.signed_out',
  'user.session_ended',
  'user.deleted',
] as const;

export type AuditAction = (typeof auditActions)[number];
