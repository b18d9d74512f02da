import { type Kysely, sql } from 'kysely';

/** Sessions made by `POST /api/create-session`. The token itself is nowhere, only its SHA-256. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE chatkit_sessions (
      id text PRIMARY KEY,
      token_hash bytea NOT NULL UNIQUE,
      person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
      workflow_id text NOT NULL,
      file_upload boolean NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX chatkit_sessions_by_person ON chatkit_sessions (person_id, expires_at)`.execute(db);
  await sql`CREATE INDEX chatkit_sessions_by_end ON chatkit_sessions (expires_at)`.execute(db);
}
