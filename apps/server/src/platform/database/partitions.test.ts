import { afterEach, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import { createMigrator } from './migrator.ts';
import { partTables, type TestDatabase, testDatabase } from './testing.ts';

let database: TestDatabase;
afterEach(() => database.close());

const parted = ['conversations', 'members', 'items', 'events', 'feedback', 'reactions'];

/** Forty conversations with something in every table, and what an operator may have put around them. */
async function filledDatabase() {
  database = await testDatabase();
  await database.pool.query(`
    INSERT INTO conversations (id, kind, title, last_event, last_seq)
      SELECT 'thr_' || c, 'group', 'about ' || c, 30, 30 FROM generate_series(1, 40) c;
    INSERT INTO members (conversation_id, person_id, role, read_to)
      SELECT 'thr_' || c, p, CASE p WHEN 'usr_ann' THEN 'owner' ELSE 'member' END, c
      FROM generate_series(1, 40) c, unnest(ARRAY['usr_ann', 'usr_bob']) p;
    INSERT INTO items (conversation_id, seq, id, type, author_id, client_id, payload, mentions, terms)
      SELECT 'thr_' || c, s, 'msg_' || s, 'message', 'usr_ann', 'key ' || s, json_build_object('z', 1, 'a', repeat('word ', s)),
        ARRAY['usr_bob'], 'word' FROM generate_series(1, 40) c, generate_series(1, 30) s;
    INSERT INTO events (conversation_id, n, type, item_id, payload)
      SELECT conversation_id, seq, 'item.done', id, '{"a": 1}' FROM items;
    INSERT INTO feedback (conversation_id, item_id, person_id, kind)
      SELECT conversation_id, id, 'usr_ann', 'positive' FROM items WHERE seq = 1;
    INSERT INTO reactions (conversation_id, item_id, person_id, reaction)
      SELECT conversation_id, id, 'usr_bob', '👍' FROM items WHERE seq = 2;
    INSERT INTO runs (id, conversation_id, person_id, process_key, state)
      SELECT 'run_' || c, 'thr_' || c, 'usr_ann', 1, 'done' FROM generate_series(1, 40) c;
    INSERT INTO attachments (id, owner_id, conversation_id, payload, file_key)
      SELECT 'atc_' || c, 'usr_ann', 'thr_' || c, '{}', 'file ' || c FROM generate_series(1, 40) c;
    GRANT SELECT ON items, participants TO PUBLIC;
    ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.01)`);
}

async function ask(text: string): Promise<unknown[]> {
  return (await database.pool.query({ text, rowMode: 'array' })).rows;
}

/** All rows, to the letter. */
async function rows() {
  const found: Record<string, unknown> = {};
  for (const table of [...parted, 'participants', 'runs', 'attachments'])
    found[table] = await ask(`SELECT count(*), md5(string_agg(t::text, '\n' ORDER BY t::text)) FROM ${table} t`);
  return found;
}

/** What the tables are made of, but for the partitions. */
async function shape() {
  const whole = "relnamespace = 'public'::regnamespace AND NOT relispartition";
  return {
    columns: await ask(`SELECT c.relname, attname, format_type(atttypid, atttypmod), attnotnull, attstorage,
        pg_get_expr(adbin, adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
      LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
      WHERE ${whole} AND c.relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped ORDER BY 1, attnum`),
    constraints: await ask(`SELECT relname, conname, pg_get_constraintdef(n.oid) FROM pg_constraint n
      JOIN pg_class c ON c.oid = conrelid WHERE ${whole} AND conparentid = 0 ORDER BY 1, 2`),
    indexes: await ask(`SELECT relname, replace(pg_get_indexdef(oid), ' ON ONLY ', ' ON ') FROM pg_class
      WHERE ${whole} AND relkind IN ('i', 'I') ORDER BY 1`),
    rights: await ask(`SELECT relname, relowner::regrole::text, relacl::text FROM pg_class
      WHERE ${whole} AND relkind IN ('r', 'p', 'v') ORDER BY 1`),
    views: await ask(`SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1`),
    triggers: await ask(`SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
      WHERE NOT tgisinternal AND tgparentid = 0 ORDER BY 1`),
    sequences: await ask(`SELECT objid::regclass::text, refobjid::regclass::text, refobjsubid FROM pg_depend
      WHERE deptype = 'a' AND objid IN (SELECT oid FROM pg_class WHERE relkind = 'S') ORDER BY 1`),
  };
}

const kinds = () =>
  ask(`SELECT DISTINCT relkind FROM pg_class WHERE oid IN (${parted.map((table) => `'${table}'::regclass`).join()})`);

it('parts a database with data: every row, key, index and right is there as it was', async () => {
  await filledDatabase();
  const before = { rows: await rows(), shape: await shape() };
  await partTables(database.pool, 8);
  expect(await kinds()).toEqual([['p']]);
  expect({ rows: await rows(), shape: await shape() }).toEqual(before);

  const spread = await ask('SELECT DISTINCT tableoid FROM items');
  expect(spread).toHaveLength(8);
  expect(await ask(`SELECT DISTINCT reloptions FROM pg_class WHERE relname LIKE 'events\\__'`)).toEqual([
    [['autovacuum_vacuum_scale_factor=0.01']],
  ]);
  // Numbers go on where they were, names are used once, and a conversation takes all of its own with it.
  const add = `INSERT INTO items (conversation_id, seq, id, type, author_id, client_id, payload)
    SELECT 'thr_1', 31, 'msg_31', 'message', 'usr_ann', $1, '{}' RETURNING number`;
  await expect(database.pool.query(add, ['key 1'])).rejects.toMatchObject({
    code: '23505',
    constraint: expect.stringContaining('client_id'),
  });
  expect((await database.pool.query(add, ['key 31'])).rows[0].number).toBeGreaterThan(1200);
  await database.pool.query("DELETE FROM conversations WHERE id = 'thr_1'");
  for (const table of ['members', 'items', 'events', 'feedback', 'reactions', 'runs', 'attachments'])
    expect(await ask(`SELECT FROM ${table} WHERE conversation_id = 'thr_1'`), table).toEqual([]);
  expect(await ask('SELECT key FROM file_removals')).toEqual([['file 1']]);
});

it.each([
  ['the tables are parted already', /parted already/, () => partTables(database.pool, 2)],
  [
    'a table has what it does not know',
    /not carried over/,
    () => database.pool.query('CREATE PUBLICATION p FOR TABLE items'),
  ],
  ['something is in its way', /depend/, () => database.pool.query('CREATE VIEW mine AS SELECT * FROM participants')],
])('changes nothing when %s', async (_, reason, prepare) => {
  await filledDatabase();
  await prepare();
  const before = { rows: await rows(), shape: await shape(), kinds: await kinds() };
  await expect(partTables(database.pool, 4)).rejects.toThrow(reason);
  expect({ rows: await rows(), shape: await shape(), kinds: await kinds() }).toEqual(before);
});

it('takes later upgrades as a plain database does', async () => {
  database = await testDatabase();
  const plain = await shape();
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const { error } = await createMigrator(database.pool).migrateTo('0016-engine');
  expect(error).toBeUndefined();
  await partTables(database.pool, 3);
  const client = await database.connect();
  await migrate(client);
  await client.end();
  expect(await kinds()).toEqual([['p']]);
  expect(await shape()).toEqual(plain);
});
