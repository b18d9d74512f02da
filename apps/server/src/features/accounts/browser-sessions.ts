import type { IncomingHttpHeaders } from 'node:http';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import type { Device } from './person.ts';

/** Sessions of browsers: an httpOnly cookie that names a row. */
export type BrowserSessions = ReturnType<typeof createBrowserSessions>;

/**
 * The cookie's name begins with this. With https it gets the prefix by which browsers take it from this host alone: a
 * neighbour below the same domain can neither set nor replace it.
 */
const cookiePrefix = (secure: boolean) => `${secure ? '__Host-' : ''}causerie`;
const day = 86_400;

/**
 * Better Auth keeps the sessions. It is loaded when the first browser shows up: it costs a third of a second and 50 MB,
 * which programs with tokens, and an idle server, need not pay.
 */
export function createBrowserSessions(deps: {
  db: Kysely<unknown>;
  secret: string;
  config: Pick<Config, 'PUBLIC_URL'>;
  newId: () => string;
  /** Fails as the database fails. */
  probe: () => Promise<unknown>;
}) {
  const secure = deps.config.PUBLIC_URL?.startsWith('https:') ?? false;
  let loaded: ReturnType<typeof load> | undefined;
  const auth = () => {
    loaded ??= load(deps, secure);
    return loaded;
  };

  return {
    cookieName: `${cookiePrefix(secure)}.session_token`,

    /** Opens a session for somebody who just proved who they are; the cookies are to be set. */
    async open(personId: string, device: Device): Promise<string[]> {
      const { api } = await auth();
      try {
        const { headers } = await api.openSession({ body: { personId, ...device }, returnHeaders: true });
        return headers.getSetCookie();
      } catch (error) {
        await deps.probe();
        throw error;
      }
    },

    /** Ends the session of the cookie; the answer's cookies clear it. */
    async signOut(headers: IncomingHttpHeaders): Promise<string[]> {
      const { api } = await auth();
      const { headers: answer } = await api.signOut({ headers: toHeaders(headers), returnHeaders: true });
      // Better Auth says "signed out" also when it could not delete the row; a copy of the cookie would live on.
      if (await find(headers)) throw new AppError('database_unavailable', undefined, { retryAfter: 2 });
      return answer.getSetCookie();
    },

    find,
  };

  /** Whose session the cookie names, and when it ends. Looking does not lengthen it, unless `renew` and a day has passed. */
  async function find(
    headers: IncomingHttpHeaders,
    { renew = false } = {},
  ): Promise<{ id: string; personId: string; expiresAt: Date; cookies: string[] } | undefined> {
    const { api } = await auth();
    try {
      const { headers: answer, response } = await api.getSession({
        headers: toHeaders(headers),
        query: { disableRefresh: !renew },
        returnHeaders: true,
      });
      if (!response) return undefined;
      return {
        id: response.session.id,
        personId: response.session.userId,
        expiresAt: response.session.expiresAt,
        cookies: answer.getSetCookie(),
      };
    } catch (error) {
      // Better Auth hides what failed; when it was the database, that is what callers must hear.
      await deps.probe();
      throw error;
    }
  }
}

async function load({ db, secret, config, newId }: Parameters<typeof createBrowserSessions>[0], secure: boolean) {
  // "minimal" leaves out a second copy of the query builder.
  const [{ betterAuth }, { kyselyAdapter }, { createAuthEndpoint }, { setSessionCookie }] = await Promise.all([
    import('better-auth/minimal'),
    import('@better-auth/kysely-adapter'),
    import('better-auth/api'),
    import('better-auth/cookies'),
  ]);
  // Passwords and second factors are asked for by us, in one place for browsers and programs. This is what follows.
  // It has no path: no request can reach it.
  const openSession = createAuthEndpoint.serverOnly(
    { method: 'POST', body: z.object({ personId: z.string(), ip: z.string(), userAgent: z.string() }) },
    async (context) => {
      const { internalAdapter } = context.context;
      const { personId, ip, userAgent } = context.body;
      const user = await internalAdapter.findUserById(personId);
      if (!user) throw new AppError('unauthorized');
      const session = await internalAdapter.createSession(personId, false, { ipAddress: ip, userAgent });
      await setSessionCookie(context, { session, user });
      return context.json({});
    },
  );
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' };
  return betterAuth({
    secret,
    baseURL: config.PUBLIC_URL ?? 'http://localhost',
    basePath: '/api/auth',
    database: kyselyAdapter(db as never, { type: 'postgres' }),
    telemetry: { enabled: false },
    // Limits and the check of the origin hold for every route and are done at the door.
    rateLimit: { enabled: false },
    logger: { disabled: true },
    plugins: [{ id: 'causerie', endpoints: { openSession } }],
    user: { modelName: 'people', fields: { emailVerified: 'email_verified', ...times } },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'person_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...times,
      },
      expiresIn: 30 * day,
      updateAge: day,
    },
    account: {
      modelName: 'sign_ins',
      fields: {
        userId: 'person_id',
        providerId: 'provider_id',
        accountId: 'account_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        ...times,
      },
    },
    verification: { modelName: 'verifications', fields: { expiresAt: 'expires_at', ...times } },
    advanced: {
      cookiePrefix: cookiePrefix(secure),
      // Its own prefix would be the weaker __Secure-.
      useSecureCookies: false,
      disableCSRFCheck: true,
      disableOriginCheck: true,
      database: { generateId: newId },
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure },
    },
  });
}

function toHeaders(given: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const name of ['cookie', 'user-agent'] as const) {
    const value = given[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
