import type { AnswerOf, Credentials, NewAccount, Person, Routes } from '@causerie/api';
import { ApiError } from './api-error.ts';
import { type Transport, trimSlash } from './transport.ts';

/** The result of a sign-in: a session, or a request for the second factor. */
export type SignInResult = { state: 'signed-in' } | { state: 'two-factor' };

export type AuthOptions = {
  /** `cookie` (browsers, the default): an httpOnly session cookie. `bearer` (programs): a token pair. */
  mode?: 'cookie' | 'bearer';
  /** A second address to sign in at when the first cannot be reached; with bearer tokens, as it is another origin. A trailing `/api` is dropped. */
  fallbackUrl?: string | (() => string | undefined);
};

export type Auth = {
  /** Creates an account and signs in. Errors: `email_taken`, `registration_closed`, `invalid_input`. */
  signUp(account: NewAccount): Promise<void>;
  /** Signs in. Errors: `credentials_wrong`, `rate_limited` (with `retryAfter`). */
  signIn(credentials: Credentials): Promise<SignInResult>;
  /** Completes the sign-in with a TOTP code or a recovery code. */
  verifyTwoFactor(code: string, kind?: 'totp' | 'recovery'): Promise<void>;
  /** Ends this session. Succeeds when there is no session. */
  signOut(): Promise<void>;
  /** The signed-in person, or `undefined`. */
  me(signal?: AbortSignal): Promise<Person | undefined>;
  /**
   * An access token, for a page that calls another server as its person. `undefined` when nobody is signed in, or when this
   * server's settings name no other server. Returns the previous token while it is valid, unless `fresh` is set.
   */
  accessToken(options?: { fresh?: boolean }): Promise<string | undefined>;
  /** The e-mail address of an invitation or reset link. Error: `link_used`. */
  linkOwner(kind: 'invitation' | 'reset', token: string, signal?: AbortSignal): Promise<{ email: string }>;
  /** Sets a password with the token of a reset link. The link works once. */
  resetPassword(token: string, password: string): Promise<void>;
};

/** The account routes: by cookie for browsers, by bearer tokens for programs. */
export function createAuth(transport: Transport, options: AuthOptions = {}): Auth {
  const { call } = transport;
  const bearer = options.mode === 'bearer';

  /** A bearer sign-in that waits for its second factor. The server keeps no state in between, so the client sends the credentials again. */
  let waiting: { credentials: Credentials; baseUrl: string | undefined } | undefined;

  /** The page's token from its cookie session, and the time until which it is used. */
  let pageToken: { token: string; until: number } | undefined;

  const fallback = () => {
    const url = typeof options.fallbackUrl === 'function' ? options.fallbackUrl() : options.fallbackUrl;
    // People configure the address of the API at their proxy, which ends in /api. Our paths begin with /api themselves.
    return url === undefined || url === '' ? undefined : trimSlash(trimSlash(url).replace(/\/api$/, ''));
  };

  type TokenPair = AnswerOf<Routes['POST /api/v1/auth/login']>;

  async function bearerSession(asking: Promise<TokenPair>, baseUrl: string | undefined): Promise<void> {
    const { access_token, refresh_token } = await asking;
    transport.tokens.set({ access_token, refresh_token, base_url: baseUrl ?? trimSlash(transport.url('')) });
  }

  /**
   * Runs the request at the first address, and at the second only when no answer came at all. A refusal is an answer:
   * a second try elsewhere would send the password to another server needlessly.
   */
  async function withFallback<T>(first: () => Promise<T>, second: (baseUrl: string) => Promise<T>): Promise<T> {
    // Stale tokens of an earlier session would name another server, or be sent along with the new session.
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
      const register = (baseUrl?: string) =>
        bearerSession(call('POST /api/v1/auth/register', { body, baseUrl }), baseUrl);
      if (bearer) return withFallback(register, register);
      return withFallback(async () => {
        await call('POST /api/auth/sign-up/email', { body });
      }, register);
    },

    signIn: ({ email, password }) => {
      waiting = undefined;
      const login = async (baseUrl?: string): Promise<SignInResult> => {
        try {
          await bearerSession(call('POST /api/v1/auth/login', { body: { email, password }, baseUrl }), baseUrl);
          return { state: 'signed-in' };
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 'otp_required') throw error;
          waiting = { credentials: { email, password }, baseUrl };
          return { state: 'two-factor' };
        }
      };
      if (bearer) return withFallback(login, login);
      return withFallback(async (): Promise<SignInResult> => {
        const answer = await call('POST /api/auth/sign-in/email', { body: { email, password } });
        return { state: answer.two_factor === true ? 'two-factor' : 'signed-in' };
      }, login);
    },

    async verifyTwoFactor(code, kind = 'totp') {
      if (waiting) {
        const { credentials, baseUrl } = waiting;
        const body = { ...credentials, otp: code };
        await bearerSession(call('POST /api/v1/auth/login', { body, baseUrl }), baseUrl);
        waiting = undefined;
        return;
      }
      await call('POST /api/auth/two-factor', { body: { code, kind } });
    },

    async accessToken({ fresh = false } = {}) {
      if (transport.tokens.get() !== undefined) {
        // This request refreshes expired tokens.
        if (fresh) await call('GET /api/v1/auth/me').catch(() => {});
        return transport.tokens.get()?.access_token;
      }
      if (bearer) return undefined;
      if (!fresh && pageToken && Date.now() < pageToken.until) return pageToken.token;
      try {
        const given = await call('POST /api/auth/token');
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
        await call('POST /api/auth/sign-out');
        return;
      }
      try {
        await call('POST /api/v1/auth/logout', { body: { refresh_token: tokens.refresh_token } });
      } catch (error) {
        // A session that the server does not know has ended.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      } finally {
        transport.tokens.set(undefined);
      }
    },

    async me(signal) {
      if (!bearer && transport.tokens.get() === undefined) {
        // Answers 200 with `user: null` when nobody is signed in: browsers log every 401 as an error.
        const { user } = await call('GET /api/auth/session', { signal });
        return user === null ? undefined : readPerson(user);
      }
      try {
        return readPerson(await call('GET /api/v1/auth/me', { signal }));
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return undefined;
        throw error;
      }
    },

    linkOwner: (kind, token, signal) => call('POST /api/auth/link', { body: { kind, token }, signal }),

    async resetPassword(token, password) {
      await call('POST /api/auth/reset-password', { body: { token, password } });
    },
  };
}

/** Parses a person leniently: a server of an older version lacks the newer flags. */
function readPerson(value: Partial<Person>): Person {
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
