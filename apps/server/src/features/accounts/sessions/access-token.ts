import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** What a valid access token says. Times are seconds since 1970. */
export type AccessClaims = { personId: string; sessionId: string; expiresAt: number };

// The header is compared as a whole, so no other algorithm or type can even be named: alg=none, a refresh token, a token
// that another program signed with the same secret all fail on their first letters.
const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'at+jwt' })).toString('base64url');
const issuer = 'causerie';

/** Makes and checks access tokens (RFC 9068 in shape), signed with `key`. */
export function createAccessTokens(key: Buffer, lifetimeSeconds: number, now: () => number = Date.now) {
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  const seconds = () => Math.floor(now() / 1000);

  return {
    lifetimeSeconds,
    issue(personId: string, sessionId: string): string {
      const iat = seconds();
      const claims = {
        iss: issuer,
        aud: issuer,
        sub: personId,
        sid: sessionId,
        jti: randomUUID(),
        iat,
        exp: iat + lifetimeSeconds,
      };
      const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${signed}.${sign(signed).toString('base64url')}`;
    },
    /** The claims of a token of ours that has not expired. */
    verify(token: string): AccessClaims | undefined {
      const [first, body, signature, ...more] = token.split('.');
      if (first !== header || !body || !signature || more.length > 0) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const right = sign(`${first}.${body}`);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const { iss, aud, sub, sid, exp } = JSON.parse(Buffer.from(body, 'base64url').toString());
      if (iss !== issuer || aud !== issuer || exp <= seconds()) return undefined;
      return { personId: sub, sessionId: sid, expiresAt: exp };
    },
  };
}
