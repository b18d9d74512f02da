import { type Kysely, sql } from 'kysely';

/** Each process of the installation, by the key that its runs name; `beat` moves as long as it lives. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE processes (
    key bigint PRIMARY KEY,
    beat bigint NOT NULL,
    seen_at timestamptz NOT NULL
  )`.execute(db);
}
