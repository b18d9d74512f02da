import { ApiError } from './api-error.ts';
import type { Tokens } from './tokens.ts';
import { type Transport, trimSlash } from './transport.ts';

export type Role = 'user' | 'admin';

/** The signed-in person. */
export type Person = {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** A BCP 47 language tag, `en`, `fr` or `es`. */
  locale: string;
  /** True when a second factor is asked for at sign-in. */
  two_factor: boolean;
  /** True after an administrator gave a temporary password: nothing else works until it is changed. */
  must_change_password: boolean;
};

export type Credentials = {
  email: string;
  password: string;
};

export interface NewAccount extends Credentials {
  name: string;
  locale?: string;
  /** The token of an invitation, which opens a closed registration. */
  invitation?: string;
}

/** What sign-in led to: a session, or the question for the second factor. */
export type SignInResult = { state: 'signed-in' } | { state: 'two-factor' };

export type AuthOptions = {
  /** `cookie` (browsers, the default): an httpOnly session cookie. `bearer` (programs): a token pair. */
  mode?: 'cookie' | 'bearer';
  /** A second address to sign in at when the first cannot be reached; with bearer tokens, as it is another origin. A `/api` at its end is dropped. */
  fallbackUrl?: string | (() => string | undefined);
};

export type Auth = {
  /** Makes an account and signs it in. Errors: `email_taken`, `registration_closed`, `invalid_input`. */
  signUp(account: NewAccount): Promise<void>;
  /** Signs in. Errors: `credentials_wrong`, `rate_limited` (with `retryAfter`). */
  signIn(credentials: Credentials): Promise<SignInResult>;
  /** Answers the question for the second factor with a TOTP code or a recovery code. */
  verifyTwoFactor(code: string, kind?: 'totp' | 'recovery'): Promise<void>;
  /** Ends this session. Succeeds when there is none. */
  signOut(): Promise<void>;
  /** Who is signed in, or `undefined`. */
  me(signal?: AbortSignal): Promise<Person | undefined>;
  /**
   * An access token, for a page that talks to another server in the name of its person; `undefined` when nobody is signed in,
   * or this server's settings name no other. The one of before is given again while it is good, unless `fresh`.
   */
  accessToken(options?: { fresh?: boolean }): Promise<string | undefined>;
  /** Whom a link is for. Error: `link_used`. */
  linkOwner(kind: 'invitation' | 'reset', token: string, signal?: AbortSignal): Promise<{ email: string }>;
  /** Sets a password by the token of a reset link; it works once. */
  resetPassword(token: string, password: string): Promise<void>;
};

/*
 *   POST /api/auth/sign-up/email       {email, password, name?, locale?, invitation?} → 200 {user: Person}, sets the cookie
 *   POST /api/auth/sign-in/email       {email, password} → 200 {user: Person}, sets the cookie; with two-factor sign-in
 *                                      {user: null, two_factor: true}, and the cookie only allows the next route
 *   POST /api/auth/two-factor          {code, kind: 'totp' | 'recovery'} → 200 {user: Person}; 403 `code_wrong`
 *   POST /api/auth/link                {kind: 'invitation' | 'reset', token} → 200 {email}; 410 `link_used`
 *   POST /api/auth/reset-password      {token, password} → 204; 410 `link_used`; ends all sessions
 *   POST /api/auth/token               → 200 {access_token, token_type, expires_in}; 503 `not_configured`
 *   POST /api/auth/sign-out            → 204
 *   GET  /api/auth/session             → 200 {user: Person | null}
 *
 * Programs use `/api/v1/auth/*`, which answers with `{access_token, refresh_token, token_type, expires_in}`. With two-factor
 * sign-in, `login` without `otp` is 401 `otp_required`; `otp` is a code of the app or a recovery code.
 */

