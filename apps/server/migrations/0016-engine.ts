import { type Kysely, sql } from 'kysely';

/**
 * The engine for one reader or ten thousand (docs/decisions/0017-the-engine-for-many-readers.md).
 *
 * A process of the former version may be running while this is done, and for a while after: what it reads and writes stays.
 * `participants` is a view for it; `runs.pending` and `conversations.allowed_image_domains` are written by it alone. They go
 * with a later version.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);

  // All tables before anything is changed, or none: the statements of the former version take them in any order, and one that
  // has some and waits for others would wait for this, which waits for it. Given up before that is noticed (after a second).
  await run("SET LOCAL lock_timeout = '400ms'");
  await run(`DO $$ BEGIN
    FOR attempt IN 1..200 LOOP
      BEGIN
        LOCK TABLE conversations, participants, items, events, runs, feedback IN ACCESS EXCLUSIVE MODE;
        RETURN;
      EXCEPTION WHEN lock_not_available THEN
        PERFORM pg_sleep(0.05 * random());
      END;
    END LOOP;
    RAISE 'The tables are in use: something holds them for minutes.';
  END $$`);
  await run('SET LOCAL lock_timeout = 0');

  await run('ALTER TABLE participants RENAME TO members');
  await run('ALTER INDEX participants_pkey RENAME TO members_pkey');
  await run('ALTER INDEX participants_by_person RENAME TO members_by_person');
  await run(`ALTER TABLE members DROP CONSTRAINT participants_role_check,
    ADD CONSTRAINT members_role_check CHECK (role IN ('owner', 'admin', 'moderator', 'member', 'agent', 'visitor')),
    ADD COLUMN delivered_to bigint NOT NULL DEFAULT 0,
    ADD COLUMN read_to bigint NOT NULL DEFAULT 0,
    ADD COLUMN changed xid8 NOT NULL DEFAULT '0'`);
  await run(`ALTER TABLE members ALTER COLUMN changed SET DEFAULT pg_current_xact_id()`);
  await run('CREATE VIEW participants AS SELECT conversation_id, person_id, role, joined_at FROM members');
  // Whose list a conversation has left, so that a device that was away learns it.
  await run(`CREATE TABLE departures (
    person_id text NOT NULL,
    conversation_id text NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, conversation_id))`);

  await run(`ALTER TABLE conversations DROP CONSTRAINT conversations_kind_check,
    ADD CONSTRAINT conversations_kind_check
      CHECK (kind IN ('assistant', 'direct', 'group', 'visitor', 'call', 'workflow', 'desktop')),
    ADD COLUMN trimmed_to bigint NOT NULL DEFAULT 0,
    ADD COLUMN changed xid8 NOT NULL DEFAULT '0'`);
  await run(`ALTER TABLE conversations ALTER COLUMN changed SET DEFAULT pg_current_xact_id()`);
  await run(`UPDATE conversations
    SET metadata = (metadata::jsonb || jsonb_build_object('causerie.allowed_image_domains', allowed_image_domains::jsonb))::json
    WHERE allowed_image_domains IS NOT NULL`);

  // A number that grows over the whole server, in the order of what was said. The indexes of terms would take a minute to
  // follow each row; made anew they take seconds.
  await run('CREATE INDEX events_by_time ON events USING brin (at)');
  await run('DROP INDEX items_by_term, items_unindexed, items_by_client_id');
  await run('ALTER TABLE items ADD COLUMN number bigint, ADD COLUMN parent_id text, ADD COLUMN mentions text[]');
  await run(`UPDATE items i SET number = o.number
    FROM (SELECT ctid AS place, row_number() OVER (ORDER BY created_at, conversation_id, seq) AS number FROM items) o
    WHERE i.ctid = o.place`);
  await run('CREATE SEQUENCE items_number OWNED BY items.number');
  await run(`SELECT setval('items_number', (SELECT coalesce(max(number), 0) + 1 FROM items), false)`);
  await run(
    `ALTER TABLE items ALTER COLUMN number SET DEFAULT nextval('items_number'), ALTER COLUMN number SET NOT NULL`,
  );
  await run('CREATE INDEX items_by_term ON items USING gin (terms)');
  await run('CREATE INDEX items_unindexed ON items (conversation_id) WHERE terms IS NULL AND NOT hidden');
  // Leads with the conversation, as every key does: the tables can be partitioned by it.
  await run(`CREATE UNIQUE INDEX items_by_client_id ON items (conversation_id, author_id, client_id)
    WHERE client_id IS NOT NULL`);

  await run(`CREATE TABLE reactions (
    conversation_id text NOT NULL,
    item_id text NOT NULL,
    person_id text NOT NULL,
    reaction text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, item_id, reaction, person_id),
    FOREIGN KEY (conversation_id, item_id) REFERENCES items ON DELETE CASCADE)`);

  await run(`ALTER TABLE runs ADD COLUMN agent text NOT NULL DEFAULT 'assistant',
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY`);
  await run('DROP INDEX runs_one_running');
  await run(`CREATE UNIQUE INDEX runs_one_running ON runs (conversation_id, agent) WHERE state = 'running'`);
  // What runs in flight have said and not stored, piece by piece: a row that grows would leave all of itself behind each time.
  await run(`CREATE TABLE run_pieces (run bigint NOT NULL, k integer NOT NULL, piece text NOT NULL)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1)`);
  // Not unique: a piece that arrived and was sent again is read once, and a key that is checked is a third more to write.
  await run('CREATE INDEX run_pieces_by_run ON run_pieces (run)');
  await run(`INSERT INTO run_pieces
    SELECT r.number, 1, json_agg(json_build_array(item))::text FROM runs r, json_array_elements(r.pending) item
    WHERE r.state = 'running' GROUP BY r.number`);
}
