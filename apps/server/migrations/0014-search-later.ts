import { type Kysely, sql } from 'kysely';

/**
 * What was said is put into the index behind the statement that stores it: null terms are owed. What holds no words was null
 * before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`UPDATE items SET terms = '' WHERE terms IS NULL AND NOT hidden`.execute(db);
  await sql`CREATE INDEX items_unindexed ON items (conversation_id) WHERE terms IS NULL AND NOT hidden`.execute(db);
}
