import { z } from 'zod';

const email = z.string().trim().toLowerCase().max(254, 'is too long').pipe(z.email('must be an e-mail address'));
const newPassword = z.string().min(8, 'must have at least 8 characters').max(1024, 'must have at most 1024 characters');
// An existing password is not judged, only bounded: hashing a megabyte is an attack.
const password = z.string().min(1, 'is missing').max(1024, 'is too long');

/** Without the controls of writing direction, which make a name look like another's, or turn the line it stands in. */
const name = z
  .string()
  .overwrite((text) => text.replace(/\p{Bidi_Control}|\p{Cc}/gu, ''))
  .trim()
  .max(200, 'is too long');
const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag')
  .max(35);
/** A code of an app has six digits, a recovery code 12 letters; people add spaces and dashes. */
const code = z.string().trim().min(1, 'is missing').max(64, 'is too long');
const linkToken = z.string().min(1).max(512);

/** What is known of an account, as forms send it. */
export const accountFields = { email, name, locale, password, newPassword, code };

/** Keys beyond these are dropped: nobody gives themselves a role. */
export const newAccount = z.object({
  email,
  password: newPassword,
  name: name.optional(),
  /** The same by another name, which one of the sources used. */
  display_name: name.optional(),
  locale: locale.optional(),
  /** The token of an invitation, which opens a closed registration. */
  invitation: linkToken.optional(),
});
export const credentials = z.object({ email, password });
/** `otp`: a code of the app or a recovery code, for accounts with a second factor. */
export const programCredentials = credentials.extend({ otp: code.optional() });
export const secondFactorBody = z.object({ code, kind: z.enum(['totp', 'recovery']).default('totp') });
/** The token of a link that an administrator handed over. */
export const linkBody = z.object({ kind: z.enum(['invitation', 'reset']), token: linkToken });
export const linkReply = z.object({ email: z.string() });
export const resetBody = z.object({ token: linkToken, password: newPassword });
export const refreshBody = z.object({ refresh_token: z.string().min(1).max(512) });
export const logoutBody = z.object({ refresh_token: z.string().min(1).max(512).optional() }).optional();

export const accountReply = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(['user', 'admin']),
  locale: z.string(),
  two_factor: z.boolean(),
  must_change_password: z.boolean(),
});
export const tokenReply = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int(),
});
/** Without a refresh token: the page asks again. */
export const pageTokenReply = tokenReply.omit({ refresh_token: true });
/** `user: null` with `two_factor`: the password was right, the code is still to come. */
export const sessionReply = z.object({ user: accountReply.nullable(), two_factor: z.boolean().optional() });
export const sessionListReply = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['browser', 'program', 'chatkit']),
      current: z.boolean(),
      created_at: z.string(),
      last_seen_at: z.string(),
      expires_at: z.string(),
      user_agent: z.string(),
      ip: z.string(),
    }),
  ),
});
