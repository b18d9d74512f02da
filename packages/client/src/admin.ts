import type {
  AuditEntry,
  AuditQuery,
  CreatedInvitation,
  CreatedUser,
  Invitation,
  NewInvitation,
  NewUser,
  Page,
  PasswordReset,
  Session,
  UserChange,
  UserQuery,
  UserRemoval,
  UserRow,
} from '@causerie/api';
import type { Call } from './call.ts';

/** Administration. Every method needs the role `admin` (403 `forbidden` otherwise). */
export type Admin = {
  users(query?: UserQuery, signal?: AbortSignal): Promise<Page<UserRow>>;
  user(id: string, signal?: AbortSignal): Promise<UserRow>;
  createUser(user: NewUser): Promise<CreatedUser>;
  updateUser(id: string, change: UserChange): Promise<UserRow>;
  resetPassword(id: string, mode: PasswordReset['mode']): Promise<PasswordReset>;
  signOutUser(id: string): Promise<void>;
  userSessions(id: string, signal?: AbortSignal): Promise<Session[]>;
  endUserSession(id: string, sessionId: string): Promise<void>;
  removeUser(id: string, removal: UserRemoval): Promise<void>;
  invitations(signal?: AbortSignal): Promise<Invitation[]>;
  invite(invitation: NewInvitation): Promise<CreatedInvitation>;
  revokeInvitation(id: string): Promise<void>;
  audit(query?: AuditQuery, signal?: AbortSignal): Promise<Page<AuditEntry>>;
};

/** The routes of administration. */
export function createAdmin(call: Call): Admin {
  return {
    users: (query, signal) => call('GET /api/admin/users', { query, signal }),
    user: (id, signal) => call('GET /api/admin/users/:id', { params: { id }, signal }),
    createUser: (body) => call('POST /api/admin/users', { body }),
    updateUser: (id, body) => call('PATCH /api/admin/users/:id', { params: { id }, body }),
    resetPassword: (id, mode) => call('POST /api/admin/users/:id/reset-password', { params: { id }, body: { mode } }),
    signOutUser: (id) => call('POST /api/admin/users/:id/sign-out', { params: { id } }),
    userSessions: async (id, signal) =>
      (await call('GET /api/admin/users/:id/sessions', { params: { id }, signal })).data,
    endUserSession: (id, session_id) =>
      call('DELETE /api/admin/users/:id/sessions/:session_id', { params: { id, session_id } }),
    removeUser: (id, body) => call('DELETE /api/admin/users/:id', { params: { id }, body }),
    invitations: async (signal) => (await call('GET /api/admin/invitations', { signal })).data,
    invite: (body) => call('POST /api/admin/invitations', { body }),
    revokeInvitation: (id) => call('DELETE /api/admin/invitations/:id', { params: { id } }),
    audit: (query, signal) => call('GET /api/admin/audit', { query, signal }),
  };
}
