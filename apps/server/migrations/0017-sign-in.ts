import { type Kysely, sql } from 'kysely';

/**
 * Every way to sign in leads to one table of sessions (docs/decisions/0021-sign-in.md): browsers, programs and API keys.
 * Sessions and refresh tokens of the former tables stay good. Only hashes of what opens a session are kept from now on.
 *
 * The former version cannot run beside this one: it reads the tables that are gone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);

  await run('DROP VIEW standing_sessions');
  await run(`ALTER TABLE sessions
    ADD COLUMN kind text NOT NULL DEFAULT 'browser' CHECK (kind IN ('browser', 'program', 'key')),
    ADD COLUMN secret_hash bytea UNIQUE,
    ADD COLUMN name text,
    ADD COLUMN hint text,
    ADD COLUMN scopes text[],
    ALTER COLUMN token DROP NOT NULL,
    ALTER COLUMN last_seen_at DROP NOT NULL`);
  await run('ALTER TABLE sessions ALTER COLUMN kind DROP DEFAULT');
  await run(`UPDATE sessions SET secret_hash = sha256(convert_to(token, 'UTF8'))`);
  await run(`INSERT INTO sessions (id, kind, person_id, created_at, expires_at, last_seen_at, ip_address, user_agent)
    SELECT id, 'program', person_id, created_at, expires_at, last_seen_at, ip_address, user_agent
    FROM token_families WHERE revoked_at IS NULL`);
  await run('ALTER TABLE sessions DROP COLUMN token, DROP COLUMN impersonated_by, DROP COLUMN updated_at');
  // An API key may have no end: 'infinity' compares like any other time.
  await run(`ALTER TABLE sessions ADD CONSTRAINT sessions_key_check
    CHECK ((kind = 'key') = (scopes IS NOT NULL AND name IS NOT NULL) AND (kind = 'program') = (secret_hash IS NULL))`);

  await run('ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_family_id_fkey');
  await run('ALTER TABLE refresh_tokens RENAME COLUMN family_id TO session_id');
  await run('ALTER INDEX refresh_tokens_by_family RENAME TO refresh_tokens_by_session');
  await run('DELETE FROM refresh_tokens t WHERE NOT EXISTS (SELECT FROM sessions s WHERE s.id = t.session_id)');
  await run(`ALTER TABLE refresh_tokens ADD CONSTRAINT refresh_tokens_session_id_fkey
    FOREIGN KEY (session_id) REFERENCES sessions ON DELETE CASCADE`);
  await run('DROP TABLE token_families, verifications');

  // Sessions of ChatKit end with the session that made them. In this view is whatever lets somebody in.
  await run(`CREATE VIEW standing_sessions AS
    SELECT kind, id, person_id, created_at, last_seen_at, expires_at, user_agent, ip_address FROM sessions
    UNION ALL
    SELECT 'chatkit', c.id, c.person_id, c.created_at, c.last_seen_at, least(c.expires_at, maker.expires_at),
      c.user_agent, c.ip_address
    FROM chatkit_sessions c JOIN sessions maker ON maker.id = c.session_id AND maker.person_id = c.person_id`);

  await run(`CREATE TABLE passwords (
    person_id text PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    hash text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now())`);
  await run(`INSERT INTO passwords (person_id, hash, updated_at)
    SELECT person_id, password, updated_at FROM sign_ins WHERE provider_id = 'credential' AND password IS NOT NULL`);
  await run('DROP TABLE sign_ins');

  // Who somebody is at another provider. By issuer, not by the name that the settings have for it: a name may be given to
  // another provider, whose subjects are other people.
  await run(`CREATE TABLE provider_accounts (
    issuer text NOT NULL,
    subject text NOT NULL,
    person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    PRIMARY KEY (issuer, subject))`);
  await run('CREATE UNIQUE INDEX provider_accounts_by_person ON provider_accounts (person_id, issuer)');

  await run(`CREATE TABLE passkeys (
    id text PRIMARY KEY,
    person_id text NOT NULL REFERENCES people ON DELETE CASCADE,
    name text NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    transports text[] NOT NULL,
    backed_up boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz)`);
  await run('CREATE INDEX passkeys_by_person ON passkeys (person_id)');
  await run('ALTER TABLE people ADD COLUMN passkey_after_password boolean NOT NULL DEFAULT false');
  // Whose address an administrator chose is who the administrator says they are. An invitation was used when the account was
  // made: somebody who registered with the address of a former colleague was not invited by it.
  await run(`UPDATE people p SET email_verified = true
    WHERE EXISTS (SELECT FROM invitations i
                  WHERE i.email = p.email AND i.used_at BETWEEN p.created_at - interval '1 minute' AND p.created_at + interval '1 minute')
       OR id IN (SELECT target_id FROM audit_log WHERE action = 'user.created')`);

  // What is begun and not finished: a question for a second factor, a passkey, a provider. Each is used once.
  await run(`CREATE TABLE tickets (
    hash bytea PRIMARY KEY,
    purpose text NOT NULL,
    person_id text REFERENCES people ON DELETE CASCADE,
    data jsonb NOT NULL,
    expires_at timestamptz NOT NULL)`);
  await run('CREATE INDEX tickets_by_person ON tickets (person_id)');
  await run('CREATE INDEX tickets_by_end ON tickets (expires_at)');
}
