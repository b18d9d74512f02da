import type { IncomingHttpHeaders } from 'node:http';
import type { CustomFetch } from 'openid-client';
import type { Pool } from 'pg';
import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import type { Limits } from '../../platform/limits/index.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { createAccountMaker } from './people/create-account.ts';
import { createPeople } from './people/people.ts';
import type { Account, AlsoDo, Device, Person, SessionRow, SignedIn } from './people/person.ts';
import { createPeopleQueries } from './people/queries.ts';
import { loadKeys } from './secret.ts';
import { createAccessTokens } from './sessions/access-token.ts';
import { createBrowserSessions } from './sessions/browser-sessions.ts';
import { createCookies } from './sessions/cookies.ts';
import { bearerOf, createFindSession } from './sessions/find-session.ts';
import { createApiKeys } from './sessions/keys/api-keys.ts';
import { createProgramTokens, type TokenPair } from './sessions/program-tokens.ts';
import { createSessionQueries } from './sessions/queries.ts';
import { createRequireOwner } from './sessions/require-owner.ts';
import type { KeyNeeds } from './sessions/scopes.ts';
import { createConfirmIdentity } from './signing-in/confirm-identity.ts';
import { createExportSignIn } from './signing-in/export-sign-in.ts';
import { createGuessing } from './signing-in/guessing.ts';
import { type Caller, createKnownPlaces } from './signing-in/known-places.ts';
import { createLinks } from './signing-in/links/links.ts';
import { createLinkQueries } from './signing-in/links/queries.ts';
import { createProviders } from './signing-in/oidc/providers.ts';
import { createOidcQueries } from './signing-in/oidc/queries.ts';
import { createPasskeys } from './signing-in/passkeys/passkeys.ts';
import { createPasskeyQueries } from './signing-in/passkeys/queries.ts';
import { createSigningInQueries } from './signing-in/queries.ts';
import { createSecondFactors } from './signing-in/second-factor/second-factor.ts';
import { createSignIn } from './signing-in/sign-in.ts';
import { createTickets, ticketLifetime } from './signing-in/tickets.ts';

/** Who people are. Other features need `signedInBy`, mostly through the guard of their door. */
export type Accounts = Awaited<ReturnType<typeof createAccounts>>;

/**
 * Wires people, the ways they sign in, and their sessions. Loads the keys and sees to the administrator of `ADMIN_EMAIL`.
 *
 * Three kinds of credentials: a *session* lets somebody in until it ends, a *link* that an administrator hands over works
 * once, a *ticket* lets a browser finish within minutes what it began.
 */
