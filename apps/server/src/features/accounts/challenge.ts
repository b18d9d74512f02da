import { createHmac, timingSafeEqual } from 'node:crypto';

const lifetimeMs = 10 * 60_000;

/** The person whose password was right; `proof` ends the challenge when the password changes. */
export type Challenged = { id: string; password: string | null };

/**
 * Between the password and the second factor a browser holds this: "the password of this person was right a moment ago". It
 * is no session and opens nothing but the question for the code.
 */
export function createChallenges(deps: { key: Buffer; secure: boolean; now: () => number }) {
  const { key, secure, now } = deps;
  const name = `${secure ? '__Host-' : ''}causerie.second_factor`;
  // The prefix asks for this path.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const mac = (id: string, until: string, password: string | null) =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, until, password]))
      .digest();

  return {
    name,
    /** The cookie that asks. */
    cookie({ id, password }: Challenged): string {
      const until = String(now() + lifetimeMs);
      const value = `${id}.${until}.${mac(id, until, password).toString('base64url')}`;
      return `${name}=${value}; Max-Age=${lifetimeMs / 1000}; ${attributes}`;
    },
    /** The cookie that asks no more. */
    cleared: `${name}=; Max-Age=0; ${attributes}`,

    /** Who is asked by the cookie's value, if that still holds. */
    async read<T extends Challenged>(
      value: string | undefined,
      find: (id: string) => Promise<T | undefined>,
    ): Promise<T | undefined> {
      const [id, until, given, ...more] = value?.split('.') ?? [];
      if (!id || !until || !given || more.length > 0 || !(Number(until) > now())) return undefined;
      const person = await find(id);
      if (!person) return undefined;
      const right = mac(id, until, person.password);
      const bytes = Buffer.from(given, 'base64url');
      return bytes.length === right.length && timingSafeEqual(bytes, right) ? person : undefined;
    },
  };
}
