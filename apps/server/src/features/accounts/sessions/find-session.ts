import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../errors.ts';
import type { SignedIn } from '../people/person.ts';
import type { createAccessTokens } from './access-token.ts';
import type { createBrowserSessions } from './browser-sessions.ts';
import { isApiKey } from './keys/api-keys.ts';
import type { FoundSession, SessionQueries } from './queries.ts';
import { RecentMap } from './recent-map.ts';
import type { KeyNeeds } from './scopes.ts';
import { hashSecret } from './secrets.ts';

/**
 * How stale a "yes, still signed in" may be, in milliseconds. Live feeds ask again every 2.5 seconds, so an ended session is
 * refused everywhere, and its feeds are closed, within five.
 */
const freshFor = 2000;
const mostKept = 10_000;

/** The token of `Authorization: Bearer …`. */
export const bearerOf = (headers: IncomingHttpHeaders): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];

/**
 * Whose session a request comes in: the one lookup for cookies, access tokens and API keys. What it found is kept for
 * `freshFor`, since checking a signature and asking the database cost more than answering many a request.
 */
export function createFindSession(deps: {
  queries: SessionQueries;
  access: ReturnType<typeof createAccessTokens>;
  browsers: ReturnType<typeof createBrowserSessions>;
  now: () => number;
  /** The clock of the process, when a test sets it. */
  ticks?: (() => number) | undefined;
}) {
  const { queries, access, browsers, now } = deps;
  const clocks = { now, ...(deps.ticks ? { ticks: deps.ticks } : {}) };
  const recent = new RecentMap<SignedIn>(mostKept, freshFor, clocks);
  const recentInSession = new RecentMap<SignedIn['account']>(mostKept, freshFor, clocks);
  // The keys are hashes: a dump of memory holds no tokens.
  const keyOf = (credential: string) => createHash('sha256').update(credential).digest('base64');

  // Nobody waits for it, nor fails by it.
  const touch = (personId: string, sessionId: string) => void queries.touch(personId, sessionId).catch(() => {});

  const readFound = (
    found: FoundSession | undefined,
    until = Number.POSITIVE_INFINITY,
  ): { value: SignedIn; until: number } | undefined => {
    if (!found) return undefined;
    const { account, sessionId, scopes, createdAt, expiresAt, seenLately } = found;
    if (!seenLately) touch(account.id, sessionId);
    const value = { account, sessionId, startedAt: createdAt, ...(scopes && { scopes }) };
    return { value, until: Math.min(until, Number(expiresAt)) };
  };

  const findByBearer = async (token: string) => {
    if (isApiKey(token)) return readFound(await queries.findBySecret(hashSecret(token), 'key', new Date(now())));
    const claims = access.verify(token);
    if (!claims) return undefined;
    const { personId, sessionId, expiresAt } = claims;
    return readFound(await queries.findById(personId, sessionId, new Date(now())), expiresAt * 1000);
  };
  const findByCookie = async (secret: string) =>
    readFound(await queries.findBySecret(hashSecret(secret), 'browser', new Date(now())));

  return {
    /**
     * Who a request comes from: `Authorization: Bearer`, else the session cookie. A bad token is nobody, whatever the cookie.
     * Throws `scope_missing` for an API key that may not do what the door `needs`, and `account_changed`.
     */
    async find(headers: IncomingHttpHeaders, needs: KeyNeeds): Promise<SignedIn | undefined> {
      if (headers.authorization !== undefined) {
        const token = bearerOf(headers);
        const found = token === undefined ? undefined : await recent.get(keyOf(token), () => findByBearer(token));
        if (found?.scopes && needs !== 'any' && (needs === 'none' || !found.scopes.includes(needs)))
          throw needs === 'none'
            ? new AppError('scope_missing', 'An API key may not do this. Sign in instead.')
            : new AppError('scope_missing', undefined, {
                details: [{ path: 'scopes', message: `must have ${needs}` }],
              });
        return found;
      }
      const secret = browsers.secretIn(headers.cookie);
      const found =
        secret === undefined ? undefined : await recent.get(keyOf(`cookie ${secret}`), () => findByCookie(secret));
      // A cookie is the browser's: another window may have signed in as somebody else since the page was opened.
      const meant = headers['causerie-person'];
      if (found && meant !== undefined && meant !== found.account.id) throw new AppError('account_changed');
      return found;
    },

    /** The session of a browser as it is in the database now, with the secret of its cookie. */
    async findFresh(headers: IncomingHttpHeaders): Promise<{ found: FoundSession; secret: string } | undefined> {
      const secret = browsers.secretIn(headers.cookie);
      const found = secret && (await queries.findBySecret(hashSecret(secret), 'browser', new Date(now())));
      return found ? { found, secret } : undefined;
    },

    /** The person of a session of whichever kind, while it lets them in. */
    personInSession: (personId: string, sessionId: string) =>
      recentInSession.get(`${personId} ${sessionId}`, async () => {
        const found = await queries.findPersonInSession(personId, sessionId, new Date(now()));
        if (!found) return undefined;
        if (!found.seenLately) touch(personId, sessionId);
        return { value: found.account, until: Number.POSITIVE_INFINITY };
      }),

    /** Sessions have ended: nothing that was found before holds. */
    forget(): void {
      recent.clear();
      recentInSession.clear();
    },
  };
}