export async function createAccounts(deps: {
  config: Config;
  pool: Pool;
  limits: Limits;
  /** Tries to sign in to one account from one address; 0 is no limit. */
  signInsPerMinute: number;
  outbound: Outbound;
  log?: { warn(details: object, message: string): void };
  now?: () => number;
}) {
  const { config, pool, limits, signInsPerMinute, log, now = Date.now } = deps;
  const keys = await loadKeys(config);
  const cookies = createCookies(config.PUBLIC_URL?.startsWith('https:') ?? false);
  const queries = {
    people: createPeopleQueries(pool),
    sessions: createSessionQueries(pool),
    signingIn: createSigningInQueries(pool),
    links: createLinkQueries(pool),
  };

  const access = createAccessTokens(keys.accessTokens, config.ACCESS_TOKEN_EXPIRE_MINUTES * 60, now);
  const browsers = createBrowserSessions({ queries: queries.sessions, cookies, now });
  const programs = createProgramTokens({
    queries: queries.sessions,
    access,
    key: keys.refreshTokens,
    now,
    onReplay: (session) => log?.warn(session, 'a used refresh token came again; its session is ended'),
  });
  const sessions = createFindSession({ queries: queries.sessions, access, browsers, now, ticks: deps.now });
  const onEnded = new Set<() => void>();
  const forgetSessions = () => {
    sessions.forget();
    for (const listener of onEnded) listener();
  };

  const tickets = createTickets({ queries: queries.signingIn, now });
  const places = createKnownPlaces({ queries: queries.signingIn, key: keys.knownPlaces, cookies, now });
  const { guess, lift } = createGuessing({ limits, perMinute: signInsPerMinute, places });
  const signIn = createSignIn({ queries: queries.signingIn, people: queries.people, tickets, cookies });
  const secondFactors = createSecondFactors({
    pool,
    keys: { encryption: keys.secondFactors, recovery: keys.recoveryCodes },
    issuer: 'Causerie',
    now,
    onChanged: forgetSessions,
  });
  const issuers = config.OIDC_PROVIDERS.map(({ issuer }) => issuer);
  const passkeys = createPasskeys({
    queries: createPasskeyQueries(pool, issuers),
    tickets,
    log,
    onChanged: forgetSessions,
  });
  const maker = createAccountMaker({ config, queries: queries.people, now, log });
  const providers = createProviders({
    settings: config.OIDC_PROVIDERS,
    // A provider that keeps a person waiting for longer is away.
    fetch: deps.outbound.client({
      name: 'sign-in provider',
      allow: issuers,
      firstByteMs: 10_000,
    }).fetch as CustomFetch,
    queries: createOidcQueries(pool, issuers),
    tickets,
    addPerson: maker.addFromProvider,
    now,
  });

  const apiKeys = createApiKeys({ queries: queries.sessions, now, onEnded: forgetSessions });

  await maker.provisionAdministrator();
  // Housekeeping; the next start tries again.
  for (const { removeExpired } of [queries.sessions, queries.signingIn, queries.links])
    void removeExpired().catch(() => {});

  /** Who a request comes from. With an API key only where the door `needs` a scope that it has. */
  const signedInBy = (headers: IncomingHttpHeaders, needs: KeyNeeds = 'none'): Promise<SignedIn | undefined> =>
    sessions.find(headers, needs);

  return {
    signedInBy,
    /** Who a request comes from, whatever may be done in their name. */
    personOf: async (headers: IncomingHttpHeaders): Promise<Account | undefined> =>
      (await signedInBy(headers, 'any'))?.account,

    /**
     * The person of a session, for what was begun in it and proves that by something of its own: a token of ChatKit, the
     * address of an upload. Undefined once the session has ended, or lets its person do nothing.
     */
    async personInSession(personId: string, sessionId: string): Promise<Person | undefined> {
      const found = await sessions.personInSession(personId, sessionId);
      return found?.must_change_password ? undefined : found;
    },

    ...maker,
    requireOwner: createRequireOwner(signedInBy),
    guess,
    signIn,
    providers,
    passkeys,
    secondFactors,
    cookies,
    confirmIdentity: createConfirmIdentity({ queries: queries.signingIn, guess, now }),
    people: createPeople({ queries: queries.people, onEnded: forgetSessions, onPassword: lift }),
    links: createLinks({ queries: queries.links, now, onEnded: forgetSessions, onPassword: lift }),
    apiKeys,
    exportSignIn: createExportSignIn({ signIn, passkeys, providers, apiKeys }),
    /** Somebody made the account from here, or chose its password: strangers who guess do not keep them out. */
    rememberCaller: (caller: Caller, { email }: { email: string }): Promise<void> => places.remember(caller, email),

    /** Somebody who may sign in. */
    findActive: (id: string): Promise<Account | undefined> => queries.people.findActive(id),

    sessions: {
      /** Opens a session of a browser; returns the cookies to set. */
      async openBrowser(person: { id: string; email: string }, device: Device): Promise<string[]> {
        return [await browsers.open(person.id, device), signIn.cleared, places.cookieFor(person.email)];
      },
      /** Starts a session of a program. */
      openProgram: (person: { id: string }, device: Device): Promise<TokenPair> => programs.begin(person.id, device),
      refresh: (token: string): Promise<TokenPair> => programs.refresh(token),

      /** The session of a browser, lengthened when it is a day old; returns the cookies to set. */
      async ofBrowser(headers: IncomingHttpHeaders): Promise<{ person: Account | undefined; cookies: string[] }> {
        const session = await sessions.findFresh(headers);
        const cookie = session && (await browsers.renew(session.found, session.secret));
        return { person: session?.found.account, cookies: cookie ? [cookie] : [] };
      },

      /** Whose session the cookie opens, asked anew: another process may have ended it a moment ago. */
      personOfBrowser: async (headers: IncomingHttpHeaders): Promise<Account | undefined> =>
        (await sessions.findFresh(headers))?.found.account,

      /** Ends the cookie's session; returns the cookies that clear it. */
      async endBrowser(headers: IncomingHttpHeaders): Promise<string[]> {
        const session = await sessions.findFresh(headers);
        if (session) await queries.sessions.end(session.found.account.id, session.found.sessionId);
        forgetSessions();
        return [browsers.cleared, signIn.cleared];
      },

      /** Ends the session of the refresh token and that of the bearer token, at once in this process. */
      async endProgram(refreshToken: string | undefined, headers: IncomingHttpHeaders): Promise<void> {
        const token = bearerOf(headers);
        const claims = token && access.verify(token);
        if (claims) await queries.sessions.end(claims.personId, claims.sessionId);
        if (refreshToken) await programs.end(refreshToken);
        forgetSessions();
      },

      /**
       * An access token for a page that talks to another server in the name of its person. It is good for as long as any, and
       * no longer than the session of the browser. Throws `unauthorized`, `password_change_required`.
       */
      async tokenForPage(headers: IncomingHttpHeaders): Promise<{ access_token: string; expires_in: number }> {
        const found = await signedInBy({ cookie: headers.cookie });
        if (!found) throw new AppError('unauthorized');
        if (found.account.must_change_password) throw new AppError('password_change_required');
        return { access_token: access.issue(found.account.id, found.sessionId), expires_in: access.lifetimeSeconds };
      },

      /** Where the person is signed in, last used first. */
      list: (personId: string): Promise<SessionRow[]> => queries.sessions.list(personId, new Date(now())),
      /** Throws `not_found` for another's as for none. */
      async end(personId: string, sessionId: string, also?: AlsoDo): Promise<void> {
        if (!(await queries.sessions.end(personId, sessionId, also))) throw new AppError('not_found');
        forgetSessions();
      },
      async endOthers(personId: string, keep: string): Promise<void> {
        await queries.sessions.endOthers(personId, keep);
        forgetSessions();
      },
      /** Of these, the ids of those that let nobody in any more: ended, or their person is shut out. */
      async ended(asked: { personId: string; sessionId: string }[]): Promise<Set<string>> {
        const [people, ids] = [asked.map((each) => each.personId), asked.map((each) => each.sessionId)];
        return new Set(await queries.sessions.findEnded(people, ids, new Date(now())));
      },
      /** Calls back when sessions may have ended by this process; others are heard of by asking `ended`. */
      onEnded(listener: () => void): void {
        onEnded.add(listener);
      },
    },

    /** Cookies that bind what a browser begins with a provider to it. */
    browserMark: {
      read: (headers: IncomingHttpHeaders) => cookies.read(headers.cookie, 'browser'),
      set: (secret: string) => cookies.set('browser', secret, ticketLifetime),
    },
  };
}
