import { z } from 'zod';
import { auditActions } from './audit-actions.ts';
import { email, name, role } from './fields.ts';
import { sessionList } from './person.ts';
import { route } from './route.ts';

const id = z.string().min(1).max(200);
const limit = z.coerce.number<number | string>().int().min(1, 'must be at least 1').max(100, 'must be at most 100');

/** One page of a list; `after` asks for the next one and is absent on the last. */
export type Page<T> = { data: T[]; has_more: boolean; after?: string | undefined };
const pageOf = <T extends z.ZodType>(row: T) =>
  z.object({ data: z.array(row), has_more: z.boolean(), after: z.string().optional() });

/** A person as an administrator sees them. Dates are ISO 8601 in UTC. */
const userRow = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  disabled: z.boolean(),
  two_factor: z.boolean(),
  must_change_password: z.boolean(),
  created_at: z.string(),
  /** When a session of the user was last used; absent when none ever was. */
  last_seen_at: z.string().optional(),
  /** Number of conversations the user owns. */
  threads: z.number(),
  /** The storage that the user's files take, in bytes. */
  file_bytes: z.number(),
});

const userQuery = z.object({
  /** Searches name and e-mail. */
  search: z.string().trim().max(200).optional(),
  role: role.optional(),
  status: z.enum(['active', 'disabled']).optional(),
  limit: limit.default(25),
  /** The `after` of the previous page. */
  after: id.optional(),
});

const newUser = z.object({ email, name: name.min(1, 'is missing'), role: role.default('user') });

const createdUser = z.object({
  user: userRow,
  /** Shown once; the user must change it at the first sign-in. */
  temporary_password: z.string(),
});

const userChange = z.object({
  email: email.optional(),
  name: name.min(1, 'is missing').optional(),
  role: role.optional(),
  disabled: z.boolean().optional(),
  /** Removes the second factor, for a person who lost the phone and the recovery codes. */
  two_factor: z.literal(false).optional(),
});

/** `link`: a one-time address to hand over. `temporary`: a password that must be changed at the next sign-in. */
const passwordReset = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('link'), url: z.string(), expires_at: z.string() }),
  z.object({ mode: z.literal('temporary'), temporary_password: z.string() }),
]);

const userRemoval = z.discriminatedUnion('threads', [
  z.object({ threads: z.literal('delete') }),
  z.object({ threads: z.literal('transfer'), transfer_to: id }),
]);

const newInvitation = z.object({ email, role: role.default('user') });

const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  created_at: z.string(),
  expires_at: z.string(),
  invited_by: z.object({ id: z.string(), name: z.string() }),
});

const createdInvitation = z.object({
  invitation,
  /** `{origin}/login?invitation={token}`; works once, for seven days. */
  url: z.string(),
});

const auditQuery = z.object({
  /** Lists only the acts on this user. */
  user: id.optional(),
  action: z.enum(auditActions).optional(),
  limit: limit.default(50),
  /** The `after` of the previous page. */
  after: id.optional(),
});

const who = z.object({ id: z.string(), name: z.string() });

/**
 * One act of an administrator, or of a person who deleted their own account. The names are those of the time of the act,
 * so that a deleted account stays readable.
 */
const auditEntry = z.object({
  id: z.string(),
  at: z.string(),
  action: z.enum(auditActions),
  actor: who,
  target: who,
  /** What changed. The keys depend on the act: `{mode: 'link'}`, `{threads: 'transfer', transfer_to: 'usr_…', heir: 'Ada'}`. */
  details: z.record(z.string(), z.string()),
  ip: z.string(),
});

