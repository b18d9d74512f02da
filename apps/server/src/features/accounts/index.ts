import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Kysely } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { newId } from '../../platform/ids/index.ts';
import type { Limits } from '../../platform/limits/index.ts';
import { createAccessTokens } from './access-token.ts';
import { createBrowserSessions } from './browser-sessions.ts';
import { createChallenges } from './challenge.ts';
import { isCommonPassword, refuseCommonPassword } from './common-passwords.ts';
import { createGuessing } from './guessing.ts';
import { type Caller, createKnownPlaces } from './known-places.ts';
import { createLinks, hashOfLink } from './links/index.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { createPeople, newTemporaryPassword } from './people/index.ts';
import type { Account, AlsoDo, Device, Person, SessionRow, SignedIn } from './person.ts';
import { createAccountQueries } from './queries.ts';
import { readCookie } from './read-cookie.ts';
import { RecentMap } from './recent-map.ts';
import { createSecondFactors } from './second-factor/index.ts';
import { loadKeys } from './secret.ts';
import { createTokens, type TokenPair } from './tokens.ts';

export type { InvitationRow } from './links/index.ts';
export { isSamePassword } from './passwords.ts';
export type { AlsoDoFor, ListedPerson, PeopleFilter, PersonChange } from './people/index.ts';
export type { Account, AlsoDo, Device, InSession, Person, SessionRow, SignedIn } from './person.ts';
export { deviceOf } from './person.ts';
export { deriveKey } from './secret.ts';
export { type CountSignUp, createSignUpCount } from './sign-ups.ts';
export type { TokenPair } from './tokens.ts';

/** Who people are. Other features need `personOf`, mostly through `requirePerson`. */
export type Accounts = Awaited<ReturnType<typeof createAccounts>>;

type NewAccount = {
  email: string;
  password: string;
  name?: string | undefined;
  locale?: string | undefined;
  /** The token of an invitation. */
  invitation?: string | undefined;
};

/** The password was right. Whether a second factor is still to come, `two_factor` says. */
type Proven = Account & { password: string | null };

/**
 * How stale a "yes, still signed in" may be, in milliseconds. Live feeds ask again every 2.5 seconds, so an ended session is
 * refused everywhere, and its feeds are closed, within five.
 */
const freshFor = 2000;

/** Of the administrator in the ChatKit sample's `.env`, which is public and in no list; people may still choose it. */
const passwordOfTheSample = 'adminpass';

