import { type Kysely, sql } from 'kysely';

/**
 * Where the bytes of attachments are, and the bytes that nobody needs any more.
 *
 * `file_removals` is a list of promises: bytes under these keys are to be removed when they are due. It is written in the
 * same transaction as whatever makes them superfluous, so neither a crash nor a cascade from a deleted thread leaves bytes
 * behind; and before an upload writes anything, so that an upload that is cut off is cleaned up too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE attachments
      ADD COLUMN state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'stored')),
      ADD COLUMN size bigint,
      ADD COLUMN file_key text UNIQUE`.execute(db);
  await sql`
    CREATE INDEX attachments_unsent ON attachments (created_at) WHERE conversation_id IS NULL`.execute(db);

  await sql`
    CREATE TABLE file_removals (
      key text PRIMARY KEY,
      due_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);
  await sql`CREATE INDEX file_removals_by_due ON file_removals (due_at)`.execute(db);

  await sql`
    CREATE FUNCTION release_attachment_file() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO file_removals (key) VALUES (OLD.file_key) ON CONFLICT (key) DO UPDATE SET due_at = now();
      RETURN NULL;
    END $$`.execute(db);
  await sql`
    CREATE TRIGGER attachments_release_file AFTER DELETE ON attachments
      FOR EACH ROW WHEN (OLD.file_key IS NOT NULL) EXECUTE FUNCTION release_attachment_file()`.execute(db);
}
