import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../../errors.ts';
import { transaction } from '../../../platform/database/transaction.ts';
import { endSessions } from '../sessions/queries.ts';
import { useInvitation } from '../signing-in/links/queries.ts';
import { removeOtherWays } from '../signing-in/queries.ts';
import { accountColumns, banned } from './account-columns.ts';
import type { Account } from './person.ts';

/** Somebody with an account, as administrators see them. */
export type ListedPerson = Account & { disabled: boolean; created_at: Date; last_seen_at: Date | null };

export type PeopleFilter = {
  search?: string | undefined;
  role?: 'user' | 'admin' | undefined;
  status?: 'active' | 'disabled' | undefined;
  limit: number;
  /** The id after which the page begins; it may be gone by now. */
  after?: string | undefined;
};

export type PersonChange = {
  email?: string | undefined;
  name?: string | undefined;
  locale?: string | undefined;
  role?: 'user' | 'admin' | undefined;
  disabled?: boolean | undefined;
  /** Only `false`, which takes the second factor away. */
  two_factor?: false | undefined;
};

/** Somebody to add. */
export type NewPerson = {
  id: string;
  email: string;
  /** Somebody we trust says that the address is theirs: an administrator, or the provider they sign in with. */
  emailVerified: boolean;
  name: string;
  locale: string;
  /** Absent for those who sign in elsewhere. */
  passwordHash?: string | undefined;
  role?: 'user' | 'admin' | undefined;
  mustChange?: boolean | undefined;
};

const listed = `${accountColumns}, ${banned} AS disabled, p.created_at, p.last_seen_at`;

export type PeopleQueries = ReturnType<typeof createPeopleQueries>;

