import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../errors.ts';
import { transaction } from '../../platform/database/transaction.ts';
import type { Account, AlsoDo, Device, SessionRow } from './person.ts';

/** A refresh token's row with what its family says. */
export type RefreshRow = {
  familyId: string;
  personId: string;
  usedAt: Date | null;
  expiresAt: Date;
  familyExpiresAt: Date;
  revoked: boolean;
};

/** The columns of an `Account`, of `people p`. */
export const accountColumns = `p.id, p.email, p.name, p.role, p.locale, p.must_change_password,
  EXISTS (SELECT FROM second_factors f2 WHERE f2.person_id = p.id AND f2.confirmed_at IS NOT NULL) AS two_factor`;
/** Whether `people p` is shut out. Never NULL, whichever way it is asked: a ban without an end has no date. */
export const banned = '(p.banned AND coalesce(p.ban_expires > now(), true))';
const notBanned = `NOT ${banned}`;
/** How stale "last seen" may be: a write for every look at a session would cost more than the look. */
const seenLately = (table: string) =>
  `(p.last_seen_at IS NOT NULL AND ${table}.last_seen_at > now() - interval '1 minute')`;

/** Ends all sessions of a person but `keep`; those of ChatKit too that `keep` made, since they are listed as others. */
export async function endSessions(client: Pick<PoolClient, 'query'>, personId: string, keep = ''): Promise<void> {
  await client.query('DELETE FROM sessions WHERE person_id = $1 AND id <> $2', [personId, keep]);
  await client.query(
    'UPDATE token_families SET revoked_at = now() WHERE person_id = $1 AND id <> $2 AND revoked_at IS NULL',
    [personId, keep],
  );
  await client.query('DELETE FROM chatkit_sessions WHERE person_id = $1', [personId]);
}

export type AccountQueries = ReturnType<typeof createAccountQueries>;

