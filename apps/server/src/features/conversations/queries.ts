/**
 * The SQL of the engine; that of its search is in `search-queries.ts`.
 *
 * Every statement names the person who asks and joins `participants`: there is no way to read or change a conversation
 * without a right to it, and "not yours" cannot be told from "not there". Each change is one statement, hence one
 * transaction and one round trip: it takes the next number of the conversation under the row's lock, writes the rows and
 * the event. (Measured: three statements in BEGIN/COMMIT cost 2.7 times the time of one.)
 *
 * Over 400 lines: it is one list of statements, and splitting it would part the reads from the writes they mirror.
 */
import type { Pool, QueryResultRow } from 'pg';
import { AppError } from '../../errors.ts';
import { transaction } from '../../platform/database/transaction.ts';
import { searchTerms } from '../../platform/full-text/terms.ts';
import { mayAccess } from './access.ts';
import type {
  Conversation,
  ConversationKind,
  ConversationPageRequest,
  EventType,
  Item,
  LogEvent,
  NewItem,
  Page,
  PageRequest,
  PendingItem,
  RequestKey,
  Run,
  RunState,
} from './types.ts';

// biome-ignore lint/suspicious/noExplicitAny: a row is what its statement selects; the mappers below are the only readers
export type Row = QueryResultRow & Record<string, any>;

export const conversationColumns =
  'c.id, c.kind, c.title, c.status, c.metadata, c.allowed_image_domains, c.last_event, c.created_at, c.updated_at';

export const toConversation = (row: Row): Conversation => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  status: row.status,
  metadata: row.metadata,
  allowedImageDomains: row.allowed_image_domains,
  lastEvent: Number(row.last_event),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const toItem = (row: Row): Item => ({
  id: row.id,
  type: row.type,
  hidden: row.hidden,
  payload: row.payload,
  createdAt: row.created_at,
});

const toRun = (row: Row): Run => ({
  id: row.id,
  conversationId: row.conversation_id,
  processKey: String(row.process_key),
  state: row.state,
});

/** What a conversation's door may change. */
export type SavedConversation = Pick<Conversation, 'id' | 'title' | 'status' | 'metadata' | 'allowedImageDomains'>;

const savedValues = (personId: string, conversation: SavedConversation) => [
  conversation.id,
  personId,
  conversation.title,
  JSON.stringify(conversation.status),
  JSON.stringify(conversation.metadata),
  conversation.allowedImageDomains === null ? null : JSON.stringify(conversation.allowedImageDomains),
];

/** The terms a title is found by, as a statement takes them. Those of items are made later (`search-index.ts`). */
const titleTerms = (title: string | null) => (title ? searchTerms(title) : null);

/** An item as a statement takes it; without one, a null for each value. */
const itemValues = (item: NewItem | null | undefined) => [
  item?.id ?? null,
  item?.type ?? null,
  item?.hidden ?? null,
  item?.authorId ?? null,
  item?.clientId ?? null,
  item ? JSON.stringify(item.payload) : null,
  item?.createdAt ?? null,
];

/** A run as it is claimed: in which process, and under which name of the client. */
export type NewRun = { id: string; processKey: string; request: RequestKey | null };

const runValues = (run: NewRun | null | undefined) => [
  run?.id ?? null,
  run?.processKey ?? null,
  run?.request?.clientId ?? null,
  run?.request?.hash ?? null,
];

/** A name that its person has used before is refused by the index that keeps it; whoever was first is stored by then. */
function refuseUsedName(error: { code?: string; constraint?: string }): never {
  const { code, constraint } = error;
  if (code === '23505' && (constraint === 'runs_by_client_id' || constraint === 'items_by_client_id'))
    throw new AppError('conflict', 'This Idempotency-Key was used before.');
  throw error;
}

/** A page ends before its number of items where these are large; one is always there. In bytes of JSON. */
const mostPageBytes = 4 * 1024 * 1024;

export type ConversationQueries = ReturnType<typeof createConversationQueries>;