/** Administration. A change that would leave no enabled administrator is 409 `last_admin` and has no effect. */
export const adminRoutes = {
  users: route({
    method: 'GET',
    path: '/api/admin/users',
    caller: 'administrator',
    tag: 'admin',
    summary: 'List the people of this server, newest first',
    query: userQuery,
    answers: { 200: pageOf(userRow) },
  }),
  createUser: route({
    method: 'POST',
    path: '/api/admin/users',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Create an account with a temporary password',
    body: newUser,
    answers: { 201: createdUser },
    errors: ['email_taken'],
  }),
  user: route({
    method: 'GET',
    path: '/api/admin/users/:id',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Get a person',
    params: z.object({ id }),
    answers: { 200: userRow },
    errors: ['not_found'],
  }),
  updateUser: route({
    method: 'PATCH',
    path: '/api/admin/users/:id',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Update a person: name, e-mail, role, enabled, second factor',
    description: 'Disabling an account ends all its sessions.',
    params: z.object({ id }),
    body: userChange,
    answers: { 200: userRow },
    errors: ['email_taken', 'last_admin', 'not_found'],
  }),
  removeUser: route({
    method: 'DELETE',
    path: '/api/admin/users/:id',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Delete an account, and delete or transfer its threads',
    params: z.object({ id }),
    body: userRemoval,
    answers: { 204: null },
    errors: ['last_admin', 'not_found'],
  }),
  resetPassword: route({
    method: 'POST',
    path: '/api/admin/users/:id/reset-password',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Reset a password by a one-time link or a temporary password',
    description:
      'All sessions of the account end. With the new password, its passkeys go, but those of the second factor, and its providers.',
    params: z.object({ id }),
    body: z.object({ mode: z.enum(['link', 'temporary']) }),
    answers: { 200: passwordReset },
    errors: ['not_found'],
  }),
  signOutUser: route({
    method: 'POST',
    path: '/api/admin/users/:id/sign-out',
    caller: 'administrator',
    tag: 'admin',
    summary: 'End all sessions of a person',
    params: z.object({ id }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
  userSessions: route({
    method: 'GET',
    path: '/api/admin/users/:id/sessions',
    caller: 'administrator',
    tag: 'admin',
    summary: 'List the sessions of a person',
    params: z.object({ id }),
    answers: { 200: sessionList },
    errors: ['not_found'],
  }),
  endUserSession: route({
    method: 'DELETE',
    path: '/api/admin/users/:id/sessions/:session_id',
    caller: 'administrator',
    tag: 'admin',
    summary: 'End a session of a person',
    params: z.object({ id, session_id: id }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
  invitations: route({
    method: 'GET',
    path: '/api/admin/invitations',
    caller: 'administrator',
    tag: 'admin',
    summary: 'List the open invitations',
    answers: { 200: z.object({ data: z.array(invitation) }) },
  }),
  invite: route({
    method: 'POST',
    path: '/api/admin/invitations',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Invite an e-mail address',
    description: 'The link works once, for seven days.',
    body: newInvitation,
    answers: { 201: createdInvitation },
    errors: ['email_taken'],
  }),
  revokeInvitation: route({
    method: 'DELETE',
    path: '/api/admin/invitations/:id',
    caller: 'administrator',
    tag: 'admin',
    summary: 'Revoke an invitation',
    params: z.object({ id }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
  audit: route({
    method: 'GET',
    path: '/api/admin/audit',
    caller: 'administrator',
    tag: 'admin',
    summary: 'List the audit log, newest first',
    query: auditQuery,
    answers: { 200: pageOf(auditEntry) },
  }),
};

export type UserRow = z.infer<typeof userRow>;
export type UserQuery = z.input<typeof userQuery>;
export type NewUser = z.input<typeof newUser>;
export type CreatedUser = z.infer<typeof createdUser>;
export type UserChange = z.input<typeof userChange>;
export type PasswordReset = z.infer<typeof passwordReset>;
export type UserRemoval = z.infer<typeof userRemoval>;
export type NewInvitation = z.input<typeof newInvitation>;
export type Invitation = z.infer<typeof invitation>;
export type CreatedInvitation = z.infer<typeof createdInvitation>;
export type AuditEntry = z.infer<typeof auditEntry>;
export type AuditQuery = z.input<typeof auditQuery>;
