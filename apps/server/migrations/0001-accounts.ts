import { type Kysely, sql } from 'kysely';

/**
 * People and how they are known. `people`, `sessions`, `sign_ins` and `verifications` are Better Auth's four tables under
 * our names; refresh tokens are our own (docs/decisions/0003-sessions-and-tokens.md).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE people (
      id text PRIMARY KEY,
      email text NOT NULL UNIQUE CHECK (email = lower(email)),
      email_verified boolean NOT NULL DEFAULT false,
      name text NOT NULL,
      image text,
      locale text NOT NULL DEFAULT 'en',
      role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
      banned boolean NOT NULL DEFAULT false,
      ban_reason text,
      ban_expires timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);

  await sql`
    CREATE TABLE sessions (
      id text PRIMARY KEY,
      token text NOT NULL UNIQUE,
      person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
      expires_at timestamptz NOT NULL,
      ip_address text,
      user_agent text,
      impersonated_by text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`CREATE INDEX sessions_by_person ON sessions (person_id)`.execute(db);

  await sql`
    CREATE TABLE sign_ins (
      id text PRIMARY KEY,
      person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
      provider_id text NOT NULL,
      account_id text NOT NULL,
      password text,
      access_token text,
      refresh_token text,
      id_token text,
      access_token_expires_at timestamptz,
      refresh_token_expires_at timestamptz,
      scope text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      UNIQUE (provider_id, account_id)
    )`.execute(db);
  await sql`CREATE INDEX sign_ins_by_person ON sign_ins (person_id)`.execute(db);

  await sql`
    CREATE TABLE verifications (
      id text PRIMARY KEY,
      identifier text NOT NULL,
      value text NOT NULL,
      expires_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`CREATE INDEX verifications_by_identifier ON verifications (identifier)`.execute(db);

  // One sign-in of a program: its refresh token changes at each use, and all that follow from it end together.
  await sql`
    CREATE TABLE token_families (
      id text PRIMARY KEY,
      person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      revoked_at timestamptz
    )`.execute(db);
  await sql`CREATE INDEX token_families_by_person ON token_families (person_id)`.execute(db);

  await sql`
    CREATE TABLE refresh_tokens (
      hash bytea PRIMARY KEY,
      family_id text NOT NULL REFERENCES token_families ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    )`.execute(db);
  await sql`CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id)`.execute(db);
}
