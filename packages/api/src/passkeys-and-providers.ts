import { z } from 'zod';
import { confirmation, confirmationErrors, label } from './fields.ts';
import { person } from './person.ts';
import { route } from './route.ts';

/** The content of a credential from the browser's `navigator.credentials`, with its bytes in base64url. */
const bytes = z
  .string()
  .max(16_384, 'is too long')
  .regex(/^[\w-]*$/, 'must be base64url');
const credential = z.object({
  id: bytes.min(1).max(1024),
  rawId: bytes.min(1).max(1024),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string().max(100), z.unknown()).transform(() => ({})),
});
const newCredential = credential.extend({
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(30)).max(8).optional(),
  }),
});
const shownCredential = credential.extend({
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.nullish().transform((handle) => handle ?? undefined),
  }),
});

/** Options for `navigator.credentials`, as `PublicKeyCredential.parse…OptionsFromJSON` reads them. */
const credentialOptions = z.looseObject({ challenge: z.string() });

const passkey = z.object({
  id: z.string(),
  name: z.string(),
  /** True when the browser or the password manager keeps a copy on other devices. */
  backed_up: z.boolean(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});

const provider = z.object({
  id: z.string(),
  name: z.string(),
  /** The account of the provider that is connected, if any. */
  connected: z.object({ email: z.string(), created_at: z.string(), last_used_at: z.string().nullable() }).nullable(),
});

/** The ways in which a person can sign in. */
const signInWays = z.object({
  /** Whether the account has a password. */
  password: z.boolean(),
  /** Whether sign-in needs a code of an authenticator app as second factor. */
  authenticator_app: z.boolean(),
  /** Whether sign-in by password needs a passkey as second factor. */
  passkey_after_password: z.boolean(),
  passkeys: z.array(passkey),
  /** Every provider of the server. */
  providers: z.array(provider),
});

/** What the server holds about how somebody signs in. */
export const heldSignIn = signInWays.omit({ providers: true }).extend({
  provider_accounts: z.array(
    z.object({
      issuer: z.string(),
      subject: z.string(),
      email: z.string(),
      created_at: z.string(),
      last_used_at: z.string().nullable(),
    }),
  ),
});

const passkeyId = z.object({ id: bytes.min(1).max(1024) });
const providerId = z.object({
  provider: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be the id of a provider'),
});

/** A path of this site: where to go after signing in. */
const ownPath = z
  .string()
  .max(2000, 'is too long')
  .regex(/^\/(?![/\\])[^\\\p{Cc}]*$/u, 'must be a path of this site');

/** Signing in with a passkey, or with an OpenID provider. */
export const signInRoutes = {
  passkeyOptions: route({
    method: 'POST',
    path: '/api/auth/passkey/options',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Begin to sign in with a passkey',
    description: 'The challenge works once, within ten minutes.',
    answers: { 200: credentialOptions },
  }),
  passkey: route({
    method: 'POST',
    path: '/api/auth/passkey',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Sign in with a passkey',
    description: 'A passkey verifies its person, so no second factor is needed.',
    body: z.object({ response: shownCredential }),
    answers: { 200: z.object({ user: person }) },
    errors: ['account_disabled', 'rate_limited', 'sign_in_expired', 'sign_in_refused'],
  }),
  secondFactorWays: route({
    method: 'GET',
    path: '/api/auth/two-factor',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'List the second factors that the pending sign-in accepts',
    description: 'For a browser that has passed the first factor and waits for the second.',
    answers: { 200: z.object({ authenticator_app: z.boolean(), passkey: z.boolean() }) },
    errors: ['unauthorized'],
  }),
  secondFactorOptions: route({
    method: 'POST',
    path: '/api/auth/two-factor/passkey/options',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Begin the second factor with a passkey',
    answers: { 200: credentialOptions },
    errors: ['unauthorized'],
  }),
  secondFactorPasskey: route({
    method: 'POST',
    path: '/api/auth/two-factor/passkey',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Finish signing in with a passkey as second factor',
    body: z.object({ response: shownCredential }),
    answers: { 200: z.object({ user: person }) },
    errors: ['sign_in_expired', 'sign_in_refused', 'unauthorized'],
  }),
  provider: route({
    method: 'GET',
    path: '/api/auth/oidc/:provider',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Redirect to an OpenID provider to sign in',
    description: 'For a link on a page. A failure redirects to `/login?error=<code>`.',
    params: providerId,
    query: z.object({ redirect: ownPath.default('/') }),
    answers: { 302: null },
  }),
  providerCallback: route({
    method: 'GET',
    path: '/api/auth/oidc/:provider/callback',
    caller: 'anybody',
    tag: 'auth (browser)',
    summary: 'Return from an OpenID provider',
    description:
      'Register this address with the provider as redirect URI. It redirects to the requested page, to `/login?second_factor=true`, or to `/login?error=<code>`.',
    params: providerId,
    query: z.object({}).catchall(z.string().max(8192)),
    answers: { 302: null },
  }),
};

/** The ways to sign in to a person's own account. */
export const signInWayRoutes = {
  list: route({
    method: 'GET',
    path: '/api/account/sign-in',
    caller: 'person',
    tag: 'account',
    summary: 'List the ways to sign in to the account',
    answers: { 200: signInWays },
  }),
  beginPasskey: route({
    method: 'POST',
    path: '/api/account/passkeys/options',
    caller: 'person',
    tag: 'account',
    summary: 'Begin to add a passkey',
    body: confirmation,
    answers: { 200: credentialOptions },
    errors: confirmationErrors,
  }),
  addPasskey: route({
    method: 'POST',
    path: '/api/account/passkeys',
    caller: 'person',
    tag: 'account',
    summary: 'Add a passkey',
    body: z.object({ name: label, response: newCredential }),
    answers: { 201: passkey },
    errors: ['conflict', 'sign_in_expired', 'sign_in_refused'],
  }),
  renamePasskey: route({
    method: 'PATCH',
    path: '/api/account/passkeys/:id',
    caller: 'person',
    tag: 'account',
    summary: 'Rename a passkey',
    params: passkeyId,
    body: z.object({ name: label }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
  removePasskey: route({
    method: 'DELETE',
    path: '/api/account/passkeys/:id',
    caller: 'person',
    tag: 'account',
    summary: 'Remove a passkey',
    params: passkeyId,
    body: confirmation,
    answers: { 204: null },
    errors: ['last_sign_in_way', 'not_found', ...confirmationErrors],
  }),
  askPasskeyAfterPassword: route({
    method: 'PUT',
    path: '/api/account/two-factor/passkey',
    caller: 'person',
    tag: 'account',
    summary: 'Set whether sign-in by password needs a passkey as second factor',
    body: confirmation.extend({ enabled: z.boolean() }),
    answers: { 204: null },
    errors: ['conflict', ...confirmationErrors],
  }),
  connectProvider: route({
    method: 'POST',
    path: '/api/account/providers/:provider',
    caller: 'person',
    tag: 'account',
    summary: 'Begin to connect an OpenID provider',
    description: 'Send the browser to the address in the answer. It comes back to `/account`.',
    params: providerId,
    body: confirmation,
    answers: { 200: z.object({ url: z.string() }) },
    errors: ['not_found', 'provider_unavailable', ...confirmationErrors],
  }),
  disconnectProvider: route({
    method: 'DELETE',
    path: '/api/account/providers/:provider',
    caller: 'person',
    tag: 'account',
    summary: 'Disconnect an OpenID provider',
    params: providerId,
    body: confirmation,
    answers: { 204: null },
    errors: ['last_sign_in_way', 'not_found', ...confirmationErrors],
  }),
};

/** A new passkey, as a browser's `credential.toJSON()` gives it. */
export type NewCredential = z.input<typeof newCredential>;
/** A passkey that a person signs in with, as a browser's `credential.toJSON()` gives it. */
export type ShownCredential = z.input<typeof shownCredential>;
export type Passkey = z.infer<typeof passkey>;
export type SignInWays = z.infer<typeof signInWays>;
