import type { AuditAction } from '@causerie/api';
import type { Session } from './account.ts';
import type { Role } from './auth.ts';
import type { Transport } from './transport.ts';

/*
 * Administration. Every route needs the role `admin` (403 `forbidden` otherwise); dates are ISO 8601 in UTC; unknown
 * users are 404 `not_found`. Whatever would leave no enabled administrator is 409 `last_admin` and changes nothing.
 *
 *   GET    /api/admin/users?search=&role=&status=&limit=&after=   → 200 Page<UserRow>, newest first; `search` looks in
 *                                                                   name and e-mail; `limit` 1–100, 25 by default;
 *                                                                   `after` is the `after` of the page before
 *   POST   /api/admin/users                       NewUser         → 201 CreatedUser; 409 `email_taken`
 *   GET    /api/admin/users/{id}                                  → 200 UserRow
 *   PATCH  /api/admin/users/{id}                  UserChange      → 200 UserRow; disabling also ends all sessions
 *   POST   /api/admin/users/{id}/reset-password   {mode}          → 200 PasswordReset; ends all sessions
 *   POST   /api/admin/users/{id}/sign-out                         → 204; ends all sessions
 *   GET    /api/admin/users/{id}/sessions                         → 200 {data: Session[]}
 *   DELETE /api/admin/users/{id}/sessions/{session_id}            → 204
 *   DELETE /api/admin/users/{id}                  UserRemoval     → 204
 *   GET    /api/admin/invitations                                 → 200 {data: Invitation[]}, those still open
 *   POST   /api/admin/invitations                 NewInvitation   → 201 CreatedInvitation
 *   DELETE /api/admin/invitations/{id}                            → 204
 *   GET    /api/admin/audit?user=&action=&limit=&after=           → 200 Page<AuditEntry>, newest first
 */

/** One page of a list; `after` asks for the next one and is absent on the last. */
export type Page<T> = {
  data: T[];
  has_more: boolean;
  after?: string;
};

export type UserRow = {
  id: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
  two_factor: boolean;
  must_change_password: boolean;
  created_at: string;
  /** When any of the user's sessions was last used; absent when never. */
  last_seen_at?: string;
  /** Number of conversations the user owns. */
  threads: number;
  /** What the user keeps in files, in bytes. */
  file_bytes: number;
};

export type UserQuery = {
  search?: string;
  role?: Role;
  status?: 'active' | 'disabled';
  limit?: number;
  after?: string;
};

export type NewUser = {
  email: string;
  name: string;
  role: Role;
};

export type CreatedUser = {
  user: UserRow;
  /** Shown once; the user must change it at the first sign-in. */
  temporary_password: string;
};

export type UserChange = {
  email?: string;
  name?: string;
  role?: Role;
  disabled?: boolean;
  /** Takes the second factor away, for somebody who lost the phone and the recovery codes. */
  two_factor?: false;
};

/** `link`: a one-time address to hand over. `temporary`: a password that must be changed at the next sign-in. */
export type PasswordReset =
  | { mode: 'link'; url: string; expires_at: string }
  | { mode: 'temporary'; temporary_password: string };

export type UserRemoval = { threads: 'delete' } | { threads: 'transfer'; transfer_to: string };

export type NewInvitation = {
  email: string;
  role: Role;
};

export type Invitation = {
  id: string;
  email: string;
  role: Role;
  created_at: string;
  expires_at: string;
  invited_by: { id: string; name: string };
};

export type CreatedInvitation = {
  invitation: Invitation;
  /** `{origin}/login?invitation={token}`; works once, for seven days. It is also sent by mail where mail is set up. */
  url: string;
  mailed: boolean;
};

/** One act of an administrator, or the farewell of somebody who deleted their own account. Names are kept as they were at the time, so that a deleted account stays readable. */
export type AuditEntry = {
  id: string;
  at: string;
  action: AuditAction;
  actor: { id: string; name: string };
  target: { id: string; name: string };
  /** What changed, in words of the act: `{mode: 'link'}`, `{threads: 'transfer', transfer_to: 'usr_…', heir: 'Ada'}`. */
  details: Record<string, string>;
  ip: string;
};

export type AuditQuery = {
  /** Only acts upon this user. */
  user?: string;
  action?: AuditAction;
  limit?: number;
  after?: string;
};

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
export function createAdmin(transport: Transport): Admin {
  const user = (id: string) => `/api/admin/users/${encodeURIComponent(id)}`;
  const within = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
  return {
    users: (query = {}, signal) =>
      transport.request('GET', '/api/admin/users', { query: { ...query }, ...within(signal) }),
    user: (id, signal) => transport.request('GET', user(id), within(signal)),
    createUser: (body) => transport.request('POST', '/api/admin/users', { body }),
    updateUser: (id, body) => transport.request('PATCH', user(id), { body }),
    resetPassword: (id, mode) => transport.request('POST', `${user(id)}/reset-password`, { body: { mode } }),
    signOutUser: (id) => transport.request('POST', `${user(id)}/sign-out`),
    async userSessions(id, signal) {
      return (await transport.request<{ data: Session[] }>('GET', `${user(id)}/sessions`, within(signal))).data;
    },
    endUserSession: (id, sessionId) =>
      transport.request('DELETE', `${user(id)}/sessions/${encodeURIComponent(sessionId)}`),
    removeUser: (id, body) => transport.request('DELETE', user(id), { body }),
    async invitations(signal) {
      return (await transport.request<{ data: Invitation[] }>('GET', '/api/admin/invitations', within(signal))).data;
    },
    invite: (body) => transport.request('POST', '/api/admin/invitations', { body }),
    revokeInvitation: (id) => transport.request('DELETE', `/api/admin/invitations/${encodeURIComponent(id)}`),
    audit: (query = {}, signal) =>
      transport.request('GET', '/api/admin/audit', { query: { ...query }, ...within(signal) }),
  };
}
