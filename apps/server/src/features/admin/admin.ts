import type { Pool } from 'pg';
import type { Person } from '../accounts/index.ts';
import { createAuditLog } from './audit-log.ts';
import { changeUser } from './change-user.ts';
import { createUser } from './create-user.ts';
import type { AdminDeps } from './deps.ts';
import { endUserSession } from './end-user-session.ts';
import { getUser } from './get-user.ts';
import { inviteUser } from './invite-user.ts';
import { listInvitations } from './list-invitations.ts';
import { listUserSessions } from './list-user-sessions.ts';
import { listUsers } from './list-users.ts';
import { readAuditLog } from './read-audit-log.ts';
import { removeUser } from './remove-user.ts';
import { resetPassword } from './reset-password.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { signOutUser } from './sign-out-user.ts';

export type Admin = ReturnType<typeof createAdmin>;

/**
 * What administrators do. Each act is written to the log in the transaction that does it. The door checks that the person
 * who asks is an administrator.
 */
export function createAdmin({ pool, ...rest }: Omit<AdminDeps, 'audit'> & { pool: Pool }) {
  const deps: AdminDeps = { ...rest, audit: createAuditLog(pool) };
  return {
    listUsers: listUsers(deps),
    getUser: getUser(deps),
    createUser: createUser(deps),
    changeUser: changeUser(deps),
    resetPassword: resetPassword(deps),
    signOutUser: signOutUser(deps),
    listUserSessions: listUserSessions(deps),
    endUserSession: endUserSession(deps),
    removeUser: removeUser(deps),
    listInvitations: listInvitations(deps),
    inviteUser: inviteUser(deps),
    revokeInvitation: revokeInvitation(deps),
    readAuditLog: readAuditLog(deps),
    /** Writes to the log that people removed their own account. */
    noteLeaving: (person: Person, ip: string) =>
      deps.audit.noting({ person, ip }, 'user.deleted', { threads: 'delete' }),
  };
}