/** Loads the keys, provisions the administrator of `ADMIN_EMAIL`, and returns what the doors call. */
export async function createAccounts(deps: {
  config: Config;
  pool: Pool;
  db: Kysely<unknown>;
  limits: Limits;
  /** Tries to sign in to one account from one address; 0 is no limit. */
  signInsPerMinute: number;
  log?: { warn(details: object, message: string): void };
  now?: () => number;
}) {
  const { config, pool, db, limits, signInsPerMinute, log, now = Date.now } = deps;
  const keys = await loadKeys(config);
  const queries = createAccountQueries(pool);
  const access = createAccessTokens(keys.accessTokens, config.ACCESS_TOKEN_EXPIRE_MINUTES * 60, now);
  const tokens = createTokens({
    queries,
    access,
    key: keys.refreshTokens,
    now,
    onReplay: (session) => log?.warn(session, 'a used refresh token came again; its session is ended'),
  });
  const browser = createBrowserSessions({
    db,
    secret: keys.browserSessions,
    config,
    newId: () => newId('ses'),
    probe: () => pool.query('SELECT 1'),
  });
  // Checking a signature costs more than answering many a request. The keys are hashes: a dump of memory holds no tokens.
  const clocks = { now, ...(deps.now ? { ticks: deps.now } : {}) };
  const recent = new RecentMap<SignedIn>(10_000, freshFor, clocks);
  const keyOf = (credential: string) => createHash('sha256').update(credential).digest('base64');
  const recentInSession = new RecentMap<SignedIn>(10_000, freshFor, clocks);
  const onEnded = new Set<() => void>();
  const forgetRecent = () => {
    recent.clear();
    recentInSession.clear();
    for (const listener of onEnded) listener();
  };

  const secondFactors = createSecondFactors({
    pool,
    keys: { encryption: keys.secondFactors, recovery: keys.recoveryCodes },
    issuer: 'Causerie',
    now,
  });
  const secure = config.PUBLIC_URL?.startsWith('https:') ?? false;
  const challenges = createChallenges({ key: keys.challenges, secure, now });

  const places = createKnownPlaces({ queries, key: keys.knownPlaces, secure, now });
  const { guess, lift } = createGuessing({ limits, perMinute: signInsPerMinute, places });

  const signedIn = async (
    found: (Account & { seen_lately: boolean }) | undefined,
    sessionId: string,
    until: number,
  ): Promise<{ value: SignedIn; until: number } | undefined> => {
    if (!found) return undefined;
    const { seen_lately, ...account } = found;
    if (!seen_lately) void queries.touch(account.id, sessionId).catch(() => {}); // Nobody waits for it, nor fails by it.
    return { value: { account, sessionId }, until };
  };
  const findByToken = async (token: string) => {
    const claims = access.verify(token);
    if (!claims) return undefined;
    const { personId, familyId, expiresAt } = claims;
    const found =
      (await queries.findPersonOfFamily(personId, familyId)) ??
      // Of a token that a page was given: it ends with the session of its browser.
      (await queries.findPersonOfSession(personId, familyId));
    return signedIn(found, familyId, expiresAt * 1000);
  };
  const findByCookie = async (headers: IncomingHttpHeaders) => {
    const session = await browser.find({ cookie: headers.cookie });
    if (!session) return undefined;
    const found = await queries.findPersonOfSession(session.personId, session.id);
    return signedIn(found, session.id, session.expiresAt.getTime());
  };
  const bearerOf = (headers: IncomingHttpHeaders) => /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];

  /** Who a request comes from: `Authorization: Bearer`, else the session cookie. A bad token is nobody, whatever the cookie. */
  const signedInBy = async (headers: IncomingHttpHeaders): Promise<SignedIn | undefined> => {
    const token = bearerOf(headers);
    if (headers.authorization !== undefined)
      return token === undefined ? undefined : recent.get(keyOf(token), () => findByToken(token));
    const cookie = readCookie(headers.cookie, browser.cookieName);
    const found = cookie === undefined ? undefined : await recent.get(keyOf(cookie), () => findByCookie(headers));
    // A cookie is the browser's: another window may have signed in as somebody else since the page was opened.
    const meant = headers['causerie-person'];
    if (found && meant !== undefined && meant !== found.account.id) throw new AppError('account_changed');
    return found;
  };

  const create = async (
    account: NewAccount & { role?: 'user' | 'admin'; mustChange?: boolean },
    mayJoin: boolean,
    also?: (client: PoolClient, account: Account) => Promise<void>,
  ): Promise<Account> => {
    const { email, locale = 'en', name, role, mustChange = false, invitation } = account;
    const password = await hashPassword(account.password);
    return queries.createPerson(
      { id: newId('usr'), email, name: name || email.split('@')[0]!, locale, password, role, mustChange },
      { mayJoin, invitation: invitation === undefined ? undefined : hashOfLink(invitation), now: new Date(now()) },
      also,
    );
  };

  if (config.ADMIN_EMAIL && config.ADMIN_PASSWORD) {
    const email = config.ADMIN_EMAIL.trim().toLowerCase();
    if (!(await queries.makeAdmin(email))) {
      // Whoever sets the machine up decides; guessers will find it all the same.
      if (config.ADMIN_PASSWORD === passwordOfTheSample || (await isCommonPassword(config.ADMIN_PASSWORD, email)))
        log?.warn({}, 'ADMIN_PASSWORD is one of the passwords that are guessed first. Change it after signing in.');
      await create({ email, password: config.ADMIN_PASSWORD, name: 'Administrator', role: 'admin' }, true);
    }
  }
  void queries.removeExpired().catch(() => {}); // Housekeeping; the next start tries again.

  return {
    signedInBy,
    guess,
    /** Somebody made the account from here, or chose its password: strangers who guess do not keep them out. */
    rememberCaller: (caller: Caller, { email }: { email: string }): Promise<void> => places.remember(caller, email),
    async personOf(headers: IncomingHttpHeaders): Promise<Account | undefined> {
      return (await signedInBy(headers))?.account;
    },

    /**
     * The person of a session, for what was begun in it and proves that by something of its own: a token of ChatKit, the
     * address of an upload. Undefined once the session has ended, or lets its person do nothing.
     */
    async personInSession(personId: string, sessionId: string): Promise<Person | undefined> {
      const found = await recentInSession.get(`${personId} ${sessionId}`, async () =>
        signedIn(
          await queries.findPersonInSession(personId, sessionId, new Date(now())),
          sessionId,
          Number.POSITIVE_INFINITY,
        ),
      );
      return found?.account.must_change_password ? undefined : found?.account;
    },

    /** Whether newcomers may make an account, and whether they would be the first. */
    async registration(): Promise<{ open: boolean; firstAccount: boolean }> {
      const firstAccount = await queries.isEmpty();
      return { open: config.REGISTRATION === 'open' || firstAccount, firstAccount };
    },

    /** Makes an account. Throws `password_common`, `registration_closed`, `email_taken`, `link_used`, `invitation_for_another`. */
    async register(account: NewAccount): Promise<Account> {
      const open = config.REGISTRATION === 'open';
      // Asked before the costly hash as well, so that a closed door costs nothing to knock at.
      if (!open && account.invitation === undefined && !(await queries.isEmpty()))
        throw new AppError('registration_closed');
      await refuseCommonPassword(account.password, account.email);
      return create(account, open);
    },

    /** Makes an account for somebody else, with a password to hand over. Throws `email_taken`. */
    async createFor(
      given: { email: string; name: string; role: 'user' | 'admin' },
      also: (client: PoolClient, account: Account) => Promise<void>,
    ): Promise<{ id: string; password: string }> {
      const password = newTemporaryPassword();
      const { id } = await create({ ...given, password, mustChange: true }, true, also);
      return { id, password };
    },

    /** Checks a password. Unknown, wrong and shut out are told apart neither by words nor by time: `credentials_wrong`. */
    async checkPassword(email: string, password: string): Promise<Proven> {
      const found = await queries.findWithPassword('email', email);
      const right = await isPassword(password, found?.password);
      if (!found || !right || found.banned) throw new AppError('credentials_wrong');
      const { banned: _, ...proven } = found;
      return proven;
    },

    /** Checks the password of somebody who is signed in, before what a thief of the session should not do. Throws `password_wrong`. */
    async confirmPassword(personId: string, password: string): Promise<void> {
      const found = await queries.findWithPassword('id', personId);
      if (!(await isPassword(password, found?.password))) throw new AppError('password_wrong');
    },

    /** Starts a session of a program. */
    beginTokens: (person: { id: string }, device: Device): Promise<TokenPair> => tokens.begin(person.id, device),
    refresh: (token: string): Promise<TokenPair> => tokens.refresh(token),

    /** Ends the family of the refresh token and that of the bearer token, at once in this process. */
    async signOutTokens(refreshToken: string | undefined, headers: IncomingHttpHeaders): Promise<void> {
      const token = bearerOf(headers);
      const claims = token && access.verify(token);
      if (claims) await queries.endSession(claims.personId, claims.familyId, async () => {});
      if (refreshToken) await tokens.end(refreshToken);
      forgetRecent();
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

    /** Starts a session of a browser; returns the cookies to set. */
    async beginCookies(person: { id: string; email: string }, device: Device): Promise<string[]> {
      return [...(await browser.open(person.id, device)), challenges.cleared, places.cookieFor(person.email)];
    },
    /** The cookie of a browser whose person owes a code. */
    challenge: (proven: Proven): string => challenges.cookie(proven),
    /** Who owes a code in this browser. */
    async challenged(headers: IncomingHttpHeaders): Promise<Proven | undefined> {
      return challenges.read(readCookie(headers.cookie, challenges.name), async (id) => {
        const found = await queries.findWithPassword('id', id);
        return found?.banned ? undefined : found;
      });
    },

    /** Ends the cookie's session; returns the cookies that clear it. */
    async signOutBrowser(headers: IncomingHttpHeaders): Promise<string[]> {
      const cookies = await browser.signOut(headers);
      forgetRecent();
      return [...cookies, challenges.cleared];
    },

    /** The session of a browser, lengthened when it is a day old; returns the cookies to set. */
    async browserSession(headers: IncomingHttpHeaders): Promise<{ person: Account | undefined; cookies: string[] }> {
      const session = await browser.find(headers, { renew: true });
      return { person: session && (await queries.findPerson(session.personId)), cookies: session?.cookies ?? [] };
    },

    people: createPeople({ pool, onEnded: forgetRecent, onPassword: lift }),
    links: createLinks({ pool, now, onEnded: forgetRecent, onPassword: lift }),
    secondFactors: {
      ...secondFactors,
      async confirm(personId: string, code: string): Promise<void> {
        await secondFactors.confirm(personId, code);
        forgetRecent();
      },
      async stop(personId: string): Promise<void> {
        await secondFactors.stop(personId);
        forgetRecent();
      },
    },
    sessions: {
      /** Where the person is signed in, last used first. */
      list: (personId: string): Promise<SessionRow[]> => queries.listSessions(personId, new Date(now())),
      /** Throws `not_found` for another's as for none. */
      async end(personId: string, sessionId: string, also: AlsoDo = async () => {}): Promise<void> {
        if (!(await queries.endSession(personId, sessionId, also))) throw new AppError('not_found');
        forgetRecent();
      },
      async endOthers(personId: string, keep: string): Promise<void> {
        await queries.endSessions(personId, keep);
        forgetRecent();
      },
      /** Of these, the ids of those that let nobody in any more: ended, or their person is shut out. */
      async ended(sessions: { personId: string; sessionId: string }[]): Promise<Set<string>> {
        const [people, ids] = [sessions.map((each) => each.personId), sessions.map((each) => each.sessionId)];
        return new Set(await queries.findEnded(people, ids, new Date(now())));
      },
      /** Calls back when sessions may have ended by this process; others are heard of by asking `ended`. */
      onEnded(listener: () => void): void {
        onEnded.add(listener);
      },
    },
  };
}
