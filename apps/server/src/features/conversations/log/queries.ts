/**
 * The SQL of the log: conversations, items, events.
 *
 * Every statement names the person who asks and carries the right it needs (`rights/rights.ts`). No statement reads or
 * changes a conversation without it, and "not yours" looks the same as "not there". Each change is one statement, hence one
 * transaction and one round trip: it takes the next number of the conversation under the row's lock, and writes the rows
 * and the event. (Measured: three statements in BEGIN/COMMIT cost 2.7 times the time of one.)
 *
 * A write of a run carries the run's id. If the run is no longer in flight, because its process was taken for dead, nothing
 * is written. The row of the run is locked before that of the conversation, here as everywhere.
 *
 * Over 400 lines: it is one list of statements, and splitting it would part the reads from the writes they mirror.
 */
import type { Pool } from 'pg';
import { AppError } from '../../../errors.ts';
import { searchTerms } from '../../../platform/full-text/terms.ts';
import { may, type Verb } from '../rights/rights.ts';
import type {
  Conversation,
  ConversationKind,
  ConversationPageRequest,
  EventType,
  LogEvent,
  NewItem,
  Page,
  PageRequest,
  RequestKey,
  StoredItem,
} from '../types.ts';
import {
  conversationColumns,
  eventColumns,
  eventTables,
  itemColumns,
  type Row,
  toConversation,
  toEvent,
  toItem,
} from './rows.ts';

/** The fields that a door may change in a conversation. */
export type SavedConversation = Pick<Conversation, 'id' | 'title' | 'status' | 'metadata'>;

const savedValues = (personId: string, conversation: SavedConversation) => [
  conversation.id,
  personId,
  conversation.title,
  JSON.stringify(conversation.status),
  JSON.stringify(conversation.metadata),
  conversation.title ? searchTerms(conversation.title) : null,
];

/** The item columns and their placeholders from parameter `$first` on. The search index adds the words later. */
const itemInsert = 'id, type, hidden, author_id, client_id, payload, created_at, parent_id, mentions';
const itemParameters = (first: number) =>
  Array.from({ length: 9 }, (_, k) => `$${first + k}${k === 8 ? '::text[]' : ''}`).join(', ');
const itemFrom = { 3: itemParameters(3), 8: itemParameters(8), 14: itemParameters(14) };

/** The values of an item as a statement takes them; null for each value without an item. */
export const itemValues = (item: NewItem | null | undefined) => [
  item?.id ?? null,
  item?.type ?? null,
  item?.hidden ?? null,
  item?.authorId ?? null,
  item?.clientId ?? null,
  item ? JSON.stringify(item.payload) : null,
  item?.createdAt ?? null,
  item?.parentId ?? null,
  item?.mentions?.length ? item.mentions : null,
];

/** The values of a run as it is claimed: person, process, and the client's name for the request. */
export type NewRun = { id: string; agent: string; processKey: string; request: RequestKey | null };

const runValues = (run: NewRun | null | undefined) => [
  run?.id ?? null,
  run?.agent ?? null,
  run?.processKey ?? null,
  run?.request?.clientId ?? null,
  run?.request?.hash ?? null,
];

/** The payload of a `run.started` event; `$run`, `$agent` and `$process` are parameters. */
const started = (run: string, agent: string, process: string) =>
  `jsonb_build_object('run_id', ${run}::text, 'agent', ${agent}::text, 'process', ${process}::bigint)`;

/**
 * Turns a violation of a unique index on client names into `conflict`: the first request is stored by then. The index of a
 * partition has a name of its own, made of its columns.
 */
function refuseUsedName(error: { code?: string; constraint?: string }): never {
  if (error.code === '23505' && error.constraint?.includes('client_id'))
    throw new AppError('conflict', 'This Idempotency-Key was used before.');
  throw error;
}

/** The right behind a change: the person's own, or that of the run (`$run`) that makes it, while it is in flight. */
function rightOf(verb: Verb, run: string | null): { locked: string; right: string } {
  if (run === null) return { locked: '', right: may(verb) };
  return {
    locked: `run AS (SELECT 1 FROM runs WHERE id = ${run} AND conversation_id = $1 AND state = 'running' FOR SHARE), `,
    right: `EXISTS (SELECT 1 FROM run) AND ${may('ask')}`,
  };
}

