import { auditActions } from '@causerie/client/audit-actions';
import { z } from 'zod';
import { accountFields } from '../accounts/index.ts';

const { email, name } = accountFields;
const role = z.enum(['user', 'admin']);
const id = z.string().min(1).max(200);
const limit = z.coerce.number().int().min(1, 'must be at least 1').max(100, 'must be at most 100');
const pageOf = <T extends z.ZodType>(row: T) =>
  z.object({ data: z.array(row), has_more: z.boolean(), after: z.string().optional() });

export const userParams = z.object({ id });
export const sessionParams = z.object({ id, session_id: id });
export const usersQuery = z.object({
  search: z.string().trim().max(200).optional(),
  role: role.optional(),
  status: z.enum(['active', 'disabled']).optional(),
  limit: limit.default(25),
  after: id.optional(),
});
export const auditQuery = z.object({
  user: id.optional(),
  action: z.enum(auditActions).optional(),
  limit: limit.default(50),
  after: id.optional(),
});
export const newUser = z.object({ email, name: name.min(1, 'is missing'), role: role.default('user') });
export const newInvitation = z.object({ email, role: role.default('user') });
export const userChange = z.object({
  email: email.optional(),
  name: name.min(1, 'is missing').optional(),
  role: role.optional(),
  disabled: z.boolean().optional(),
  two_factor: z.literal(false).optional(),
});
export const resetBody = z.object({ mode: z.enum(['link', 'temporary']) });
export const removalBody = z.discriminatedUnion('threads', [
  z.object({ threads: z.literal('delete') }),
  z.object({ threads: z.literal('transfer'), transfer_to: id }),
]);

export const userReply = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  disabled: z.boolean(),
  two_factor: z.boolean(),
  must_change_password: z.boolean(),
  created_at: z.string(),
  last_seen_at: z.string().optional(),
  threads: z.number(),
  file_bytes: z.number(),
});
export const usersReply = pageOf(userReply);
export const createdReply = z.object({ user: userReply, temporary_password: z.string() });
export const resetReply = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('link'), url: z.string(), expires_at: z.string() }),
  z.object({ mode: z.literal('temporary'), temporary_password: z.string() }),
]);
const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role,
  created_at: z.string(),
  expires_at: z.string(),
  invited_by: z.object({ id: z.string(), name: z.string() }),
});
export const invitationsReply = z.object({ data: z.array(invitation) });
export const invitedReply = z.object({ invitation, url: z.string(), mailed: z.boolean() });
const who = z.object({ id: z.string(), name: z.string() });
export const auditReply = pageOf(
  z.object({
    id: z.string(),
    at: z.string(),
    action: z.enum(auditActions),
    actor: who,
    target: who,
    details: z.record(z.string(), z.string()),
    ip: z.string(),
  }),
);