/** The only SQL of accounts. */
export function createAccountQueries(pool: Pool) {
  const one = async <Row>(name: string, text: string, values: unknown[]): Promise<Row | undefined> =>
    (await pool.query({ name: `accounts.${name}`, text, values })).rows[0] as Row | undefined;

  return {
    /** A person who may sign in. */
    findPerson: (id: string) =>
      one<Account>('find', `SELECT ${accountColumns} FROM people p WHERE p.id = $1 AND ${notBanned}`, [id]),

    /** The person of a session of whichever kind, while it lets them in; `seen_lately` as for the others. */
    findPersonInSession: (personId: string, sessionId: string, now: Date) =>
      one<Account & { seen_lately: boolean }>(
        'find_in_session',
        `SELECT ${accountColumns}, ${seenLately('s')} AS seen_lately
         FROM people p JOIN standing_sessions s ON s.person_id = p.id
         WHERE p.id = $1 AND s.id = $2 AND s.expires_at > $3 AND ${notBanned}`,
        [personId, sessionId, now],
      ),

    /** Of these sessions, given as two lists, those that let nobody in any more. */
    async findEnded(personIds: string[], sessionIds: string[], now: Date): Promise<string[]> {
      const { rows } = await pool.query({
        name: 'accounts.find_ended',
        text: `SELECT a.session_id AS id FROM unnest($1::text[], $2::text[]) a (person_id, session_id)
               WHERE NOT EXISTS (
                 SELECT FROM people p JOIN standing_sessions s ON s.person_id = p.id
                 WHERE p.id = a.person_id AND s.id = a.session_id AND s.expires_at > $3
                   AND NOT p.must_change_password AND ${notBanned})`,
        values: [personIds, sessionIds, now],
      });
      return rows.map((row) => row.id);
    },

    /** The person of an access token, while its family of tokens stands. */
    findPersonOfFamily: (personId: string, familyId: string) =>
      one<Account & { seen_lately: boolean }>(
        'find_of_family',
        `SELECT ${accountColumns}, ${seenLately('f')} AS seen_lately
         FROM people p JOIN token_families f ON f.person_id = p.id
         WHERE p.id = $1 AND f.id = $2 AND f.revoked_at IS NULL AND ${notBanned}`,
        [personId, familyId],
      ),

    findPersonOfSession: (personId: string, sessionId: string) =>
      one<Account & { seen_lately: boolean }>(
        'find_of_session',
        `SELECT ${accountColumns}, ${seenLately('s')} AS seen_lately FROM people p JOIN sessions s ON s.person_id = p.id
         WHERE p.id = $1 AND s.id = $2 AND ${notBanned}`,
        [personId, sessionId],
      ),

    /** Notes that the session, of whichever kind, is in use. Each statement for itself: no lock is held while waiting. */
    async touch(personId: string, sessionId: string): Promise<void> {
      await one('touch_session', 'UPDATE sessions SET last_seen_at = now() WHERE id = $1', [sessionId]);
      await one('touch_family', 'UPDATE token_families SET last_seen_at = now() WHERE id = $1', [sessionId]);
      await one('touch_chatkit', 'UPDATE chatkit_sessions SET last_seen_at = now() WHERE id = $1', [sessionId]);
      await one('touch_person', 'UPDATE people SET last_seen_at = now() WHERE id = $1', [personId]);
    },

    /** Where the person is signed in, last used first. */
    async listSessions(personId: string, now: Date): Promise<SessionRow[]> {
      const { rows } = await pool.query(
        `SELECT id, kind, created_at, last_seen_at, expires_at, coalesce(user_agent, '') AS user_agent,
           coalesce(ip_address, '') AS ip
         FROM standing_sessions WHERE person_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC`,
        [personId, now],
      );
      const iso = (date: Date) => date.toISOString();
      return rows.map((row) => ({
        ...row,
        created_at: iso(row.created_at),
        last_seen_at: iso(row.last_seen_at),
        expires_at: iso(row.expires_at),
      }));
    },

    /** False when the person has no such session. */
    endSession: (personId: string, sessionId: string, also: AlsoDo): Promise<boolean> =>
      transaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `WITH s AS (DELETE FROM sessions WHERE person_id = $1 AND id = $2 RETURNING id),
                f AS (UPDATE token_families SET revoked_at = now() WHERE person_id = $1 AND id = $2 AND revoked_at IS NULL
                      RETURNING id),
                c AS (DELETE FROM chatkit_sessions WHERE person_id = $1 AND $2 IN (id, session_id) RETURNING id)
           SELECT id FROM s UNION ALL SELECT id FROM f UNION ALL SELECT id FROM c`,
          [personId, sessionId],
        );
        if (rowCount === 0) return false;
        await also(client);
        return true;
      }),

    endSessions: (personId: string, keep: string) => transaction(pool, (client) => endSessions(client, personId, keep)),

    /** Who has the address or the id, with the hash of the password when there is one. */
    findWithPassword: (by: 'email' | 'id', value: string) =>
      one<Account & { password: string | null; banned: boolean }>(
        `find_by_${by}`,
        `SELECT ${accountColumns}, s.password, ${banned} AS banned FROM people p
         LEFT JOIN sign_ins s ON s.person_id = p.id AND s.provider_id = 'credential' WHERE p.${by} = $1`,
        [value],
      ),

    /**
     * Adds a person with a password. The first of all becomes administrator, however many arrive at once: they take turns.
     * An invitation is used up with it, or not at all. Throws `registration_closed`, `email_taken`, `link_used`,
     * `invitation_for_another`.
     * @param mayJoin whether others than the first may; asked inside, where the answer cannot go stale.
     */
    createPerson: (
      given: {
        id: string;
        email: string;
        name: string;
        locale: string;
        password: string;
        role?: 'user' | 'admin' | undefined;
        mustChange?: boolean;
      },
      { mayJoin, invitation, now }: { mayJoin: boolean; invitation?: Buffer | undefined; now: Date },
      also: (client: PoolClient, account: Account) => Promise<void> = async () => {},
    ): Promise<Account> =>
      transaction(pool, async (client) => {
        await client.query(`SELECT pg_advisory_xact_lock(hashtext('accounts.create'))`);
        const { rows } = await client.query('SELECT EXISTS (SELECT FROM people) AS any');
        const first = !rows[0].any;
        const invited = invitation && (await useInvitation(client, invitation, given.email, now));
        if (!first && !mayJoin && !invited) throw new AppError('registration_closed');
        const role = given.role ?? invited?.role ?? (first ? 'admin' : 'user');
        const added = await client.query(
          `INSERT INTO people AS p (id, email, name, locale, role, must_change_password) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (email) DO NOTHING RETURNING ${accountColumns}`,
          [given.id, given.email, given.name, given.locale, role, given.mustChange ?? false],
        );
        if (added.rowCount === 0) throw new AppError('email_taken');
        await client.query(
          `INSERT INTO sign_ins (id, person_id, provider_id, account_id, password) VALUES ($1, $1, 'credential', $1, $2)`,
          [given.id, given.password],
        );
        await also(client, added.rows[0]);
        return added.rows[0] as Account;
      }),

    makeAdmin: async (email: string): Promise<boolean> =>
      (await pool.query(`UPDATE people SET role = 'admin', updated_at = now() WHERE email = $1`, [email])).rowCount ===
      1,

    isEmpty: async () => !(await one<{ any: boolean }>('any', 'SELECT EXISTS (SELECT FROM people) AS any', []))!.any,

    addFamily: (
      family: { id: string; personId: string; expiresAt: Date; device: Device },
      token: { hash: Buffer; expiresAt: Date },
    ) =>
      one(
        'add_family',
        `WITH family AS (INSERT INTO token_families (id, person_id, expires_at, ip_address, user_agent)
                          VALUES ($1, $2, $3, $6, $7)),
              seen AS (UPDATE people SET last_seen_at = now() WHERE id = $2)
         INSERT INTO refresh_tokens (hash, family_id, expires_at) VALUES ($4, $1, $5)`,
        [
          family.id,
          family.personId,
          family.expiresAt,
          token.hash,
          token.expiresAt,
          family.device.ip,
          family.device.userAgent,
        ],
      ),

    revokeFamily: (id: string) =>
      one('revoke_family', 'UPDATE token_families SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL', [id]),

    familyOfToken: async (hash: Buffer) =>
      (await one<{ family_id: string }>('family_of', 'SELECT family_id FROM refresh_tokens WHERE hash = $1', [hash]))
        ?.family_id,

    /** Shows `decide` the token, locked against other uses of it, and does what it says. */
    useRefreshToken: (
      hash: Buffer,
      decide: (row: RefreshRow) => 'refuse' | 'revoke' | 'repeat' | { next: Buffer; usedAt: Date; expiresAt: Date },
    ): Promise<{ row: RefreshRow; decision: ReturnType<typeof decide> } | undefined> =>
      transaction(pool, async (client) => {
        const { rows } = await client.query(
          `SELECT t.family_id AS "familyId", f.person_id AS "personId", t.used_at AS "usedAt", t.expires_at AS "expiresAt",
                  f.expires_at AS "familyExpiresAt", (f.revoked_at IS NOT NULL OR ${banned}) AS revoked
           FROM refresh_tokens t JOIN token_families f ON f.id = t.family_id JOIN people p ON p.id = f.person_id
           WHERE t.hash = $1 FOR UPDATE OF t`,
          [hash],
        );
        const row = rows[0] as RefreshRow | undefined;
        if (!row) return undefined;
        const decision = decide(row);
        if (decision === 'revoke')
          await client.query('UPDATE token_families SET revoked_at = now() WHERE id = $1', [row.familyId]);
        else if (typeof decision === 'object') {
          await client.query('UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1', [hash, decision.usedAt]);
          await client.query('INSERT INTO refresh_tokens (hash, family_id, expires_at) VALUES ($1, $2, $3)', [
            decision.next,
            row.familyId,
            decision.expiresAt,
          ]);
        }
        return { row, decision };
      }),

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

    /** Forgets sessions and links whose last day has passed. */
    async removeExpired(): Promise<void> {
      await pool.query('DELETE FROM token_families WHERE expires_at < now()');
      await pool.query('DELETE FROM sessions WHERE expires_at < now()');
      await pool.query(`DELETE FROM chatkit_sessions c WHERE NOT EXISTS (
        SELECT FROM standing_sessions s WHERE s.id = c.id AND s.expires_at > now())`);
      await pool.query('DELETE FROM password_resets WHERE expires_at < now()');
      await pool.query('DELETE FROM invitations WHERE expires_at < now()');
      await pool.query('DELETE FROM known_places WHERE expires_at < now()');
    },
  };
}

/** Uses the invitation up for this address. Of several who bring it at once, one gets it. */
async function useInvitation(
  client: PoolClient,
  hash: Buffer,
  email: string,
  now: Date,
): Promise<{ role: 'user' | 'admin' }> {
  const { rows } = await client.query(
    `UPDATE invitations SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING email, role`,
    [hash, now],
  );
  if (!rows[0]) throw new AppError('link_used');
  // Who was invited is known by the address; the link alone may have fallen into other hands.
  if (rows[0].email !== email) throw new AppError('invitation_for_another');
  return rows[0];
}
