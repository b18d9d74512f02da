import { z } from 'zod';
import { apiKey } from './api-keys.ts';
import { code, confirmation, confirmationErrors, locale, name, newPassword, password } from './fields.ts';
import { heldSignIn } from './passkeys-and-providers.ts';
import { person, session, sessionList } from './person.ts';
import { route } from './route.ts';

/** The secret of a new second factor. The server shows it once. */
const twoFactorEnrolment = z.object({
  /** The `otpauth://totp/…` address that authenticator apps read as a QR code. */
  uri: z.string(),
  /** The same secret in base32, to type in by hand. */
  secret: z.string(),
  /** Each works once, in place of a code. */
  recovery_codes: z.array(z.string()),
});

/** The storage that a person's files use, in bytes. `quota` is null when there is no limit. */
const storageUse = z.object({ files: z.int(), bytes: z.int(), quota: z.int().nullable() });

/** Everything the server holds about a person. */
const accountExport = z.object({
  exported_at: z.string(),
  account: person.extend({ created_at: z.string(), last_seen_at: z.string().optional() }),
  sessions: z.array(session),
  sign_in: heldSignIn,
  api_keys: z.array(apiKey),
  threads: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      title: z.string().nullable(),
      created_at: z.string(),
      updated_at: z.string(),
      /** In the shape of the protocol of the thread's kind. */
      items: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
  attachments: z.array(z.record(z.string(), z.unknown())),
});

const accountChange = z.object({ name: name.min(1, 'is missing').optional(), locale: locale.optional() });

/**
 * A person's own account. A wrong password is 403 `password_wrong` and a wrong code is 403 `code_wrong`: a 401 would mean
 * that the session ended.
 */
export const accountRoutes = {
  update: route({
    method: 'PATCH',
    path: '/api/account',
    caller: 'person',
    tag: 'account',
    summary: 'Change name and language',
    body: accountChange,
    answers: { 200: person },
  }),
  remove: route({
    method: 'DELETE',
    path: '/api/account',
    caller: 'person',
    tag: 'account',
    summary: 'Delete the account with everything it owns',
    body: confirmation,
    answers: { 204: null },
    errors: ['last_admin', ...confirmationErrors],
  }),
  storage: route({
    method: 'GET',
    path: '/api/account/storage',
    caller: 'person',
    tag: 'account',
    summary: 'Get the storage used by files and its limit, in bytes',
    description: '`quota` is null when there is no limit.',
    answers: { 200: storageUse },
  }),
  exportData: route({
    method: 'GET',
    path: '/api/account/export',
    caller: 'person',
    tag: 'account',
    summary: 'Download everything the server holds about the account',
    description:
      'One JSON object with the account, its sessions, ways to sign in, API keys, threads with their items, and the names of its files.',
    answers: { 200: accountExport },
  }),
  changePassword: route({
    method: 'POST',
    path: '/api/account/password',
    caller: 'signed-in',
    tag: 'account',
    summary: 'Change the password',
    description: 'All other sessions end. Somebody without a password omits `current_password` and sets a first one.',
    body: z.object({ current_password: password.optional(), new_password: newPassword }),
    answers: { 204: null },
    errors: ['password_common', ...confirmationErrors],
  }),
  sessions: route({
    method: 'GET',
    path: '/api/account/sessions',
    caller: 'person',
    tag: 'account',
    summary: 'List the sessions of the account',
    answers: { 200: sessionList },
  }),
  endOtherSessions: route({
    method: 'DELETE',
    path: '/api/account/sessions',
    caller: 'person',
    tag: 'account',
    summary: 'End all sessions but this one',
    answers: { 204: null },
  }),
  endSession: route({
    method: 'DELETE',
    path: '/api/account/sessions/:id',
    caller: 'person',
    tag: 'account',
    summary: 'End a session',
    params: z.object({ id: z.string().max(200) }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
  startTwoFactor: route({
    method: 'POST',
    path: '/api/account/two-factor',
    caller: 'person',
    tag: 'account',
    summary: 'Create a TOTP secret for the second factor',
    description: 'The second factor is on after a code confirms it.',
    body: confirmation,
    answers: { 200: twoFactorEnrolment },
    errors: ['conflict', ...confirmationErrors],
  }),
  confirmTwoFactor: route({
    method: 'POST',
    path: '/api/account/two-factor/verify',
    caller: 'person',
    tag: 'account',
    summary: 'Turn on the second factor',
    body: z.object({ code }),
    answers: { 204: null },
    errors: ['code_wrong', 'conflict', 'rate_limited'],
  }),
  stopTwoFactor: route({
    method: 'DELETE',
    path: '/api/account/two-factor',
    caller: 'person',
    tag: 'account',
    summary: 'Turn off the second factor',
    body: confirmation,
    answers: { 204: null },
    errors: confirmationErrors,
  }),
};

export type AccountChange = z.input<typeof accountChange>;
export type StorageUse = z.infer<typeof storageUse>;
export type TwoFactorEnrolment = z.infer<typeof twoFactorEnrolment>;
