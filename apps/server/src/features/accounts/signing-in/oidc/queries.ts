import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../../../errors.ts';
import { transaction } from '../../../../platform/database/transaction.ts';
import { accountColumns, banned } from '../../people/account-columns.ts';
import type { Account } from '../../people/person.ts';
import { endSessions } from '../../sessions/queries.ts';
import { takeWaysToSignIn } from '../queries.ts';

/** Somebody as a provider knows them. `email` is one that the provider verified, or empty. */
export type ProviderAccount = { issuer: string; subject: string; email: string };

/** A provider account that is connected. */
export type ConnectedAccount = ProviderAccount & { createdAt: Date; lastUsedAt: Date | null };

type Found = { account: Account; disabled: boolean };

export type OidcQueries = ReturnType<typeof createOidcQueries>;

/**
 * Who people are at other providers.
 * @param issuers the providers of the settings
 */
export function createOidcQueries(pool: Pool, issuers: string[]) {
  const one = async (text: string, values: unknown[]): Promise<Found | undefined> => {
    const row = (await pool.query(text, values)).rows[0];
    if (!row) return undefined;
    const { disabled, ...account } = row;
    return { account, disabled };
  };

  return {
    /** Whose account it is, noting that it is used. */
    use: ({ issuer, subject, email }: ProviderAccount) =>
      one(
        `WITH used AS (UPDATE provider_accounts SET last_used_at = now(), email = coalesce(nullif($3, ''), email)
                       WHERE issuer = $1 AND subject = $2 RETURNING person_id)
         SELECT ${accountColumns}, ${banned} AS disabled FROM used JOIN people p ON p.id = used.person_id`,
        [issuer, subject, email],
      ),

    /** Who has the address, and whether somebody we trust said that it is theirs. */
    async findByEmail(email: string): Promise<(Found & { verified: boolean }) | undefined> {
      const row = (
        await pool.query(
          `SELECT ${accountColumns}, ${banned} AS disabled, p.email_verified FROM people p WHERE p.email = $1`,
          [email],
        )
      ).rows[0];
      if (!row) return undefined;
      const { disabled, email_verified, ...account } = row;
      return { account, disabled, verified: email_verified };
    },

    /**
     * Connects a provider account to a person. Throws `already_linked` when it is another's, or the person has another of that
     * provider. The address of both, once the same, is verified.
     */
    connect: (personId: string, account: ProviderAccount): Promise<void> =>
      transaction(pool, (client) => connectProvider(client, personId, account)),

    /**
     * Connects an account whose owner comes from a provider for the first time. A temporary password goes, and with it what was
     * opened by it: somebody else knows it, and the owner may never have heard of it. Throws `already_linked`.
     */
    welcome: (personId: string, account: ProviderAccount): Promise<void> =>
      transaction(pool, async (client) => {
        await connectProvider(client, personId, account);
        const { rowCount } = await client.query(
          'UPDATE people SET must_change_password = false, updated_at = now() WHERE id = $1 AND must_change_password',
          [personId],
        );
        if (rowCount === 0) return;
        await client.query('DELETE FROM passwords WHERE person_id = $1', [personId]);
        await endSessions(client, personId);
      }),

    async list(personId: string): Promise<ConnectedAccount[]> {
      const { rows } = await pool.query(
        `SELECT issuer, subject, email, created_at AS "createdAt", last_used_at AS "lastUsedAt"
         FROM provider_accounts WHERE person_id = $1`,
        [personId],
      );
      return rows;
    },

    /** False when it is not connected. Throws `last_sign_in_way`. */
    disconnect: (personId: string, issuer: string): Promise<boolean> =>
      transaction(pool, async (client) => {
        const ways = await takeWaysToSignIn(client, personId, issuers);
        const { rowCount } = await client.query('DELETE FROM provider_accounts WHERE person_id = $1 AND issuer = $2', [
          personId,
          issuer,
        ]);
        if (rowCount === 0) return false;
        await ways.refuseLast();
        return true;
      }),
  };
}

/** The same inside a transaction, such as that which adds the person. */
export async function connectProvider(
  client: PoolClient,
  personId: string,
  { issuer, subject, email }: ProviderAccount,
): Promise<void> {
  const { rowCount } = await client
    .query(
      `INSERT INTO provider_accounts AS a (issuer, subject, person_id, email, last_used_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email WHERE a.person_id = excluded.person_id`,
      [issuer, subject, personId, email],
    )
    .catch((error) => {
      throw (error as { code?: unknown }).code === '23505'
        ? new AppError('already_linked', undefined, { cause: error })
        : error;
    });
  if (rowCount === 0) throw new AppError('already_linked');
  await client.query('UPDATE people SET email_verified = true WHERE id = $1 AND email = $2', [personId, email]);
}
