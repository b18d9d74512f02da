import { type Kysely, sql } from 'kysely';

/**
 * Sessions of ChatKit end with the session that made them, and are listed beside it. `standing_sessions` is every session
 * that still lets somebody in, of whichever kind, unless its `expires_at` has passed. Sessions made before nobody knows
 * by which are ended.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`DELETE FROM chatkit_sessions`.execute(db);
  await sql`
    ALTER TABLE chatkit_sessions
      ADD COLUMN session_id text NOT NULL,
      ADD COLUMN user_agent text NOT NULL DEFAULT '',
      ADD COLUMN ip_address text NOT NULL DEFAULT '',
      ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now()`.execute(db);
  await sql`
    CREATE VIEW standing_sessions AS
      SELECT 'browser' AS kind, id, person_id, created_at, last_seen_at, expires_at, user_agent, ip_address FROM sessions
      UNION ALL
      SELECT 'program', id, person_id, created_at, last_seen_at, expires_at, user_agent, ip_address FROM token_families
      WHERE revoked_at IS NULL
      UNION ALL
      SELECT 'chatkit', c.id, c.person_id, c.created_at, c.last_seen_at, least(c.expires_at, maker.expires_at),
        c.user_agent, c.ip_address
      FROM chatkit_sessions c JOIN LATERAL (
        SELECT expires_at FROM sessions WHERE id = c.session_id AND person_id = c.person_id
        UNION ALL
        SELECT expires_at FROM token_families
        WHERE id = c.session_id AND person_id = c.person_id AND revoked_at IS NULL
      ) maker ON true`.execute(db);
}
