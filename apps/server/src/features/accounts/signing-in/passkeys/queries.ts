import type { Pool } from 'pg';
import { transaction } from '../../../../platform/database/transaction.ts';
import { takeWaysToSignIn } from '../queries.ts';

/** A passkey as the server keeps it. `id` is the credential's id in base64url. */
export type PasskeyRow = {
  id: string;
  personId: string;
  name: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  backedUp: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
};

const columns = `id, person_id AS "personId", name, public_key AS "publicKey", counter::float8 AS counter, transports,
  backed_up AS "backedUp", created_at AS "createdAt", last_used_at AS "lastUsedAt"`;

export type PasskeyQueries = ReturnType<typeof createPasskeyQueries>;

/** @param issuers the providers of the settings */
export function createPasskeyQueries(pool: Pool, issuers: string[]) {
  return {
    async list(personId: string): Promise<PasskeyRow[]> {
      const { rows } = await pool.query(
        `SELECT ${columns} FROM passkeys WHERE person_id = $1 ORDER BY created_at, id`,
        [personId],
      );
      return rows;
    },

    async find(id: string): Promise<PasskeyRow | undefined> {
      return (await pool.query(`SELECT ${columns} FROM passkeys WHERE id = $1`, [id])).rows[0];
    },

    /** False when the credential is known already, or the person has `most`. */
    add: (key: Omit<PasskeyRow, 'createdAt' | 'lastUsedAt'>, most: number): Promise<boolean> =>
      transaction(pool, async (client) => {
        await client.query('SELECT FROM people WHERE id = $1 FOR NO KEY UPDATE', [key.personId]);
        const { rowCount } = await client.query(
          `INSERT INTO passkeys (id, person_id, name, public_key, counter, transports, backed_up)
           SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM passkeys WHERE person_id = $2) < $8
           ON CONFLICT DO NOTHING`,
          [key.id, key.personId, key.name, key.publicKey, key.counter, key.transports, key.backedUp, most],
        );
        return rowCount === 1;
      }),

    /**
     * Notes that the passkey was used. False when its counter did not grow since: of a key and its copy, which count for
     * themselves, one is behind. Many authenticators do not count and say 0 each time.
     */
    async use(id: string, counter: number, backedUp: boolean): Promise<boolean> {
      const { rowCount } = await pool.query(
        `UPDATE passkeys SET counter = $2, backed_up = $3, last_used_at = now()
         WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))`,
        [id, counter, backedUp],
      );
      return rowCount === 1;
    },

    async rename(personId: string, id: string, name: string): Promise<boolean> {
      const text = 'UPDATE passkeys SET name = $3 WHERE person_id = $1 AND id = $2';
      return (await pool.query(text, [personId, id, name])).rowCount === 1;
    },

    /** False when the person has no such passkey. Throws `last_sign_in_way`. */
    remove: (personId: string, id: string): Promise<boolean> =>
      transaction(pool, async (client) => {
        const ways = await takeWaysToSignIn(client, personId, issuers);
        const { rowCount } = await client.query('DELETE FROM passkeys WHERE person_id = $1 AND id = $2', [
          personId,
          id,
        ]);
        if (rowCount === 0) return false;
        await ways.refuseLast();
        await client.query(
          `UPDATE people SET passkey_after_password = false
           WHERE id = $1 AND NOT EXISTS (SELECT FROM passkeys WHERE person_id = $1)`,
          [personId],
        );
        return true;
      }),

    /** Whether the password asks for a passkey too. False when there is none to ask for. */
    async setAfterPassword(personId: string, wanted: boolean): Promise<boolean> {
      const { rowCount } = await pool.query(
        `UPDATE people SET passkey_after_password = $2
         WHERE id = $1 AND (NOT $2 OR EXISTS (SELECT FROM passkeys WHERE person_id = $1))`,
        [personId, wanted],
      );
      return rowCount === 1;
    },
  };
}