/**
 * Locks the conversation for a statement that changes other rows before it takes a number, if the person has the right.
 * Rows are locked in one order everywhere (run, conversation, the rest); otherwise two statements wait for each other and
 * one fails. The rest must be changed where `isHeld`.
 */
const held = (right: string) => `held AS (SELECT 1 FROM conversations WHERE id = $1 AND ${right} FOR NO KEY UPDATE)`;
const isHeld = 'EXISTS (SELECT 1 FROM held)';

/** The assignments that change the row of a conversation with each event. */
const touch = 'updated_at = now(), changed = pg_current_xact_id()';

/** In bytes of JSON: a page with large items ends before its number of items, but holds at least one. */
const mostPageBytes = 4 * 1024 * 1024;

/** The place of a change in the log, and that of its item. `added`: the item was new. */
export type Written = { n: number; seq: number; added: boolean };
const toWritten = (row: Row | undefined): Written | null =>
  row ? { n: Number(row.last_event), seq: Number(row.last_seq), added: row.added !== false } : null;

export type LogQueries = ReturnType<typeof createLogQueries>;

/** `runWrites`: connections reserved for the writes of runs, so that no other statement delays them. */
export function createLogQueries({ pool, runWrites }: { pool: Pool; runWrites: Pool }) {
  /** Runs a statement that is prepared once on each connection, under its own name. */
  const ask = async (name: string, text: string, values: unknown[], at = pool): Promise<Row[]> =>
    (await at.query<Row>({ name: `conversations.${name}`, text, values })).rows;

  /** Like `ask`, for a change that a run may make: `sql` receives the right and the locks it needs. */
  const change = async (
    name: string,
    [verb, runId]: [Verb, string | null],
    sql: (right: { locked: string; right: string }) => string,
    values: unknown[],
  ): Promise<Row[]> =>
    runId === null
      ? ask(name, sql(rightOf(verb, null)), values)
      : ask(`${name}-in-run`, sql(rightOf(verb, `$${values.length + 1}`)), [...values, runId], runWrites);

  return {
    /** Saves title, status and the like. Null: the person has no such conversation, or lacks the right. */
    async saveConversation(
      personId: string,
      conversation: SavedConversation,
      runId: string | null,
    ): Promise<Written | null> {
      const rows = await change(
        'save',
        ['rename', runId],
        ({ locked, right }) => `WITH ${locked}c AS (
           UPDATE conversations SET title = $3, status = $4, metadata = $5, title_terms = array_to_tsvector($6::text[]),
             last_event = last_event + 1, changed = pg_current_xact_id()
           WHERE id = $1 AND ${right} RETURNING last_event, last_seq
         ), e AS (
           INSERT INTO events (conversation_id, n, type) SELECT $1, c.last_event, 'conversation.updated' FROM c
         ) SELECT * FROM c`,
        savedValues(personId, conversation),
      );
      return toWritten(rows[0]);
    },

    /**
     * Creates a conversation owned by the person, with a run in flight and a first item if they are given. One statement,
     * because a question in a new conversation is the commonest request: three statements in one save two milliseconds to
     * the first word. Returns the number of its last event, or null when the id is taken. Throws `conflict` for a request
     * that was made before.
     */
    async createConversation(
      personId: string,
      conversation: SavedConversation & { kind: ConversationKind; createdAt: Date },
      with_: { run?: NewRun | null | undefined; item?: NewItem | null | undefined } = {},
    ): Promise<Written | null> {
      const rows = await ask(
        'create',
        `WITH c AS (
           INSERT INTO conversations
             (id, title, status, metadata, title_terms, kind, created_at, updated_at, last_event, last_seq)
           VALUES ($1, $3, $4, $5, array_to_tsvector($6::text[]), $7, $8, $8,
             1 + ($9::text IS NOT NULL)::int + ($14::text IS NOT NULL)::int, ($14::text IS NOT NULL)::int)
           ON CONFLICT (id) DO NOTHING RETURNING id, last_event, last_seq
         ), p AS (
           INSERT INTO members (conversation_id, person_id, role) SELECT c.id, $2, 'owner' FROM c
         ), r AS (
           INSERT INTO runs (id, agent, conversation_id, person_id, process_key, state, client_id, request_hash, first_event)
           SELECT $9, $10, c.id, $2, $11::bigint, 'running', $12, $13, 1 FROM c WHERE $9 IS NOT NULL
         ), i AS (
           INSERT INTO items (conversation_id, seq, ${itemInsert})
           SELECT c.id, 1, ${itemFrom[14]} FROM c WHERE $14 IS NOT NULL
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id, payload)
           SELECT c.id, 1, 'conversation.created', NULL, NULL::jsonb FROM c
           UNION ALL SELECT c.id, 2, 'run.started', NULL, ${started('$9', '$10', '$11')} FROM c WHERE $9 IS NOT NULL
           UNION ALL SELECT c.id, c.last_event, 'item.done', $14, NULL FROM c WHERE $14 IS NOT NULL
         ) SELECT * FROM c`,
        [
          ...savedValues(personId, conversation),
          conversation.kind,
          conversation.createdAt,
          ...runValues(with_.run),
          ...itemValues(with_.item),
        ],
      ).catch(refuseUsedName);
      return toWritten(rows[0]);
    },

    /**
     * Starts a run: this one statement decides who answers. It stores `item`, the message to answer, with the run: no run
     * exists without its message, and no message whose run was refused. Returns the conversation as it stands, or null when
     * the person has no right to it or a run of this agent is in flight there. Throws `conflict` for a request that was
     * made before.
     */
    async claimRun(
      personId: string,
      conversationId: string,
      run: NewRun,
      item: NewItem | null,
    ): Promise<(Conversation & { seq: number }) | null> {
      const rows = await ask(
        'claim-run',
        `WITH c AS (
           UPDATE conversations c SET last_event = last_event + 1 + ($8::text IS NOT NULL)::int,
             last_seq = last_seq + ($8::text IS NOT NULL)::int, ${touch}
           WHERE c.id = $1 AND ${may('ask')}
             AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.conversation_id = $1 AND r.agent = $4 AND r.state = 'running')
           RETURNING ${conversationColumns}, c.last_seq, c.last_event - ($8::text IS NOT NULL)::int AS first_event
         ), r AS (
           INSERT INTO runs (id, agent, conversation_id, person_id, process_key, state, client_id, request_hash, first_event)
           SELECT $3, $4, c.id, $2, $5, 'running', $6, $7, c.first_event FROM c
         ), i AS (
           INSERT INTO items (conversation_id, seq, ${itemInsert})
           SELECT c.id, c.last_seq, ${itemFrom[8]} FROM c WHERE $8 IS NOT NULL
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id, payload)
           SELECT c.id, c.first_event, 'run.started', NULL, ${started('$3', '$4', '$5')} FROM c
           UNION ALL SELECT c.id, c.last_event, 'item.done', $8, NULL FROM c WHERE $8 IS NOT NULL
         ) SELECT * FROM c`,
        [conversationId, personId, ...runValues(run), ...itemValues(item)],
      ).catch(refuseUsedName);
      return rows[0] ? { ...toConversation(rows[0]), seq: Number(rows[0].last_seq) } : null;
    },

    async findConversation(personId: string, id: string): Promise<Conversation | null> {
      const rows = await ask(
        'find',
        `SELECT ${conversationColumns} FROM conversations c WHERE c.id = $1 AND ${may('read')}`,
        [id, personId],
      );
      return rows[0] ? toConversation(rows[0]) : null;
    },

    /** Whether the person is a member and lacks the right to do this. */
    async isRefused(personId: string, conversationId: string, verb: Verb): Promise<boolean> {
      const rows = await ask(`is-refused.${verb}`, `SELECT ${may('read')} AND NOT ${may(verb)} AS refused`, [
        conversationId,
        personId,
      ]);
      return rows[0]!.refused;
    },

    /** By last activity or by creation; ids break ties, so that equal times neither repeat nor hide a row. */
    async listConversations(
      personId: string,
      kind: ConversationKind,
      page: ConversationPageRequest,
    ): Promise<Page<Conversation>> {
      const [sign, direction] = page.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
      const column = page.by === 'creation' ? 'created_at' : 'updated_at';
      const rows = await ask(
        `list.${column}.${page.order}`,
        `SELECT ${conversationColumns} FROM conversations c
         JOIN members m ON m.conversation_id = c.id AND m.person_id = $1
         WHERE c.kind = $2 AND ($3::text IS NULL OR (c.${column}, c.id) ${sign} (
           SELECT a.${column}, a.id FROM conversations a
           JOIN members am ON am.conversation_id = a.id AND am.person_id = $1 WHERE a.id = $3))
         ORDER BY c.${column} ${direction}, c.id ${direction} LIMIT $4`,
        [personId, kind, page.after, page.limit + 1],
      );
      return { data: rows.slice(0, page.limit).map(toConversation), hasMore: rows.length > page.limit };
    },

    /**
     * Deletes a conversation and records it for all members' lists, also those on devices that are away. Returns the runs
     * that were in flight; null where the person lacks the right.
     */
    async deleteConversation(personId: string, id: string): Promise<string[] | null> {
      const rows = await ask(
        'delete',
        `WITH runs_first AS (
           SELECT id FROM runs WHERE conversation_id = $1 AND state = 'running' AND ${may('delete')} FOR UPDATE
         ), gone AS (
           DELETE FROM conversations WHERE id = $1 AND ${may('delete')} AND (SELECT count(*) FROM runs_first) >= 0
           RETURNING id
         ), d AS (
           INSERT INTO departures (person_id, conversation_id)
           SELECT m.person_id, m.conversation_id FROM members m JOIN gone ON gone.id = m.conversation_id
           ON CONFLICT (person_id, conversation_id) DO UPDATE SET changed = pg_current_xact_id(), at = now()
         ) SELECT ARRAY(SELECT id FROM runs_first) AS runs FROM gone`,
        [id, personId],
      );
      return rows[0]?.runs ?? null;
    },

    /**
     * Adds an item, or replaces the one of the same id, which keeps its place. Null: no right to this conversation or to
     * the item of that id, or the run is over. Throws `conflict` for a second item with the same author and `clientId`.
     */
    async putItem(
      personId: string,
      conversationId: string,
      item: NewItem,
      event: EventType,
      runId: string | null,
    ): Promise<Written | null> {
      // Without a run, a person may replace only their own items, or those of people they may moderate.
      const own =
        runId === null
          ? `AND NOT EXISTS (SELECT 1 FROM items o WHERE o.conversation_id = $1 AND o.id = $3
               AND o.author_id IS DISTINCT FROM $2 AND NOT ${may('moderate')})`
          : '';
      const rows = await change(
        'put-item',
        ['say', runId],
        ({ locked, right }) => `WITH ${locked}c AS (
           UPDATE conversations SET last_event = last_event + 1, last_seq = last_seq + 1, ${touch}
           WHERE id = $1 AND ${right} ${own} RETURNING last_event, last_seq
         ), i AS (
           INSERT INTO items (conversation_id, seq, ${itemInsert}) SELECT $1, c.last_seq, ${itemFrom[3]} FROM c
           ON CONFLICT (conversation_id, id) DO UPDATE SET type = excluded.type, hidden = excluded.hidden,
             payload = excluded.payload, mentions = excluded.mentions, terms = NULL
           RETURNING seq
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id) SELECT $1, c.last_event, $12, $3 FROM c
         ) SELECT c.last_event, i.seq AS last_seq, i.seq = c.last_seq AS added FROM c, i`,
        [conversationId, personId, ...itemValues(item), event],
      ).catch(refuseUsedName);
      return toWritten(rows[0]);
    },

    /** The newest event of an item with exactly this payload; null when the item has another payload or does not exist. */
    async findStored(conversationId: string, item: Pick<NewItem, 'id' | 'payload'>): Promise<Written | null> {
      const rows = await ask(
        'find-stored',
        `SELECT max(e.n) AS last_event, i.seq AS last_seq FROM items i
         JOIN events e ON e.conversation_id = i.conversation_id AND e.item_id = i.id
         WHERE i.conversation_id = $1 AND i.id = $2 AND i.payload::text = $3 GROUP BY i.seq`,
        [conversationId, item.id, JSON.stringify(item.payload)],
        runWrites,
      );
      return toWritten(rows[0]);
    },

    /** Null: the person has nothing to remove there. */
    async removeItem(
      personId: string,
      conversationId: string,
      itemId: string,
      runId: string | null,
    ): Promise<Written | null> {
      const rows = await change(
        'remove-item',
        ['say', runId],
        ({ locked, right }) => `WITH ${locked}${held(right)}, gone AS (
           DELETE FROM items WHERE conversation_id = $1 AND id = $3 AND ${isHeld}
             ${runId === null ? `AND (author_id = $2 OR ${may('moderate')})` : ''} RETURNING id
         ), c AS (
           UPDATE conversations SET last_event = last_event + 1, ${touch}
           WHERE id = $1 AND EXISTS (SELECT 1 FROM gone) RETURNING last_event, last_seq
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id) SELECT $1, c.last_event, 'item.removed', $3 FROM c
         ) SELECT * FROM c`,
        [conversationId, personId, itemId],
      );
      return toWritten(rows[0]);
    },

    /** Removes all items after an item in one statement, however many. Null when there are none. */
    async removeItemsAfter(
      personId: string,
      conversationId: string,
      itemId: string,
      runId: string | null,
    ): Promise<Written | null> {
      const rows = await change(
        'remove-items-after',
        ['moderate', runId],
        ({ locked, right }) => `WITH ${locked}${held(right)}, gone AS (
           DELETE FROM items WHERE conversation_id = $1 AND ${isHeld}
             AND seq > (SELECT seq FROM items WHERE conversation_id = $1 AND id = $3) RETURNING id, seq
         ), c AS (
           UPDATE conversations SET last_event = last_event + (SELECT count(*) FROM gone), ${touch}
           WHERE id = $1 AND EXISTS (SELECT 1 FROM gone) RETURNING last_event, last_seq
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id)
           SELECT $1, c.last_event + 1 - row_number() OVER (ORDER BY gone.seq), 'item.removed', gone.id FROM c, gone
         ) SELECT * FROM c`,
        [conversationId, personId, itemId],
      );
      return toWritten(rows[0]);
    },

    /** Adds a reaction to an item, or removes it. Null: no right, no such item, or no change. */
    async react(
      personId: string,
      conversationId: string,
      itemId: string,
      reaction: string,
      given: boolean,
    ): Promise<Written | null> {
      const rows = await ask(
        given ? 'react' : 'unreact',
        `WITH ${held(may('react'))}, x AS (${
          given
            ? `INSERT INTO reactions (conversation_id, item_id, person_id, reaction)
               SELECT $1, i.id, $2, $4 FROM (
                 SELECT id FROM items WHERE conversation_id = $1 AND id = $3 AND NOT hidden AND ${isHeld} FOR KEY SHARE
               ) i ON CONFLICT DO NOTHING RETURNING item_id`
            : `DELETE FROM reactions WHERE conversation_id = $1 AND item_id = $3 AND person_id = $2 AND reaction = $4
               AND ${isHeld} RETURNING item_id`
        }), c AS (
           UPDATE conversations SET last_event = last_event + 1, changed = pg_current_xact_id()
           WHERE id = $1 AND EXISTS (SELECT 1 FROM x) RETURNING last_event, last_seq
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id, payload)
           SELECT $1, c.last_event, 'item.reacted', $3,
             jsonb_build_object('person_id', $2::text, 'reaction', $4::text, 'given', ${given}) FROM c
         ) SELECT * FROM c`,
        [conversationId, personId, itemId, reaction],
      );
      return toWritten(rows[0]);
    },

    async findItem(personId: string, conversationId: string, itemId: string): Promise<StoredItem | null> {
      const rows = await ask(
        'find-item',
        `SELECT ${itemColumns} FROM items i WHERE i.conversation_id = $1 AND i.id = $3 AND ${may('read')}`,
        [conversationId, personId, itemId],
      );
      return rows[0] ? toItem(rows[0]) : null;
    },

    /** In the order they were added. An unknown `after` yields an empty page. */
    async listItems(personId: string, conversationId: string, page: PageRequest): Promise<Page<StoredItem>> {
      const [sign, direction] = page.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
      const rows = await ask(
        `list-items.${page.order}.${page.after === null ? 'first' : 'after'}`,
        `SELECT ${itemColumns}, found FROM (
           SELECT p.*, count(*) OVER () AS found, sum(octet_length(payload::text))
             OVER (ORDER BY seq ${direction} ROWS UNBOUNDED PRECEDING) - octet_length(payload::text) AS bytes_before
           FROM (
             SELECT conversation_id, id, seq, number, type, hidden, payload, created_at, author_id, parent_id, mentions
             FROM items WHERE conversation_id = $1 AND ${may('read')}
               ${page.after === null ? '' : `AND seq ${sign} (SELECT seq FROM items a WHERE a.conversation_id = $1 AND a.id = $4)`}
             ORDER BY seq ${direction} LIMIT $3
           ) p
         ) i WHERE bytes_before < ${mostPageBytes} ORDER BY seq ${direction}`,
        [conversationId, personId, page.limit + 1, ...(page.after === null ? [] : [page.after])],
      );
      const shown = Math.min(rows.length, page.limit);
      return { data: rows.slice(0, shown).map(toItem), hasMore: Number(rows[0]?.found ?? 0) > shown };
    },

    /** Saves the person's feedback on these items; it replaces their earlier feedback. Returns how many of the items exist. */
    async rate(personId: string, conversationId: string, itemIds: string[], kind: string): Promise<number> {
      const rows = await ask(
        'rate',
        `INSERT INTO feedback (conversation_id, item_id, person_id, kind)
         SELECT conversation_id, id, $2, $4 FROM (
           SELECT conversation_id, id FROM items WHERE conversation_id = $1 AND id = ANY($3) AND ${may('read')}
           ORDER BY seq FOR KEY SHARE
         ) i ON CONFLICT (conversation_id, item_id, person_id) DO UPDATE SET kind = excluded.kind, at = now()
         RETURNING item_id`,
        [conversationId, personId, itemIds, kind],
      );
      return rows.length;
    },

    /** Events with `after < n <= upTo`, oldest first, at most `limit`; none when the person has no access (any more). */
    async readEvents(
      personId: string,
      conversationId: string,
      { after, upTo, limit }: { after: number; upTo: number; limit: number },
    ): Promise<LogEvent[]> {
      const rows = await ask(
        'read-events',
        `SELECT ${eventColumns} FROM ${eventTables}
         WHERE e.conversation_id = $1 AND ${may('read')} AND e.n > $3 AND e.n <= $4 ORDER BY e.n LIMIT $5`,
        [conversationId, personId, after, upTo, limit],
      );
      return rows.map(toEvent);
    },

    /**
     * Removes events older than `days` from at most `limit` conversations, and records up to which event they are gone.
     * Events of answers in flight stay. Returns how many conversations were trimmed.
     */
    async trimEvents(days: number, limit: number): Promise<number> {
      const rows = await ask(
        'trim',
        `WITH old AS (
           SELECT e.conversation_id, max(e.n) AS upto FROM (
             SELECT DISTINCT conversation_id FROM events WHERE at < now() - make_interval(days => $1) LIMIT $2
           ) c JOIN events e ON e.conversation_id = c.conversation_id AND e.at < now() - make_interval(days => $1)
           WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.conversation_id = c.conversation_id AND r.state = 'running')
           GROUP BY 1
         ), c AS (
           UPDATE conversations SET trimmed_to = greatest(trimmed_to, old.upto) FROM old
           WHERE conversations.id = old.conversation_id RETURNING id, trimmed_to
         ), gone AS (
           DELETE FROM events e USING c WHERE e.conversation_id = c.id AND e.n <= c.trimmed_to
         ) SELECT id FROM c`,
        [days, limit],
      );
      return rows.length;
    },
  };
}
