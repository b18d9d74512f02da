import type { Pool } from 'pg';
import {
  conversationColumns,
  eventColumns,
  eventTables,
  itemColumns,
  type Row,
  toConversation,
  toEvent,
  toItem,
} from '../log/rows.ts';
import type { Conversation, LogEvent, StoredItem } from '../types.ts';

/** Where a conversation stands as its tail begins. */
export type TailStart = {
  lastEvent: number;
  runs: { id: string; agent: string; process: string }[];
  /** Which of the items asked about are stored. */
  stored: string[];
};

/** A conversation in a person's list. */
export type InboxEntry = {
  conversation: Conversation;
  role: string;
  readTo: number;
  deliveredTo: number;
  lastSeq: number;
  /** What others wrote after `readTo`, and how often it names the person; counted up to a hundred. */
  unread: number;
  mentions: number;
  /**
   * The last item, without its payload where that is long: a list shows a line of each, and five hundred may be a megabyte
   * each.
   */
  lastItem: (Omit<StoredItem, 'payload'> & { payload: StoredItem['payload'] | null }) | null;
};

const changedSince = (table: string) =>
  `(${table}.changed >= $2::xid8 AND ${table}.changed < pg_snapshot_xmax(pg_current_snapshot()))`;

/** The longest payload in a list, in bytes of JSON. */
const longestListed = 4096;

/** The count stops here; a badge says "99+". */
const mostCounted = 100;

export type FeedQueries = ReturnType<typeof createFeedQueries>;

/**
 * The SQL of the feeds. A tail reads for all its followers, whose right was checked when they joined. The log itself
 * reports who loses it (`member.left`), in the order of everything else.
 */
export function createFeedQueries(pool: Pool) {
  const ask = async (name: string, text: string, values: unknown[]): Promise<Row[]> =>
    (await pool.query<Row>({ name: `conversations.${name}`, text, values })).rows;

  return {
    /** Null: there is no such conversation. */
    async tailStart(conversationId: string, itemIds: string[]): Promise<TailStart | null> {
      const rows = await ask(
        'tail-start',
        `SELECT c.last_event,
           ARRAY(SELECT i.id FROM items i WHERE i.conversation_id = $1 AND i.id = ANY ($2::text[])) AS stored,
           (SELECT json_agg(json_build_object('id', r.id, 'agent', r.agent, 'process', r.process_key::text)) FROM runs r
            WHERE r.conversation_id = $1 AND r.state = 'running') AS runs
         FROM conversations c WHERE c.id = $1`,
        [conversationId, itemIds],
      );
      const row = rows[0];
      return row ? { lastEvent: Number(row.last_event), stored: row.stored, runs: row.runs ?? [] } : null;
    },

    /** For all followers at once: events with `after < n <= upTo` (null: all there are), oldest first, at most `limit`. */
    async tailEvents(
      conversationId: string,
      { after, upTo, limit }: { after: number; upTo: number | null; limit: number },
    ): Promise<LogEvent[]> {
      const rows = await ask(
        'tail-events',
        `SELECT ${eventColumns} FROM ${eventTables}
         WHERE e.conversation_id = $1 AND e.n > $2 AND ($3::bigint IS NULL OR e.n <= $3) ORDER BY e.n LIMIT $4`,
        [conversationId, after, upTo, limit],
      );
      return rows.map(toEvent);
    },

    /**
     * The person's conversations that changed at or after a cursor (null: all), the latest first, at most `limit`, and the
     * next cursor. A cursor is the oldest transaction that was open at the time: a late commit is reported twice rather
     * than never. A row that names a future transaction was restored from another database's backup, and counts as older
     * than any cursor.
     */
    async inboxAfter(
      personId: string,
      cursor: string | null,
      limit: number,
    ): Promise<{ cursor: string; entries: InboxEntry[]; gone: string[] }> {
      const rows = await ask(
        'inbox',
        `SELECT s.cursor, page.*, ${itemColumns.replace('i.payload', 'i.listed')} FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS cursor) s
         LEFT JOIN LATERAL (
           SELECT ${conversationColumns}, c.last_seq, m.role, m.read_to, m.delivered_to,
             (SELECT count(*) FROM (SELECT 1 FROM items u WHERE u.conversation_id = c.id AND u.seq > m.read_to
                AND NOT u.hidden AND u.author_id IS DISTINCT FROM $1 LIMIT ${mostCounted}) u) AS unread,
             (SELECT count(*) FROM (SELECT 1 FROM items u WHERE u.conversation_id = c.id AND u.seq > m.read_to
                AND NOT u.hidden AND $1 = ANY (u.mentions) LIMIT ${mostCounted}) u) AS mentioned
           FROM members m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.person_id = $1 AND ($2::xid8 IS NULL OR ${changedSince('c')} OR ${changedSince('m')})
           ORDER BY c.updated_at DESC, c.id DESC LIMIT $3
         ) page ON true
         LEFT JOIN LATERAL (
           SELECT l.*, CASE
               -- As it is stored, which is known without reading it; then as it is.
               WHEN pg_column_size(l.payload) > ${longestListed} OR octet_length(l.payload::text) > ${longestListed} THEN NULL
               ELSE l.payload
             END AS listed
           FROM items l WHERE l.conversation_id = page.id AND NOT l.hidden ORDER BY l.seq DESC LIMIT 1
         ) i ON true
         ORDER BY page.updated_at DESC, page.id DESC`,
        [personId, cursor, limit],
      );
      const gone =
        cursor === null
          ? []
          : await ask(
              'departures',
              `SELECT d.conversation_id FROM departures d WHERE d.person_id = $1 AND ${changedSince('d')}
                 AND NOT EXISTS (SELECT 1 FROM members m WHERE m.person_id = $1 AND m.conversation_id = d.conversation_id)
               LIMIT $3`,
              [personId, cursor, limit],
            );
      return {
        cursor: rows[0]!.cursor,
        entries: rows
          .filter((row) => row.id !== null)
          .map((row) => ({
            conversation: toConversation(row),
            role: row.role,
            readTo: Number(row.read_to),
            deliveredTo: Number(row.delivered_to),
            lastSeq: Number(row.last_seq),
            unread: Number(row.unread),
            mentions: Number(row.mentioned),
            lastItem: row.item_id === null ? null : toItem(row),
          })),
        gone: gone.map((row) => row.conversation_id),
      };
    },

    /** The person's conversations, the latest first. */
    async conversationsOf(personId: string, limit: number): Promise<string[]> {
      const rows = await ask(
        'conversations-of',
        `SELECT c.id FROM members m JOIN conversations c ON c.id = m.conversation_id WHERE m.person_id = $1
         ORDER BY c.updated_at DESC LIMIT $2`,
        [personId, limit],
      );
      return rows.map((row) => row.id);
    },
  };
}
