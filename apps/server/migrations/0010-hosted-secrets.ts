import { type Kysely, sql } from 'kysely';

/**
 * Whom a client secret of hosted ChatKit was given to, and in which session: the relay serves nobody else. The secret itself
 * is nowhere, only its SHA-256.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE hosted_secrets (
      hash bytea PRIMARY KEY,
      person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
      session_id text NOT NULL,
      expires_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX hosted_secrets_by_person ON hosted_secrets (person_id, expires_at)`.execute(db);
}
