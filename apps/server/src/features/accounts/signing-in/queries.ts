import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../../errors.ts';
import { accountColumns, banned } from '../people/account-columns.ts';
import type { Account } from '../people/person.ts';

/** What somebody began. */
export type Ticket = { personId: string | null; data: Record<string, unknown> };

export type SigningInQueries = ReturnType<typeof createSigningInQueries>;

/** Passwords, tickets, and where people signed in from. */
export function createSigningInQueries(pool: Pool) {
  const one = async <Row>(name: string, text: string, values: unknown[]): Promise<Row | undefined> =>
    (await pool.query({ name: `signing-in.${name}`, text, values })).rows[0] as Row | undefined;
  const ticketColumns = 'person_id AS "personId", data';

  return {
    /** Who has the address or the id, with the hash of the password when there is one. */
    findWithPassword: (by: 'email' | 'id', value: string) =>
      one<Account & { password: string | null; banned: boolean }>(
        `find_by_${by}`,
        `SELECT ${accountColumns}, w.hash AS password, ${banned} AS banned FROM people p
         LEFT JOIN passwords w ON w.person_id = p.id WHERE p.${by} = $1`,
        [value],
      ),

    findWays: (personId: string) =>
      one<{ password: boolean; authenticatorApp: boolean; passkeyAfterPassword: boolean }>(
        'find_ways',
        `SELECT EXISTS (SELECT FROM passwords WHERE person_id = p.id) AS password,
                EXISTS (SELECT FROM second_factors WHERE person_id = p.id AND confirmed_at IS NOT NULL) AS "authenticatorApp",
                passkey_after_password AS "passkeyAfterPassword" FROM people p WHERE id = $1`,
        [personId],
      ),

    /** Forgets some tickets whose time has passed on the way: nobody comes back for them. */
    addTicket: (
      ticket: { hash: Buffer; purpose: string; personId: string | null; data: object; expiresAt: Date },
      now: Date,
    ) =>
      one(
        'add_ticket',
        `WITH old AS (DELETE FROM tickets WHERE hash IN (
                        SELECT hash FROM tickets WHERE expires_at < $6 LIMIT 20 FOR UPDATE SKIP LOCKED))
         INSERT INTO tickets (hash, purpose, person_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)`,
        [ticket.hash, ticket.purpose, ticket.personId, JSON.stringify(ticket.data), ticket.expiresAt, now],
      ),
    findTicket: (hash: Buffer, purpose: string, now: Date) =>
      one<Ticket>(
        'find_ticket',
        `SELECT ${ticketColumns} FROM tickets WHERE hash = $1 AND purpose = $2 AND expires_at > $3`,
        [hash, purpose, now],
      ),
    useTicket: (hash: Buffer, purpose: string, now: Date) =>
      one<Ticket>(
        'use_ticket',
        `DELETE FROM tickets WHERE hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING ${ticketColumns}`,
        [hash, purpose, now],
      ),

    rememberPlace: (mark: Buffer, until: Date) =>
      one(
        'remember_place',
        `INSERT INTO known_places (mark, expires_at) VALUES ($1, $2)
         ON CONFLICT (mark) DO UPDATE SET expires_at = excluded.expires_at`,
        [mark, until],
      ),
    isKnownPlace: async (mark: Buffer, now: Date): Promise<boolean> =>
      (await one('is_known_place', 'SELECT 1 FROM known_places WHERE mark = $1 AND expires_at > $2', [mark, now])) !==
      undefined,

    async removeExpired(): Promise<void> {
      await pool.query('DELETE FROM tickets WHERE expires_at < now()');
      await pool.query('DELETE FROM known_places WHERE expires_at < now()');
    },
  };
}

/**
 * Takes a person for the removal of one way to sign in; such removals take turns. `refuseLast` is called after it and throws
 * `last_sign_in_way` when nothing is left, which undoes the transaction.
 * @param issuers the providers of the settings: the account of another one opens nothing
 */
export async function takeWaysToSignIn(
  client: PoolClient,
  personId: string,
  issuers: string[],
): Promise<{ refuseLast(): Promise<void> }> {
  await client.query('SELECT FROM people WHERE id = $1 FOR NO KEY UPDATE', [personId]);
  return {
    async refuseLast() {
      const { rows } = await client.query(
        `SELECT EXISTS (SELECT FROM passwords WHERE person_id = $1)
             OR EXISTS (SELECT FROM passkeys WHERE person_id = $1)
             OR EXISTS (SELECT FROM provider_accounts WHERE person_id = $1 AND issuer = ANY($2)) AS any`,
        [personId, issuers],
      );
      if (!rows[0].any) throw new AppError('last_sign_in_way');
    },
  };
}

/**
 * Takes providers and passkeys from an account that an administrator hands back to its owner: whoever had it until now must not
 * come in by one of theirs. Passkeys that are asked for after the password stay, as an authenticator app does: a new password
 * alone does not do without the second factor.
 */
export async function removeOtherWays(client: PoolClient, personId: string): Promise<void> {
  await client.query('DELETE FROM provider_accounts WHERE person_id = $1', [personId]);
  await client.query(
    'DELETE FROM passkeys k USING people p WHERE p.id = $1 AND k.person_id = p.id AND NOT p.passkey_after_password',
    [personId],
  );
}
