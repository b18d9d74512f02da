import { type Kysely, sql } from 'kysely';

/**
 * What administration and people's own accounts need: second factors, one-time links, where somebody is signed in, and the
 * log of what administrators did. Whatever proves an identity is stored as a hash, or encrypted where it must be read again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE people
      ADD COLUMN must_change_password boolean NOT NULL DEFAULT false,
      ADD COLUMN last_seen_at timestamptz`.execute(db);
  await sql`ALTER TABLE sessions ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now()`.execute(db);
  await sql`
    ALTER TABLE token_families
      ADD COLUMN ip_address text,
      ADD COLUMN user_agent text,
      ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now()`.execute(db);

  // In force once it is confirmed. last_step is the newest time step whose code was used: no code works twice.
  await sql`
    CREATE TABLE second_factors (
      person_id text PRIMARY KEY REFERENCES people ON DELETE CASCADE,
      secret bytea NOT NULL,
      last_step bigint NOT NULL DEFAULT 0,
      confirmed_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`
    CREATE TABLE recovery_codes (
      person_id text NOT NULL REFERENCES second_factors ON DELETE CASCADE,
      hash bytea NOT NULL,
      used_at timestamptz,
      PRIMARY KEY (person_id, hash)
    )`.execute(db);

  await sql`
    CREATE TABLE password_resets (
      hash bytea PRIMARY KEY,
      person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    )`.execute(db);
  await sql`CREATE INDEX password_resets_by_person ON password_resets (person_id)`.execute(db);

  await sql`
    CREATE TABLE invitations (
      id text PRIMARY KEY,
      hash bytea NOT NULL UNIQUE,
      email text NOT NULL CHECK (email = lower(email)),
      role text NOT NULL CHECK (role IN ('user', 'admin')),
      invited_by_id text NOT NULL,
      invited_by_name text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    )`.execute(db);

  // No references: the log outlives the people in it, and keeps their names as they were.
  await sql`
    CREATE TABLE audit_log (
      id text PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now(),
      action text NOT NULL,
      actor_id text NOT NULL,
      actor_name text NOT NULL,
      target_id text NOT NULL,
      target_name text NOT NULL,
      details jsonb NOT NULL DEFAULT '{}',
      ip text NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX audit_log_by_target ON audit_log (target_id, id DESC)`.execute(db);
  await sql`CREATE INDEX audit_log_by_action ON audit_log (action, id DESC)`.execute(db);
}
