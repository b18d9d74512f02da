import { type Kysely, sql } from 'kysely';

/**
 * What is known of a file; its bytes are elsewhere. It belongs to who uploaded it, and once it is sent, it goes with its
 * conversation. `payload` is the attachment as ChatKit knows it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE attachments (
      id text PRIMARY KEY,
      owner_id text NOT NULL,
      conversation_id text REFERENCES conversations ON DELETE CASCADE,
      payload json NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`CREATE INDEX attachments_by_owner ON attachments (owner_id, created_at)`.execute(db);
  await sql`CREATE INDEX attachments_by_conversation ON attachments (conversation_id)`.execute(db);
}