export function createConversationQueries(pool: Pool) {
  /** A statement that is prepared once on each connection, under its own name. */
  const run = async (name: string, text: string, values: unknown[]): Promise<Row[]> =>
    (await pool.query<Row>({ name: `conversations.${name}`, text, values })).rows;

  return {
    /** Saves title, status and the like. Null: no such conversation for this person. */
    async saveConversation(personId: string, conversation: SavedConversation): Promise<number | null> {
      const rows = await run(
        'save',
        `WITH c AS (
           UPDATE conversations SET title = $3, status = $4, metadata = $5, allowed_image_domains = $6,
             title_terms = array_to_tsvector($7::text[]), last_event = last_event + 1
           WHERE id = $1 AND ${mayAccess} RETURNING last_event
         ), e AS (
           INSERT INTO events (conversation_id, n, type) SELECT $1, c.last_event, 'conversation.updated' FROM c
         ) SELECT last_event FROM c`,
        [...savedValues(personId, conversation), titleTerms(conversation.title)],
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    /**
     * Creates a conversation owned by the person; with a run in flight in it and its first item from the start, if they are
     * given: asking a new thread a question is the commonest thing there is, and three statements in one are two
     * milliseconds less to the first word. Returns the number of its last event, or null when the id is taken. Throws
     * `conflict` for a request that was made before.
     */
    async createConversation(
      personId: string,
      conversation: SavedConversation & { kind: ConversationKind; createdAt: Date },
      with_: { run?: NewRun | null; item?: NewItem | null } = {},
    ): Promise<number | null> {
      const { run: run_, item } = with_;
      const rows = await run(
        'create',
        `WITH c AS (
           INSERT INTO conversations
             (id, title, status, metadata, allowed_image_domains, kind, created_at, updated_at, title_terms, last_event, last_seq)
           VALUES ($1, $3, $4, $5, $6, $7, $8, $8, array_to_tsvector($20::text[]),
             1 + ($9::text IS NOT NULL)::int + ($13::text IS NOT NULL)::int, ($13::text IS NOT NULL)::int)
           ON CONFLICT (id) DO NOTHING RETURNING id, last_event
         ), p AS (
           INSERT INTO participants (conversation_id, person_id, role) SELECT c.id, $2, 'owner' FROM c
         ), r AS (
           INSERT INTO runs (id, conversation_id, person_id, process_key, state, client_id, request_hash, first_event)
           SELECT $9, c.id, $2, $10::bigint, 'running', $11, $12, 1 FROM c WHERE $9 IS NOT NULL
         ), i AS (
           INSERT INTO items (conversation_id, id, seq, type, hidden, author_id, client_id, payload, created_at)
           SELECT c.id, $13, 1, $14, $15, $16, $17, $18, $19 FROM c WHERE $13 IS NOT NULL
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id, payload)
           SELECT c.id, 1, 'conversation.created', NULL, NULL::jsonb FROM c
           UNION ALL SELECT c.id, 2, 'run.started', NULL, jsonb_build_object('run_id', $9::text) FROM c WHERE $9 IS NOT NULL
           UNION ALL SELECT c.id, c.last_event, 'item.done', $13, NULL FROM c WHERE $13 IS NOT NULL
         ) SELECT last_event FROM c`,
        [
          ...savedValues(personId, conversation),
          conversation.kind,
          conversation.createdAt,
          ...runValues(run_),
          ...itemValues(item),
          titleTerms(conversation.title),
        ],
      ).catch(refuseUsedName);
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    async findConversation(personId: string, id: string): Promise<Conversation | null> {
      const rows = await run(
        'find',
        `SELECT ${conversationColumns} FROM conversations c WHERE c.id = $1 AND ${mayAccess}`,
        [id, personId],
      );
      return rows[0] ? toConversation(rows[0]) : null;
    },

    /** By last activity or by creation; ids break ties, so that equal times neither repeat nor hide a row. */
    async listConversations(
      personId: string,
      kind: ConversationKind,
      page: ConversationPageRequest,
    ): Promise<Page<Conversation>> {
      const [sign, direction] = page.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
      const column = page.by === 'creation' ? 'created_at' : 'updated_at';
      const rows = await run(
        `list.${column}.${page.order}`,
        `SELECT ${conversationColumns} FROM conversations c
         JOIN participants p ON p.conversation_id = c.id AND p.person_id = $1
         WHERE c.kind = $2 AND ($3::text IS NULL OR (c.${column}, c.id) ${sign} (
           SELECT a.${column}, a.id FROM conversations a
           JOIN participants ap ON ap.conversation_id = a.id AND ap.person_id = $1 WHERE a.id = $3))
         ORDER BY c.${column} ${direction}, c.id ${direction} LIMIT $4`,
        [personId, kind, page.after, page.limit + 1],
      );
      return { data: rows.slice(0, page.limit).map(toConversation), hasMore: rows.length > page.limit };
    },

    async deleteConversation(personId: string, id: string): Promise<boolean> {
      const rows = await run('delete', `DELETE FROM conversations WHERE id = $1 AND ${mayAccess} RETURNING id`, [
        id,
        personId,
      ]);
      return rows.length > 0;
    },

    /**
     * Adds an item, or replaces the one of the same id, which keeps its place. Null: no such conversation for this
     * person. A second item with the same author and `clientId` violates `items_by_client_id`.
     */
    async putItem(
      personId: string,
      conversationId: string,
      item: NewItem,
      eventType: EventType,
    ): Promise<number | null> {
      const rows = await run(
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
        [conversationId, personId, ...itemValues(item), eventType],
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    /** Null: nothing there to remove for this person. */
    async removeItem(personId: string, conversationId: string, itemId: string): Promise<number | null> {
      const rows = await run(
        'remove-item',
        `WITH gone AS (
           DELETE FROM items WHERE conversation_id = $1 AND id = $3 AND ${mayAccess} RETURNING id
         ), c AS (
           UPDATE conversations SET last_event = last_event + 1, updated_at = now()
           WHERE id = $1 AND EXISTS (SELECT 1 FROM gone) RETURNING last_event
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id) SELECT $1, c.last_event, 'item.removed', $3 FROM c
         ) SELECT last_event FROM c`,
        [conversationId, personId, itemId],
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    /** Removes what comes after an item, in one statement however much it is. Null when that is nothing. */
    async removeItemsAfter(personId: string, conversationId: string, itemId: string): Promise<number | null> {
      const rows = await run(
        'remove-items-after',
        `WITH gone AS (
           DELETE FROM items WHERE conversation_id = $1 AND ${mayAccess}
             AND seq > (SELECT seq FROM items WHERE conversation_id = $1 AND id = $3) RETURNING id, seq
         ), c AS (
           UPDATE conversations SET last_event = last_event + (SELECT count(*) FROM gone), updated_at = now()
           WHERE id = $1 AND EXISTS (SELECT 1 FROM gone) RETURNING last_event
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id)
           SELECT $1, c.last_event + 1 - row_number() OVER (ORDER BY gone.seq), 'item.removed', gone.id FROM c, gone
         ) SELECT last_event FROM c`,
        [conversationId, personId, itemId],
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    async findItem(personId: string, conversationId: string, itemId: string): Promise<Item | null> {
      const rows = await run(
        'find-item',
        `SELECT id, type, hidden, payload, created_at FROM items WHERE conversation_id = $1 AND id = $3 AND ${mayAccess}`,
        [conversationId, personId, itemId],
      );
      return rows[0] ? toItem(rows[0]) : null;
    },

    /** In the order they were added. An unknown `after` yields an empty page. */
    async listItems(personId: string, conversationId: string, page: PageRequest): Promise<Page<Item>> {
      const [sign, direction] = page.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
      const rows = await run(
        `list-items.${page.order}.${page.after === null ? 'first' : 'after'}`,
        `SELECT id, type, hidden, payload, created_at, found FROM (
           SELECT p.*, count(*) OVER () AS found, sum(octet_length(payload::text))
             OVER (ORDER BY seq ${direction} ROWS UNBOUNDED PRECEDING) - octet_length(payload::text) AS bytes_before
           FROM (
             SELECT id, seq, type, hidden, payload, created_at FROM items
             WHERE conversation_id = $1 AND ${mayAccess}
               ${page.after === null ? '' : `AND seq ${sign} (SELECT seq FROM items a WHERE a.conversation_id = $1 AND a.id = $4)`}
             ORDER BY seq ${direction} LIMIT $3
           ) p
         ) q WHERE bytes_before < ${mostPageBytes} ORDER BY seq ${direction}`,
        [conversationId, personId, page.limit + 1, ...(page.after === null ? [] : [page.after])],
      );
      const shown = Math.min(rows.length, page.limit);
      return { data: rows.slice(0, shown).map(toItem), hasMore: Number(rows[0]?.found ?? 0) > shown };
    },

    /** Keeps what the person thinks of these items; a later word replaces an earlier. Returns how many there were. */
    async rate(personId: string, conversationId: string, itemIds: string[], kind: string): Promise<number> {
      const rows = await run(
        'rate',
        `INSERT INTO feedback (conversation_id, item_id, person_id, kind)
         SELECT conversation_id, id, $2, $4 FROM items WHERE conversation_id = $1 AND id = ANY($3) AND ${mayAccess}
         ON CONFLICT (conversation_id, item_id, person_id) DO UPDATE SET kind = excluded.kind, at = now()
         RETURNING item_id`,
        [conversationId, personId, itemIds, kind],
      );
      return rows.length;
    },

    /** Which of these ids are stored already. */
    async storedIds(conversationId: string, ids: string[]): Promise<Set<string>> {
      if (ids.length === 0) return new Set();
      const rows = await run('stored-ids', 'SELECT id FROM items WHERE conversation_id = $1 AND id = ANY($2)', [
        conversationId,
        ids,
      ]);
      return new Set(rows.map((row) => row.id));
    },

    /** Events with `after < n <= upTo`, oldest first, at most `limit`; none when the person may not (or no longer) see them. */
    async readEvents(
      personId: string,
      conversationId: string,
      { after, upTo, limit }: { after: number; upTo: number | null; limit: number },
    ): Promise<LogEvent[]> {
      const rows = await run(
        'read-events',
        `SELECT e.n, e.type, e.item_id, e.payload,
           i.type AS item_type, i.hidden, i.payload AS item_payload, i.created_at AS item_created_at
         FROM events e LEFT JOIN items i ON i.conversation_id = e.conversation_id AND i.id = e.item_id
         WHERE e.conversation_id = $1 AND ${mayAccess} AND e.n > $3 AND ($4::bigint IS NULL OR e.n <= $4)
         ORDER BY e.n LIMIT $5`,
        [conversationId, personId, after, upTo, limit],
      );
      return rows.map((row) => ({
        n: Number(row.n),
        type: row.type,
        itemId: row.item_id,
        payload: row.payload,
        conversation: null,
        item:
          row.item_type === null
            ? null
            : {
                id: row.item_id,
                type: row.item_type,
                hidden: row.hidden,
                payload: row.item_payload,
                createdAt: row.item_created_at,
              },
      }));
    },

    /**
     * Starts a run: the one statement that decides who answers. With `item`, what is to be answered is stored with it: there
     * is no run without its message, nor a message whose run was refused. Returns the conversation as it stands, or null when
     * the person has no such conversation or a run is in flight there. Throws `conflict` for a request that was made before.
     */
    async claimRun(
      personId: string,
      conversationId: string,
      run_: NewRun,
      item: NewItem | null,
    ): Promise<Conversation | null> {
      const rows = await run(
        'claim-run',
        `WITH c AS (
           UPDATE conversations c SET last_event = last_event + 1 + ($7::text IS NOT NULL)::int,
             last_seq = last_seq + ($7::text IS NOT NULL)::int, updated_at = now()
           WHERE c.id = $1 AND ${mayAccess}
             AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.conversation_id = $1 AND r.state = 'running')
           RETURNING ${conversationColumns}, c.last_seq, c.last_event - ($7::text IS NOT NULL)::int AS first_event
         ), r AS (
           INSERT INTO runs (id, conversation_id, person_id, process_key, state, client_id, request_hash, first_event)
           SELECT $3, c.id, $2, $4, 'running', $5, $6, c.first_event FROM c
         ), i AS (
           INSERT INTO items (conversation_id, id, seq, type, hidden, author_id, client_id, payload, created_at)
           SELECT c.id, $7, c.last_seq, $8, $9, $10, $11, $12, $13 FROM c WHERE $7 IS NOT NULL
         ), e AS (
           INSERT INTO events (conversation_id, n, type, item_id, payload)
           SELECT c.id, c.first_event, 'run.started', NULL, jsonb_build_object('run_id', $3::text) FROM c
           UNION ALL SELECT c.id, c.last_event, 'item.done', $7, NULL FROM c WHERE $7 IS NOT NULL
         ) SELECT * FROM c`,
        [conversationId, personId, ...runValues(run_), ...itemValues(item)],
      ).catch(refuseUsedName);
      return rows[0] ? toConversation(rows[0]) : null;
    },

    /** The run that a person's request started, by the name the client gave it; null when there is none, or no right to it. */
    async findRequest(
      personId: string,
      clientId: string,
    ): Promise<(Run & { requestHash: string; firstEvent: number }) | null> {
      const rows = await run(
        'find-request',
        `SELECT r.id, r.conversation_id, r.process_key, r.state, r.request_hash, r.first_event FROM runs r
         JOIN participants p ON p.conversation_id = r.conversation_id AND p.person_id = $1
         WHERE r.person_id = $1 AND r.client_id = $2`,
        [personId, clientId],
      );
      const row = rows[0];
      return row ? { ...toRun(row), requestHash: row.request_hash, firstEvent: Number(row.first_event) } : null;
    },

    /** Removes a run that was claimed and refused before it did anything, with the event that told of it. */
    async unclaimRun(runId: string): Promise<void> {
      await run(
        'unclaim-run',
        `WITH r AS (DELETE FROM runs WHERE id = $1 AND state = 'running' RETURNING conversation_id)
         DELETE FROM events e USING r WHERE e.conversation_id = r.conversation_id AND e.type = 'run.started'
           AND e.payload->>'run_id' = $1`,
        [runId],
      );
    },

    /** Null when the run is not in flight any more (another process declared this one dead). */
    async endRun(
      runId: string,
      state: Exclude<RunState, 'running'>,
      result: { model?: string; usage?: object },
    ): Promise<number | null> {
      const rows = await run(
        'end-run',
        `WITH r AS (
           UPDATE runs SET state = $2, pending = '[]', model = $3, usage = $4, ended_at = now()
           WHERE id = $1 AND state = 'running' RETURNING conversation_id
         ), c AS (
           UPDATE conversations c SET last_event = last_event + 1, updated_at = now() FROM r WHERE c.id = r.conversation_id
           RETURNING c.id, c.last_event
         ), e AS (
           INSERT INTO events (conversation_id, n, type, payload)
           SELECT c.id, c.last_event, 'run.ended', jsonb_build_object('run_id', $1::text, 'state', $2::text) FROM c
         ) SELECT last_event FROM c`,
        [runId, state, result.model ?? null, result.usage ? JSON.stringify(result.usage) : null],
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    /** Saves how far the run got. Returns whether someone asked it to stop; null when it is not in flight any more. */
    async checkpointRun(runId: string, pending: PendingItem[]): Promise<{ stopRequested: boolean } | null> {
      const rows = await run(
        'checkpoint-run',
        `UPDATE runs SET pending = $2 WHERE id = $1 AND state = 'running' RETURNING stop_requested`,
        [runId, JSON.stringify(pending)],
      );
      return rows[0] ? { stopRequested: rows[0].stop_requested } : null;
    },

    async requestStop(personId: string, conversationId: string): Promise<string | null> {
      const rows = await run(
        'request-stop',
        `UPDATE runs SET stop_requested = true WHERE conversation_id = $1 AND state = 'running' AND ${mayAccess} RETURNING id`,
        [conversationId, personId],
      );
      return rows[0]?.id ?? null;
    },

    /** The newest run of a conversation, with whether anything was said after it. */
    async lastRun(conversationId: string): Promise<(Run & { followed: boolean }) | null> {
      const rows = await run(
        'last-run',
        `SELECT r.id, r.conversation_id, r.process_key, r.state,
           EXISTS (SELECT 1 FROM items i WHERE i.conversation_id = $1 AND NOT i.hidden AND i.created_at > r.ended_at) AS followed
         FROM runs r WHERE r.conversation_id = $1 ORDER BY (r.state = 'running') DESC, r.started_at DESC LIMIT 1`,
        [conversationId],
      );
      const row = rows[0];
      return row ? { ...toRun(row), followed: row.followed } : null;
    },

    /** The keys of all processes that are thought to have a run in flight. */
    async processesWithRuns(): Promise<string[]> {
      const rows = await run('processes', `SELECT DISTINCT process_key FROM runs WHERE state = 'running'`, []);
      return rows.map((row) => String(row.process_key));
    },

    async runningIn(conversationId: string): Promise<Run | null> {
      const rows = await run(
        'running-in',
        `SELECT id, conversation_id, process_key, state FROM runs WHERE conversation_id = $1 AND state = 'running'`,
        [conversationId],
      );
      return rows[0] ? toRun(rows[0]) : null;
    },

    /**
     * Ends every run of a dead process as `interrupted`, keeping the text it had got to. Safe when several processes do
     * it at once. Returns the conversations concerned with the number of their newest event.
     */
    async interruptRunsOf(
      processKey: string,
      interruption: {
        keep(item: PendingItem): boolean;
        note(conversationId: string): Item;
      },
    ): Promise<{ conversationId: string; lastEvent: number }[]> {
      return transaction(pool, async (client) => {
        const { rows } = await client.query<Row>(
          `SELECT id, conversation_id, pending FROM runs WHERE process_key = $1 AND state = 'running' FOR UPDATE SKIP LOCKED`,
          [processKey],
        );
        const touched: { conversationId: string; lastEvent: number }[] = [];
        for (const row of rows) {
          const kept = (row.pending as PendingItem[])
            .filter(interruption.keep)
            .map((item) => ({ ...item, hidden: false }));
          const hidden = interruption.note(row.conversation_id);
          const items = [...kept, { ...hidden, createdAt: hidden.createdAt.toISOString() }];
          for (const item of items) {
            await client.query(
              `WITH c AS (
                 UPDATE conversations SET last_event = last_event + 1, last_seq = last_seq + 1, updated_at = now()
                 WHERE id = $1 RETURNING last_event, last_seq
               ), i AS (
                 INSERT INTO items (conversation_id, id, seq, type, hidden, payload, created_at)
                 SELECT $1, $2, c.last_seq, $3, $4, $5, $6 FROM c ON CONFLICT (conversation_id, id) DO NOTHING
               ) INSERT INTO events (conversation_id, n, type, item_id) SELECT $1, c.last_event, 'item.done', $2 FROM c`,
              [row.conversation_id, item.id, item.type, item.hidden, JSON.stringify(item.payload), item.createdAt],
            );
          }
          const ended = await client.query<Row>(
            `WITH r AS (
               UPDATE runs SET state = 'interrupted', pending = '[]', ended_at = now() WHERE id = $2
             ), c AS (
               UPDATE conversations SET last_event = last_event + 1, updated_at = now() WHERE id = $1 RETURNING last_event
             ), e AS (
               INSERT INTO events (conversation_id, n, type, payload)
               SELECT $1, c.last_event, 'run.ended', jsonb_build_object('run_id', $2::text, 'state', 'interrupted') FROM c
             ) SELECT last_event FROM c`,
            [row.conversation_id, row.id],
          );
          touched.push({ conversationId: row.conversation_id, lastEvent: Number(ended.rows[0]?.last_event ?? 0) });
        }
        return touched;
      });
    },
  };
}