/** The account routes: by cookie for browsers, by bearer tokens for programs. */
export function createAuth(transport: Transport, options: AuthOptions = {}): Auth {
  const bearer = options.mode === 'bearer';

  /** A bearer sign-in that waits for its second factor: the server keeps nothing in between, so the same is sent again. */
  let waiting: { credentials: Credentials; baseUrl: string | undefined } | undefined;

  /** The token this page was given by its cookie session, and until when it is used. */
  let pageToken: { token: string; until: number } | undefined;

  const fallback = () => {
    const url = typeof options.fallbackUrl === 'function' ? options.fallbackUrl() : options.fallbackUrl;
    // People give the address that their proxy knows the API by; our paths begin with /api themselves.
    return url === undefined || url === '' ? undefined : trimSlash(trimSlash(url).replace(/\/api$/, ''));
  };

  async function bearerSession(path: 'login' | 'register', body: object, baseUrl?: string): Promise<void> {
    const pair = await transport.request<Omit<Tokens, 'base_url'>>('POST', `/api/v1/auth/${path}`, {
      body,
      ...(baseUrl === undefined ? {} : { baseUrl }),
    });
    transport.tokens.set({
      access_token: pair.access_token,
      refresh_token: pair.refresh_token,
      base_url: baseUrl ?? trimSlash(transport.url('')),
    });
  }

  /**
   * Runs `first`, and only when no answer came at all runs the same at the second address. A refusal is an answer:
   * trying it again elsewhere would send the password to a second server for nothing.
   */
  async function withFallback<T>(first: () => Promise<T>, second: (baseUrl: string) => Promise<T>): Promise<T> {
    // Stale tokens of an earlier session would name another server, or ride along with the new one.
    transport.tokens.set(undefined);
    pageToken = undefined;
    try {
      return await first();
    } catch (error) {
      const other = fallback();
      if (!(error instanceof ApiError) || !error.unreachable || other === undefined) throw error;
      return second(other);
    }
  }

  return {
    signUp: ({ email, password, name, locale, invitation }) => {
      const body = { email, password, name, locale, invitation };
      const register = (baseUrl?: string) => bearerSession('register', body, baseUrl);
      if (bearer) return withFallback(register, register);
      return withFallback(async () => {
        await transport.request('POST', '/api/auth/sign-up/email', { body });
      }, register);
    },

    signIn: ({ email, password }) => {
      waiting = undefined;
      const login = async (baseUrl?: string): Promise<SignInResult> => {
        try {
          await bearerSession('login', { email, password }, baseUrl);
          return { state: 'signed-in' };
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 'otp_required') throw error;
          waiting = { credentials: { email, password }, baseUrl };
          return { state: 'two-factor' };
        }
      };
      if (bearer) return withFallback(login, login);
      return withFallback(async (): Promise<SignInResult> => {
        const answer = await transport.request<{ two_factor?: boolean }>('POST', '/api/auth/sign-in/email', {
          body: { email, password },
        });
        return { state: answer.two_factor === true ? 'two-factor' : 'signed-in' };
      }, login);
    },

    async verifyTwoFactor(code, kind = 'totp') {
      if (waiting) {
        await bearerSession('login', { ...waiting.credentials, otp: code }, waiting.baseUrl);
        waiting = undefined;
        return;
      }
      await transport.request('POST', '/api/auth/two-factor', { body: { code, kind } });
    },

    async accessToken({ fresh = false } = {}) {
      if (transport.tokens.get() !== undefined) {
        // Asking who one is renews tokens that have expired.
        if (fresh) await transport.request('GET', '/api/v1/auth/me').catch(() => {});
        return transport.tokens.get()?.access_token;
      }
      if (bearer) return undefined;
      if (!fresh && pageToken && Date.now() < pageToken.until) return pageToken.token;
      try {
        const given = await transport.request<{ access_token: string; expires_in: number }>('POST', '/api/auth/token');
        pageToken = { token: given.access_token, until: Date.now() + (given.expires_in - 30) * 1000 };
      } catch (error) {
        if (!(error instanceof ApiError) || ![401, 403, 503].includes(error.status)) throw error;
        pageToken = undefined;
      }
      return pageToken?.token;
    },

    async signOut() {
      pageToken = undefined;
      const tokens = transport.tokens.get();
      if (tokens === undefined) {
        await transport.request('POST', '/api/auth/sign-out', { body: {} });
        return;
      }
      try {
        await transport.request('POST', '/api/v1/auth/logout', { body: { refresh_token: tokens.refresh_token } });
      } catch (error) {
        // A session that the server no longer knows is a session that has ended.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      } finally {
        transport.tokens.set(undefined);
      }
    },

    async me(signal) {
      const options = signal === undefined ? {} : { signal };
      if (!bearer && transport.tokens.get() === undefined) {
        // Answers 200 with nobody: to ask is not an error, and browsers log every 401 as one.
        const { user } = await transport.request<{ user: Record<string, unknown> | null }>(
          'GET',
          '/api/auth/session',
          options,
        );
        return user === null ? undefined : readPerson(user);
      }
      try {
        return readPerson(await transport.request<Record<string, unknown>>('GET', '/api/v1/auth/me', options));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return undefined;
        throw error;
      }
    },

    linkOwner: (kind, token, signal) =>
      transport.request('POST', '/api/auth/link', { body: { kind, token }, ...(signal ? { signal } : {}) }),

    async resetPassword(token, password) {
      await transport.request('POST', '/api/auth/reset-password', { body: { token, password } });
    },
  };
}

/** Reads a person leniently: a server that is a version behind lacks the newer flags. */
function readPerson(value: Record<string, unknown>): Person {
  return {
    id: String(value.id),
    email: String(value.email),
    name: String(value.name ?? ''),
    role: value.role === 'admin' ? 'admin' : 'user',
    locale: typeof value.locale === 'string' ? value.locale : 'en',
    two_factor: value.two_factor === true,
    must_change_password: value.must_change_password === true,
  };
}
