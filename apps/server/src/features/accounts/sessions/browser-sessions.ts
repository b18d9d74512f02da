import { newId } from '../../../platform/ids/index.ts';
import type { Device } from '../people/person.ts';
import type { Cookies } from './cookies.ts';
import type { FoundSession, SessionQueries } from './queries.ts';
import { hashSecret, newSecret } from './secrets.ts';

const day = 86_400_000;
/** A session ends when its browser has not been used for so long. */
const lifetime = 30 * day;

/** Sessions of browsers: an httpOnly cookie, of which the database has the hash. */
export function createBrowserSessions(deps: { queries: SessionQueries; cookies: Cookies; now: () => number }) {
  const { queries, cookies, now } = deps;
  const name = 'session_token';

  return {
    /** The secret in a `Cookie` header. The former version signed it: what follows a dot says nothing any more. */
    secretIn: (header: string | undefined): string | undefined =>
      cookies.read(header, name)?.split(/\.|%2E/i, 1)[0] || undefined,

    /** Opens a session for somebody who just proved who they are. Returns the cookie to set. */
    async open(personId: string, device: Device): Promise<string> {
      const secret = newSecret();
      await queries.addBrowser({
        id: newId('ses'),
        secretHash: hashSecret(secret),
        personId,
        createdAt: new Date(now()),
        expiresAt: new Date(now() + lifetime),
        device,
      });
      return cookies.set(name, secret, lifetime);
    },

    /** Lengthens a session that was not lengthened for a day. Returns the cookie to set, if any. */
    async renew({ sessionId, expiresAt }: FoundSession, secret: string): Promise<string | undefined> {
      if (Number(expiresAt) - now() > lifetime - day) return undefined;
      await queries.lengthen(sessionId, new Date(now() + lifetime));
      return cookies.set(name, secret, lifetime);
    },

    cleared: cookies.clear(name),
  };
}
