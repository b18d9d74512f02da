import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../../errors.ts';
import { transaction } from '../../../platform/database/transaction.ts';
import type { Account } from '../person.ts';
import { accountColumns, banned, endSessions } from '../queries.ts';

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

const listed = `${accountColumns}, ${banned} AS disabled, p.created_at, p.last_seen_at`;

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
        if (change.two_factor === false) await client.query('DELETE FROM second_factors WHERE person_id = $1', [id]);
        await also(client, before);
        return take(client, id);
      }),

    /** Sets a password. All sessions end but `keep`; links to reset it are void. */
    setPassword: (
      id: string,
      hash: string,
      { mustChange, keep }: { mustChange: boolean; keep?: string },
      also: (client: PoolClient, person: ListedPerson) => Promise<void>,
    ): Promise<void> =>
      transaction(pool, async (client) => {
        const person = await take(client, id);
        await client.query(
          `INSERT INTO sign_ins (id, person_id, provider_id, account_id, password) VALUES ($1, $1, 'credential', $1, $2)
           ON CONFLICT (provider_id, account_id) DO UPDATE SET password = excluded.password, updated_at = now()`,
          [id, hash],
        );
        await client.query('UPDATE people SET must_change_password = $2, updated_at = now() WHERE id = $1', [
          id,
          mustChange,
        ]);
        await client.query('DELETE FROM password_resets WHERE person_id = $1', [id]);
        await endSessions(client, id, keep);
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
