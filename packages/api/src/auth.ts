import { z } from 'zod';
import { code, email, linkToken, locale, name, newPassword, password } from './fields.ts';
import { person } from './person.ts';
import { route } from './route.ts';

/** Unknown keys are dropped, so that a newcomer cannot send a role. */
const newAccount = z.object({
  email,
  password: newPassword,
  name: name.optional(),
  /** The same as `name`, under the name that some clients use. */
  display_name: name.optional(),
  locale: locale.optional(),
  /** The token of an invitation, which opens a closed registration. */
  invitation: linkToken.optional(),
});

const credentials = z.object({ email, password });

const tokenPair = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
  /** The lifetime of the access token, in seconds. */
  expires_in: z.int(),
});

const registerErrors = [
  'email_taken',
  'invitation_for_another',
  'link_used',
  'password_common',
  'registration_closed',
] as const;

/** Signing in for programs: bearer tokens. */
export const authRoutes = {
  register: route({
    method: 'POST',
    path: '/api/v1/auth/register',
    caller: 'anybody',
    tag: 'auth',
    summary: 'Create an account and sign in',
    body: newAccount,
    answers: { 201: tokenPair },
    errors: registerErrors,
  }),
  login: route({
    method: 'POST',
    path: '/api/v1/auth/login',
    caller: 'anybody',
    tag: 'auth',
    summary: 'Sign in',
    description: 'An account with a second factor needs `otp`: a code of the authenticator app, or a recovery code.',
    body: credentials.extend({ otp: code.optional() }),
    answers: { 200: tokenPair },
    errors: ['code_wrong', 'credentials_wrong', 'otp_required', 'rate_limited'],
  }),
  refresh: route({
    method: 'POST',
    path: '/api/v1/auth/refresh',
    caller: 'anybody',
    tag: 'auth',
    summary: 'Exchange a refresh token for the next pair of tokens',
    description: 'A refresh token works once. A second use ends its session.',
    body: z.object({ refresh_token: z.string().min(1).max(512) }),
    answers: { 200: tokenPair },
    errors: ['token_reused', 'unauthorized'],
  }),
  logout: route({
    method: 'POST',
    path: '/api/v1/auth/logout',
    caller: 'anybody',
    tag: 'auth',
    summary: 'End the session of the tokens',
    description: 'Takes the refresh token in the body, or the access token in `Authorization`.',
    body: z.object({ refresh_token: z.string().min(1).max(512).optional() }).optional(),
    answers: { 204: null },
    errors: ['unauthorized'],
  }),
  me: route({
    method: 'GET',
    path: '/api/v1/auth/me',
    caller: 'signed-in',
    tag: 'auth',
    summary: 'Get the signed-in person',
    answers: { 200: person },
  }),
};

/** The person who signs in. `user: null` with `two_factor: true` means that the server waits for the code of the second factor. */
const browserSession = z.object({ user: person.nullable(), two_factor: z.boolean().optional() });

/** Signing in for browsers: an httpOnly cookie. */
export const browserAuthRoutes = {
  signUp: route({
    method: 'POST',
    path: '/api/auth/sign-up/email',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Create an account and sign in',
    body: newAccount,
    answers: { 200: browserSession },
    errors: registerErrors,
  }),
  signIn: route({
    method: 'POST',
    path: '/api/auth/sign-in/email',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Sign in',
    description:
      'For an account with a second factor, `user` is null and `two_factor` is true. The cookie then opens `/api/auth/two-factor` only.',
    body: credentials,
    answers: { 200: browserSession },
    errors: ['credentials_wrong', 'rate_limited'],
  }),
  /** The same route at another path, which some clients use. */
  login: route({
    method: 'POST',
    path: '/api/auth/login',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Sign in',
    description: 'The same as `/api/auth/sign-in/email`.',
    body: credentials,
    answers: { 200: browserSession },
    errors: ['credentials_wrong', 'rate_limited'],
  }),
  answerTwoFactor: route({
    method: 'POST',
    path: '/api/auth/two-factor',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Finish signing in with a code of the second factor',
    body: z.object({ code, kind: z.enum(['totp', 'recovery']).default('totp') }),
    answers: { 200: browserSession },
    errors: ['code_wrong', 'rate_limited', 'unauthorized'],
  }),
  link: route({
    method: 'POST',
    path: '/api/auth/link',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Get the e-mail address of an invitation or a reset link',
    body: z.object({ kind: z.enum(['invitation', 'reset']), token: linkToken }),
    answers: { 200: z.object({ email: z.string() }) },
    errors: ['link_used'],
  }),
  resetPassword: route({
    method: 'POST',
    path: '/api/auth/reset-password',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Set a new password with the token of a reset link',
    description: 'The link works once. All sessions of the account end.',
    body: z.object({ token: linkToken, password: newPassword }),
    answers: { 204: null },
    errors: ['link_used', 'password_common'],
  }),
  token: route({
    method: 'POST',
    path: '/api/auth/token',
    caller: 'browser',
    tag: 'auth (browser)',
    summary: 'Get an access token for the other server in the settings of the web app',
    answers: { 200: tokenPair.omit({ refresh_token: true }) },
    errors: ['not_configured'],
  }),
  signOut: route({
    method: 'POST',
    path: '/api/auth/sign-out',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'End the session',
    description: 'Succeeds when there is no session.',
    answers: { 204: null },
  }),
  session: route({
    method: 'GET',
    path: '/api/auth/session',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Get and extend the session',
    description: '`user` is null when nobody is signed in.',
    answers: { 200: browserSession },
  }),
};

export type NewAccount = z.input<typeof newAccount>;
export type Credentials = z.input<typeof credentials>;
