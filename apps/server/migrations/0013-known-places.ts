import { type Kysely, sql } from 'kysely';

/**
 * Where people signed in from, so that strangers who guess cannot keep them out. A mark is a keyed hash of account and
 * address: the table tells nobody who was where.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE known_places (mark bytea PRIMARY KEY, expires_at timestamptz NOT NULL)`.execute(db);
  await sql`CREATE INDEX known_places_by_end ON known_places (expires_at)`.execute(db);
}
