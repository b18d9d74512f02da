import pg from 'pg';
import { migrate } from '../migrate.ts';
import { createMigrator } from '../migrator.ts';

/** The longest wait of one statement, in milliseconds, and the number of statements. */
export type Use = { longestMs: number; statements: number; added: string[] };

const perConversation = 100;
const person = 'usr_former';

/** Makes the tables as the version before the engine had them, with so many items, and an answer in flight. */
export async function fillFormerVersion(url: string, items: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const { error } = await createMigrator(pool).migrateTo('0015-process-leases');
  if (error) throw error;
  const conversations = Math.ceil(items / perConversation);
  await pool.query(
    `INSERT INTO conversations (id, kind, metadata, allowed_image_domains, last_event, last_seq, created_at, updated_at)
     SELECT 'thr_' || c, 'assistant', '{"k":1}', CASE WHEN c = 1 THEN '["a.example"]'::json END, ${perConversation}, ${perConversation}, now(), now()
     FROM generate_series(1, ${conversations}) c`,
  );
  await pool.query(
    `INSERT INTO participants (conversation_id, person_id, role) SELECT id, '${person}', 'owner' FROM conversations`,
  );
  // Conversations take turns, so that the order of creation differs from that of the rows.
  await pool.query(
    `INSERT INTO items (conversation_id, seq, id, type, author_id, client_id, payload, created_at, terms)
     SELECT 'thr_' || c, s, 'msg_' || c || '_' || s, 'message', '${person}', CASE WHEN s = 1 THEN 'key_' || c END,
       json_build_object('text', 'word' || c || ' and ' || repeat('something that is said ', 10)),
       timestamptz '2026-01-01' + (s * ${conversations} + c) * interval '1 second',
       CASE WHEN s % 2 = 0 THEN to_tsvector('simple', 'word' || c) END
     FROM generate_series(1, ${conversations}) c, generate_series(1, ${perConversation}) s`,
  );
  await pool.query(
    `INSERT INTO events (conversation_id, n, type, item_id) SELECT conversation_id, seq, 'item.done', id FROM items`,
  );
  await pool.query(
    `INSERT INTO runs (id, conversation_id, person_id, process_key, state, pending)
     VALUES ('run_former', 'thr_1', '${person}', 4711, 'running', $1)`,
    [JSON.stringify([{ id: 'msg_half', type: 'message', payload: { text: 'half an ans' }, createdAt: new Date() }])],
  );
  await pool.end();
}

const mayAccess = 'EXISTS (SELECT 1 FROM participants p WHERE p.conversation_id = $1 AND p.person_id = $2)';

/** The constant work of the former version: its statements, letter by letter, under their names. */
async function useFormerVersion(url: string, who: number, isOver: () => boolean): Promise<Use> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 30_000 });
  await client.connect();
  const use: Use = { longestMs: 0, statements: 0, added: [] };
  const ask = async (name: string, text: string, values: unknown[]) => {
    const began = performance.now();
    const { rowCount } = await client.query({ name, text, values });
    if (rowCount !== 1) throw new Error(`${name} changed ${rowCount} rows`);
    use.longestMs = Math.max(use.longestMs, performance.now() - began);
    use.statements++;
  };
  for (let n = 0; n < 5 || !isOver(); n++) {
    const [id, item] = [`thr_new_${who}_${n}`, `msg_new_${who}_${n}`];
    await ask(
      'create',
      `WITH c AS (
         INSERT INTO conversations (id, title, status, metadata, allowed_image_domains, kind, created_at, updated_at, last_event)
         VALUES ($1, NULL, '{"type":"active"}', '{}', $3, 'assistant', now(), now(), 1)
         ON CONFLICT (id) DO NOTHING RETURNING id, last_event
       ), p AS (
         INSERT INTO participants (conversation_id, person_id, role) SELECT c.id, $2, 'owner' FROM c
       ), e AS (
         INSERT INTO events (conversation_id, n, type) SELECT c.id, 1, 'conversation.created' FROM c
       ) SELECT last_event FROM c`,
      [id, person, '["b.example"]'],
    );
    await ask(
      'put-item',
      `WITH c AS (
         UPDATE conversations SET last_event = last_event + 1, last_seq = last_seq + 1, updated_at = now()
         WHERE id = $1 AND ${mayAccess} RETURNING last_event, last_seq
       ), i AS (
         INSERT INTO items (conversation_id, id, seq, type, hidden, author_id, client_id, payload, created_at)
         SELECT $1, $3, c.last_seq, $4, $5, $6, $7, $8, $9 FROM c
         ON CONFLICT (conversation_id, id) DO UPDATE
         SET type = excluded.type, hidden = excluded.hidden, payload = excluded.payload, terms = NULL
       ), e AS (
         INSERT INTO events (conversation_id, n, type, item_id) SELECT $1, c.last_event, $10, $3 FROM c
       ) SELECT last_event FROM c`,
      [id, person, item, 'message', false, person, `key_new_${who}_${n}`, '{"text":"newest"}', new Date(), 'item.done'],
    );
    use.added.push(item);
    await ask(
      'checkpoint',
      `UPDATE runs SET pending = $2 WHERE id = $1 AND state = 'running' RETURNING stop_requested`,
      [
        'run_former',
        JSON.stringify([{ id: 'msg_half', type: 'message', payload: { text: 'half an ans' }, createdAt: new Date() }]),
      ],
    );
    await ask(
      'find',
      `SELECT c.id, c.metadata, c.allowed_image_domains, c.last_event FROM conversations c WHERE c.id = $1 AND ${mayAccess}`,
      [id, person],
    );
  }
  await client.end();
  return use;
}

/** Migrates the former version's tables while that version goes on working on them. */
export async function migrateWhileUsed(url: string): Promise<Use & { migrationMs: number }> {
  let over = false;
  const using = Promise.all([1, 2, 3].map((who) => useFormerVersion(url, who, () => over)));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const began = performance.now();
  await migrate(client).finally(() => {
    over = true;
  });
  const migrationMs = performance.now() - began;
  await client.end();
  const uses = await using;
  return {
    longestMs: Math.max(...uses.map(({ longestMs }) => longestMs)),
    statements: uses.reduce((sum, { statements }) => sum + statements, 0),
    added: uses.flatMap(({ added }) => added),
    migrationMs,
  };
}

export const formerPerson = person;
