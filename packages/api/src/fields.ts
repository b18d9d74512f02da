import { z } from 'zod';

/** The fields that several routes take, with their limits. */

export const email = z.string().trim().toLowerCase().max(254, 'is too long').pipe(z.email('must be an e-mail address'));

export const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(1024, 'must have at most 1024 characters');

/** An existing password has a maximum length and no other rule: hashing a megabyte is an attack. */
export const password = z.string().min(1, 'is missing').max(1024, 'is too long');

/** Excludes the controls of writing direction, which make a name look like another one or reverse its line. */
export const name = z
  .string()
  .overwrite((text) => text.replace(/\p{Bidi_Control}|\p{Cc}/gu, ''))
  .trim()
  .max(200, 'is too long');

/** What a person calls a passkey or an API key. */
export const label = z
  .string()
  .overwrite((text) => text.replace(/\p{Bidi_Control}|\p{Cc}/gu, ''))
  .trim()
  .min(1, 'is missing')
  .max(100, 'is too long');

export const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag')
  .max(35);

/** A code of an authenticator app has six digits, a recovery code 12 letters; people add spaces and dashes. */
export const code = z.string().trim().min(1, 'is missing').max(64, 'is too long');

/** The token in a link that an administrator hands over. */
export const linkToken = z.string().min(1).max(512);

export const role = z.enum(['user', 'admin']);
export type Role = z.infer<typeof role>;

/** The password once more, for acts that a stolen session must not be enough for. People without a password omit it. */
export const confirmation = z.object({ password: password.optional() });
export const confirmationErrors = ['password_wrong', 'rate_limited', 'sign_in_again'] as const;