/** Looking at people and changing them. */
export function createPeopleQueries(pool: Pool) {
  /** The person, whom nobody else changes until the end of the transaction. */
  const take = async (client: PoolClient, id: string): Promise<ListedPerson> => {
    const { rows } = await client.query(`SELECT ${listed} FROM people p WHERE p.id = $1 FOR UPDATE OF p`, [id]);
    if (!rows[0]) throw new AppError('not_found', `User ${id} not found`);
    return rows[0];
  };

  /**
   * Takes the person for a change after which they may not be an administrator any more. Such changes take turns, in all
   * processes: two administrators who demote each other at the same moment would otherwise each see the other one stay.
   */
  const takeAdministrator = async (client: PoolClient, id: string): Promise<ListedPerson> => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('accounts.administrators'))`);
    const person = await take(client, id);
    if (person.role === 'admin' && !person.disabled) {
      const { rows } = await client.query(
        `SELECT EXISTS (SELECT FROM people p WHERE p.role = 'admin' AND NOT ${banned} AND p.id <> $1) AS others`,
        [id],
      );
      if (!rows[0].others) throw new AppError('last_admin');
    }
    return person;
  };

  /** Keeps the heir as they are until the end of the transaction. Throws `invalid_input`. */
  const takeHeir = async (client: Pick<PoolClient, 'query'>, id: string, heir: string): Promise<void> => {
    const { rowCount } = await client.query(
      `SELECT FROM people p WHERE p.id = $1 AND p.id <> $2 AND NOT ${banned} FOR SHARE`,
      [heir, id],
    );
    if (rowCount === 0)
      throw new AppError('invalid_input', undefined, {
        details: [{ path: 'transfer_to', message: 'must be another person who can sign in' }],
      });
  };

  return {
    /** A person who may sign in. */
    async findActive(id: string): Promise<Account | undefined> {
      const { rows } = await pool.query({
        name: 'people.find_active',
        text: `SELECT ${accountColumns} FROM people p WHERE p.id = $1 AND NOT ${banned}`,
        values: [id],
      });
      return rows[0];
    },

    async isEmpty(): Promise<boolean> {
      return !(await pool.query('SELECT EXISTS (SELECT FROM people) AS any')).rows[0].any;
    },

    async makeAdmin(email: string): Promise<boolean> {
      const text = `UPDATE people SET role = 'admin', updated_at = now() WHERE email = $1`;
      return (await pool.query(text, [email])).rowCount === 1;
    },

    /**
     * Adds a person. The first of all becomes administrator, however many arrive at once: they take turns. An invitation is
     * used up with it, or not at all. Throws `registration_closed`, `email_taken`, `link_used`, `invitation_for_another`.
     * @param mayJoin whether others than the first may; asked inside, where the answer cannot go stale.
     * @param also adds how the person signs in, in the same transaction
     */
    add: (
      given: NewPerson,
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
          `INSERT INTO people AS p (id, email, email_verified, name, locale, role, must_change_password)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING RETURNING ${accountColumns}`,
          [
            given.id,
            given.email,
            given.emailVerified || Boolean(invited),
            given.name,
            given.locale,
            role,
            given.mustChange ?? false,
          ],
        );
        if (added.rowCount === 0) throw new AppError('email_taken');
        if (given.passwordHash !== undefined)
          await client.query('INSERT INTO passwords (person_id, hash) VALUES ($1, $2)', [given.id, given.passwordHash]);
        await also(client, added.rows[0]);
        return added.rows[0] as Account;
      }),

    checkHeir: (id: string, heir: string): Promise<void> => takeHeir(pool, id, heir),

    async find(id: string): Promise<ListedPerson | undefined> {
      return (await pool.query(`SELECT ${listed} FROM people p WHERE p.id = $1`, [id])).rows[0];
    },

    /** Newest first, one more than `limit` where there are more: ids begin with the time they were made. */
    async list({ search, role, status, limit, after }: PeopleFilter): Promise<ListedPerson[]> {
      const { rows } = await pool.query(
        `SELECT ${listed} FROM people p
         WHERE ($1::text IS NULL OR strpos(lower(p.name), lower($1)) > 0 OR strpos(p.email, lower($1)) > 0)
           AND ($2::text IS NULL OR p.role = $2) AND ($3::boolean IS NULL OR ${banned} = $3)
           AND ($4::text IS NULL OR p.id < $4)
         ORDER BY p.id DESC LIMIT $5`,
        [search || null, role ?? null, status === undefined ? null : status === 'disabled', after ?? null, limit + 1],
      );
      return rows;
    },

    /** Throws `not_found`, `last_admin`, `email_taken`. Disabling ends all sessions. `also` is told how it was before. */
    change: (
      id: string,
      change: PersonChange,
      also: (client: PoolClient, before: ListedPerson) => Promise<void>,
    ): Promise<ListedPerson> =>
      transaction(pool, async (client) => {
        const before =
          change.role === 'user' || change.disabled === true
            ? await takeAdministrator(client, id)
            : await take(client, id);
        try {
          await client.query(
            `UPDATE people SET email = coalesce($2, email), name = coalesce($3, name), locale = coalesce($4, locale),
               role = coalesce($5, role), banned = coalesce($6, banned),
               ban_expires = CASE WHEN $6 IS NULL THEN ban_expires END, updated_at = now() WHERE id = $1`,
            [
              id,
              change.email ?? null,
              change.name ?? null,
              change.locale ?? null,
              change.role ?? null,
              change.disabled ?? null,
            ],
          );
        } catch (error) {
          throw (error as { code?: unknown }).code === '23505'
            ? new AppError('email_taken', undefined, { cause: error })
            : error;
        }
        if (change.disabled === true) await endSessions(client, id);
        if (change.two_factor === false) {
          await client.query('DELETE FROM second_factors WHERE person_id = $1', [id]);
          // Passkeys of the second factor go with it, where the password is still a way in.
          await client.query(
            `DELETE FROM passkeys k USING people p
             WHERE p.id = $1 AND k.person_id = p.id AND p.passkey_after_password
               AND EXISTS (SELECT FROM passwords WHERE person_id = $1)`,
            [id],
          );
          await client.query('UPDATE people SET passkey_after_password = false WHERE id = $1', [id]);
        }
        await also(client, before);
        return take(client, id);
      }),

    /**
     * Sets a password. All sessions end but `keep`, with which API keys, passkeys and providers stay too; links to reset it are
     * void.
     */
    setPassword: (
      id: string,
      hash: string,
      { mustChange, keep }: { mustChange: boolean; keep?: string },
      also: (client: PoolClient, person: ListedPerson) => Promise<void>,
    ): Promise<void> =>
      transaction(pool, async (client) => {
        const person = await take(client, id);
        await client.query(
          `INSERT INTO passwords (person_id, hash) VALUES ($1, $2)
           ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, updated_at = now()`,
          [id, hash],
        );
        await client.query('UPDATE people SET must_change_password = $2, updated_at = now() WHERE id = $1', [
          id,
          mustChange,
        ]);
        await client.query('DELETE FROM password_resets WHERE person_id = $1', [id]);
        await endSessions(client, id, { keep, keys: keep === undefined });
        if (keep === undefined) await removeOtherWays(client, id);
        await also(client, person);
      }),

    /**
     * Throws `not_found`, `last_admin`. Everything of accounts goes with the person.
     * @param heir who inherits in `also`; stays an active person until the end. Throws `invalid_input` for anybody else.
     */
    remove: (
      id: string,
      heir: string | null,
      also: (client: PoolClient, person: ListedPerson) => Promise<void>,
    ): Promise<void> =>
      transaction(pool, async (client) => {
        const person = await takeAdministrator(client, id);
        if (heir !== null) await takeHeir(client, id, heir);
        await also(client, person);
        await client.query('DELETE FROM people WHERE id = $1', [id]);
      }),

    signOut: (id: string, also: (client: PoolClient, person: ListedPerson) => Promise<void>): Promise<void> =>
      transaction(pool, async (client) => {
        const person = await take(client, id);
        await endSessions(client, id);
        await also(client, person);
      }),
  };
}
