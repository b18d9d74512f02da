import { type Kysely, sql } from 'kysely';

/** When all of a person's sessions were last ended. What is not kept here, such as a session in Redis, is held against it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE people ADD COLUMN signed_out_at timestamptz`.execute(db);
}
