import type { Pool } from 'pg';

/** The person and the session that a client secret was issued to. */
export type SecretHolder = { personId: string; sessionId: string };

export type HostedQueries = ReturnType<typeof createHostedQueries>;

/** The only SQL of hosted ChatKit. */
export function createHostedQueries(pool: Pool) {
  return {
    /** Stores the holder of a secret until it expires, and removes that person's expired ones. */
    async addSecret(hash: Buffer, { personId, sessionId }: SecretHolder, expiresAt: Date): Promise<void> {
      await pool.query({
        name: 'hosted.add_secret',
        text: `WITH old AS (DELETE FROM hosted_secrets WHERE person_id = $2 AND expires_at < now())
               INSERT INTO hosted_secrets (hash, person_id, session_id, expires_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (hash) DO UPDATE SET person_id = $2, session_id = $3, expires_at = $4`,
        values: [hash, personId, sessionId, expiresAt],
      });
    },

    async findHolder(hash: Buffer, now: Date): Promise<SecretHolder | undefined> {
      const { rows } = await pool.query({
        name: 'hosted.find_holder',
        text: `SELECT person_id AS "personId", session_id AS "sessionId" FROM hosted_secrets
               WHERE hash = $1 AND expires_at > $2`,
        values: [hash, now],
      });
      return rows[0] as SecretHolder | undefined;
    },
  };
}
