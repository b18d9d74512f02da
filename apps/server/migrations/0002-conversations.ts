import { type Kysely, sql } from 'kysely';

/**
 * The engine's tables: one ordered log for every kind of conversation (docs/decisions/0004-one-ordered-log.md).
 *
 * `events.n` and `items.seq` are taken from counters of the conversation's own row, under its row lock. A global sequence
 * would commit out of order, and a reader that asks "what came after n" would miss rows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE conversations (
      id text PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('assistant', 'direct', 'group', 'call', 'workflow')),
      title text,
      status json NOT NULL DEFAULT '{"type":"active"}',
      metadata json NOT NULL DEFAULT '{}',
      allowed_image_domains json,
      last_event bigint NOT NULL DEFAULT 0,
      last_seq bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`.execute(db);

  await sql`
    CREATE TABLE participants (
      conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
      person_id text NOT NULL,
      role text NOT NULL CHECK (role IN ('owner', 'member', 'agent', 'visitor')),
      joined_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, person_id)
    )`.execute(db);
  await sql`CREATE INDEX participants_by_person ON participants (person_id, conversation_id)`.execute(db);

  await sql`
    CREATE TABLE items (
      conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
      id text NOT NULL,
      seq bigint NOT NULL,
      type text NOT NULL,
      hidden boolean NOT NULL DEFAULT false,
      author_id text,
      client_id text,
      payload json NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, id),
      UNIQUE (conversation_id, seq)
    )`.execute(db);
  await sql`CREATE UNIQUE INDEX items_by_client_id ON items (author_id, client_id) WHERE client_id IS NOT NULL`.execute(
    db,
  );

  await sql`
    CREATE TABLE feedback (
      conversation_id text NOT NULL,
      item_id text NOT NULL,
      person_id text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('positive', 'negative')),
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, item_id, person_id),
      FOREIGN KEY (conversation_id, item_id) REFERENCES items ON DELETE CASCADE
    )`.execute(db);

  await sql`
    CREATE TABLE events (
      conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
      n bigint NOT NULL,
      type text NOT NULL,
      item_id text,
      payload jsonb,
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (conversation_id, n)
    )`.execute(db);

  await sql`
    CREATE TABLE runs (
      id text PRIMARY KEY,
      conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
      person_id text NOT NULL,
      process_key bigint NOT NULL,
      state text NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'failed', 'interrupted')),
      stop_requested boolean NOT NULL DEFAULT false,
      pending json NOT NULL DEFAULT '[]',
      model text,
      usage json,
      started_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz
    )`.execute(db);
  // One answer at a time in a conversation, whatever the process: the database says no to the second.
  await sql`CREATE UNIQUE INDEX runs_one_running ON runs (conversation_id) WHERE state = 'running'`.execute(db);
  await sql`CREATE INDEX runs_by_conversation ON runs (conversation_id, started_at DESC)`.execute(db);
}
