import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { addressKey } from '../../../platform/limits/index.ts';
import type { Cookies } from '../sessions/cookies.ts';

/** Where a request comes from. */
export type Caller = { ip: string; headers: IncomingHttpHeaders };

const day = 86_400_000;
/** An address somebody signed in from is believed to be theirs for so long, a browser for longer. */
const addressLifetime = 30 * day;
const browserLifetime = 180 * day;

/** The browsers and addresses that people signed in from. */
export type KnownPlaces = ReturnType<typeof createKnownPlaces>;

/**
 * A browser that somebody signed in with keeps a cookie that says so: no session, it opens nothing, but tries from it are
 * counted by themselves. Programs keep no cookies; of them the address is known. Both survive a restart.
 */
export function createKnownPlaces(deps: {
  queries: {
    rememberPlace(mark: Buffer, until: Date): Promise<unknown>;
    isKnownPlace(mark: Buffer, now: Date): Promise<boolean>;
  };
  key: Buffer;
  cookies: Cookies;
  now: () => number;
}) {
  const { queries, key, cookies, now } = deps;
  const mac = (...parts: string[]) => createHmac('sha256', key).update(JSON.stringify(parts)).digest();
  // One browser may be several people's. The name does not tell whose.
  const nameFor = (account: string) => `known_${mac('name', account).toString('hex').slice(0, 16)}`;
  const placeOf = (caller: Caller, account: string) => mac('place', addressKey(caller.ip), account);

  return {
    /** What tries of this caller at the account are counted by, when they come from where its person signed in before. */
    async counterOf(caller: Caller, account: string): Promise<string | undefined> {
      const [id, until, given, ...more] = cookies.read(caller.headers.cookie, nameFor(account))?.split('.') ?? [];
      if (id && until && given && more.length === 0 && Number(until) > now()) {
        const right = mac('browser', account, id, until);
        const bytes = Buffer.from(given, 'base64url');
        if (bytes.length === right.length && timingSafeEqual(bytes, right)) return `browser ${id}`;
      }
      return (await queries.isKnownPlace(placeOf(caller, account), new Date(now())))
        ? addressKey(caller.ip)
        : undefined;
    },

    /** Somebody proved from here that the account is theirs. */
    async remember(caller: Caller, account: string): Promise<void> {
      await queries.rememberPlace(placeOf(caller, account), new Date(now() + addressLifetime));
    },

    /** The cookie by which a browser is known that somebody just signed in with. */
    cookieFor(account: string): string {
      const id = randomBytes(12).toString('base64url');
      const until = String(now() + browserLifetime);
      const value = `${id}.${until}.${mac('browser', account, id, until).toString('base64url')}`;
      return cookies.set(nameFor(account), value, browserLifetime);
    },
  };
}
