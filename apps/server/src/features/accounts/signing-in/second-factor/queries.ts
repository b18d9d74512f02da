import type { Pool } from 'pg';
import { transaction } from '../../../../platform/database/transaction.ts';

export type SecondFactorRow = { secret: Buffer; lastStep: number; confirmed: boolean };

export type SecondFactorQueries = ReturnType<typeof createSecondFactorQueries>;

/** Second factors and their recovery codes. */
export function createSecondFactorQueries(pool: Pool) {
  const changed = async (text: string, values: unknown[]) => ((await pool.query(text, values)).rowCount ?? 0) > 0;

  return {
    async find(personId: string): Promise<SecondFactorRow | undefined> {
      const { rows } = await pool.query(
        `SELECT secret, last_step AS "lastStep", confirmed_at IS NOT NULL AS confirmed FROM second_factors WHERE person_id = $1`,
        [personId],
      );
      return rows[0];
    },

    /** Begins anew; what was not confirmed is forgotten. False when one is in force. */
    begin: (personId: string, secret: Buffer, recoveryHashes: Buffer[]): Promise<boolean> =>
      transaction(pool, async (client) => {
        await client.query('DELETE FROM second_factors WHERE person_id = $1 AND confirmed_at IS NULL', [personId]);
        const added = await client.query(
          'INSERT INTO second_factors (person_id, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING',
          [personId, secret],
        );
        if (added.rowCount === 0) return false;
        await client.query('INSERT INTO recovery_codes (person_id, hash) SELECT $1, unnest($2::bytea[])', [
          personId,
          recoveryHashes,
        ]);
        return true;
      }),

    /** Of several who bring the same code at once, one gets true. */
    useStep: (personId: string, step: number) =>
      changed(
        'UPDATE second_factors SET last_step = $2 WHERE person_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL',
        [personId, step],
      ),

    confirm: (personId: string, step: number) =>
      changed(
        'UPDATE second_factors SET last_step = $2, confirmed_at = now() WHERE person_id = $1 AND confirmed_at IS NULL',
        [personId, step],
      ),

    useRecoveryCode: (personId: string, hash: Buffer) =>
      changed(
        `UPDATE recovery_codes SET used_at = now() WHERE person_id = $1 AND hash = $2 AND used_at IS NULL
           AND EXISTS (SELECT FROM second_factors s WHERE s.person_id = $1 AND s.confirmed_at IS NOT NULL)`,
        [personId, hash],
      ),

    remove: (personId: string) => changed('DELETE FROM second_factors WHERE person_id = $1', [personId]),
  };
}
