import { type Kysely, sql } from 'kysely';
import { searchTerms } from '../src/platform/full-text/terms.ts';

/**
 * What was said can be searched: the terms of each item and title, which the doors give (the engine looks into no payload).
 * Terms are made here and not by the database's parser, which takes `今日は天気がいいですね` for one word.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE items ADD COLUMN terms tsvector`.execute(db);
  await sql`ALTER TABLE conversations ADD COLUMN title_terms tsvector`.execute(db);
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; title: string }>`
      SELECT id, title FROM conversations WHERE id > ${after} AND title IS NOT NULL ORDER BY id LIMIT 500`.execute(db);
    for (const { id, title } of rows)
      await sql`UPDATE conversations SET title_terms = array_to_tsvector(${searchTerms(title)}::text[]) WHERE id = ${id}`.execute(
        db,
      );
    if (rows.length < 500) break;
    after = rows.at(-1)!.id;
  }
  for (let [conversation, seq] = ['', '0']; ; ) {
    const { rows } = await sql<{ conversation_id: string; seq: string; text: string }>`
      SELECT conversation_id, seq, (
        SELECT string_agg(part->>'text', E'\n') FROM json_array_elements(payload->'content') part) AS text
      FROM items
      WHERE (conversation_id, seq) > (${conversation}, ${seq}::bigint) AND type IN ('user_message', 'assistant_message')
        AND NOT hidden AND json_typeof(payload->'content') = 'array'
      ORDER BY conversation_id, seq LIMIT 500`.execute(db);
    for (const row of rows) {
      if (row.text === null) continue;
      await sql`UPDATE items SET terms = array_to_tsvector(${searchTerms(row.text)}::text[])
        WHERE conversation_id = ${row.conversation_id} AND seq = ${row.seq}::bigint`.execute(db);
    }
    if (rows.length < 500) break;
    [conversation, seq] = [rows.at(-1)!.conversation_id, rows.at(-1)!.seq];
  }
  await sql`CREATE INDEX items_by_term ON items USING gin (terms)`.execute(db);
}
