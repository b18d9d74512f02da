import type { Configuration, CustomFetch } from 'openid-client';
import type { Config } from '../../../../config.ts';
import { AppError } from '../../../../errors.ts';
import { OutboundError } from '../../../../platform/outbound/index.ts';

/** One OpenID provider of the settings. */
export type ProviderSettings = NonNullable<Config['OIDC_PROVIDERS']>[number];

/** Who somebody is, as their provider says. `email` is absent unless the provider verified it, or the settings trust it. */
export type ProvidedIdentity = {
  subject: string;
  email: string | undefined;
  name: string | undefined;
  locale: string | undefined;
};

/** What is kept between the way there and the way back. */
export type ProviderChecks = { state: string; nonce: string; verifier: string };

export type Provider = ReturnType<typeof createProvider>;

/** How long what a provider says of itself is believed, in milliseconds. Its keys are asked for anew when one is unknown. */
const configurationLifetime = 3_600_000;
/** The library's own patience, in seconds; the way out has less, and tells apart what failed. */
const patience = 30;

// Loaded by the first who signs in that way: 7 MB.
const library = () => import('openid-client');

/**
 * One OpenID provider: discovery, authorization code flow with PKCE (RFC 7636), and the checks of OpenID Connect Core 3.1.3.7:
 * issuer, audience, nonce, expiry and the signature of the ID token.
 *
 * Its methods throw `provider_unavailable` for a provider that is slow or gone, `sign_in_cancelled` when the person said no
 * there, and `sign_in_refused` when what came back does not hold.
 */
export function createProvider(settings: ProviderSettings, deps: { fetch: CustomFetch; now: () => number }) {
  let known: { configuration: Promise<Configuration>; until: number } | undefined;

  const configuration = (): Promise<Configuration> => {
    if (known && deps.now() < known.until) return known.configuration;
    const discovered = discover(settings, deps.fetch);
    known = { configuration: discovered, until: deps.now() + configurationLifetime };
    // What failed is asked again by the next one.
    discovered.catch(() => {
      if (known?.configuration === discovered) known = undefined;
    });
    return discovered;
  };

  return {
    settings,

    /** Where to send the browser. */
    async addressFor(redirectUri: string, { state, nonce, verifier }: ProviderChecks): Promise<string> {
      try {
        const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
        const url = buildAuthorizationUrl(await configuration(), {
          redirect_uri: redirectUri,
          scope: settings.scope,
          state,
          nonce,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
        return url.href;
      } catch (error) {
        throw await asRefusal(error);
      }
    },

    /** Who came back with this address. */
    async identityFrom(address: URL, { state, nonce, verifier }: ProviderChecks): Promise<ProvidedIdentity> {
      try {
        const { authorizationCodeGrant, fetchUserInfo } = await library();
        const config = await configuration();
        const tokens = await authorizationCodeGrant(config, address, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims()!;
        // Some providers say the address only when asked.
        const said =
          claims.email === undefined && config.serverMetadata().userinfo_endpoint
            ? { ...(await fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
            : claims;
        // OpenID Connect Core 2: at most 255 characters of ASCII.
        if (!/^[\x20-\x7e]{1,255}$/.test(claims.sub)) throw new AppError('sign_in_refused');
        return identityOf(claims.sub, said, settings.trust_email);
      } catch (error) {
        throw await asRefusal(error);
      }
    },
  };
}

async function discover(settings: ProviderSettings, fetch: CustomFetch): Promise<Configuration> {
  const { allowInsecureRequests, customFetch, discovery, enableNonRepudiationChecks } = await library();
  const issuer = new URL(settings.issuer);
  return discovery(issuer, settings.client_id, settings.client_secret, undefined, {
    timeout: patience,
    [customFetch]: fetch,
    // The ID token comes from the provider itself, over TLS; its signature is checked all the same.
    execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
  });
}

function identityOf(subject: string, claims: Record<string, unknown>, trusted: boolean): ProvidedIdentity {
  // Control characters go, those of writing direction too: people choose their names at a provider, and the database takes no NUL.
  const text = (value: unknown, most: number) =>
    (typeof value === 'string' &&
      value
        .replace(/\p{Bidi_Control}|\p{Cc}/gu, '')
        .trim()
        .slice(0, most)) ||
    undefined;
  // Some providers write the truth as a string.
  const verified = trusted || claims.email_verified === true || claims.email_verified === 'true';
  // ASCII alone, before the case is folded: that of the Kelvin sign is the k of somebody else's address.
  const email = typeof claims.email === 'string' && /^[!-?A-~]+@[!-?A-~]+$/.test(claims.email) ? claims.email : '';
  return {
    subject,
    email: verified && email !== '' && email.length <= 254 ? email.toLowerCase() : undefined,
    name: text(claims.name, 200),
    locale: text(claims.locale, 35),
  };
}

/** What a person is told of a failure. The cause goes to the log. */
async function asRefusal(cause: unknown): Promise<AppError> {
  if (cause instanceof AppError) return cause;
  const { AuthorizationResponseError, ClientError } = await library();
  if (cause instanceof AuthorizationResponseError)
    return new AppError(cause.error === 'access_denied' ? 'sign_in_cancelled' : 'sign_in_refused', undefined, {
      cause,
    });
  // No answer, or one of the kind 5xx.
  const within = cause instanceof ClientError || cause instanceof TypeError ? (cause.cause ?? cause) : cause;
  const away =
    (within instanceof OutboundError && ['timeout', 'cut', 'unreachable'].includes(within.kind)) ||
    (within instanceof Response && within.status >= 500);
  return new AppError(away ? 'provider_unavailable' : 'sign_in_refused', undefined, { cause });
}
