import type { Pool } from 'pg';
import { conversationColumns, itemColumns, type Row, toConversation, toItem } from '../log/rows.ts';
import type { ConversationKind, Found, Item, Page } from '../types.ts';

/** The most places of a word that are looked up; a word with more is common. */
const fewPlaces = 500;
/** A page of results ends before its number of items where these are large, though only a line of each is shown. */
const mostFoundBytes = 2 * 1024 * 1024;

/** An item that is not indexed yet. `version` changes with each change of its row. */
export type UnindexedItem = Pick<Item, 'type' | 'payload'> & { conversationId: string; seq: string; version: string };
/** The terms are separated by spaces. */
export type IndexedItem = Pick<UnindexedItem, 'conversationId' | 'seq' | 'version'> & { terms: string };

export type SearchQueries = ReturnType<typeof createSearchQueries>;

/** The SQL of the search. An item whose `terms` are null is not in the index yet. */
export function createSearchQueries(pool: Pool) {
  return {
    /**
     * The person's conversations whose title, or one of whose items, holds all words of the question; by last activity,
     * newest first. A rare word is looked up in the index of terms. For a common one, the conversations are walked from the
     * newest until the page is full. Not prepared: the plan depends on how common the words are. A page ends early where
     * the items found are large, so that one search loads and reads no more than others can wait for.
     */
    async searchConversations(
      personId: string,
      kind: ConversationKind,
      query: string,
      page: { limit: number; after: string | null },
    ): Promise<Page<Found>> {
      const { rows: places } = await pool.query<Row>(
        `WITH mine AS MATERIALIZED (SELECT conversation_id FROM members WHERE person_id = $1)
         SELECT i.conversation_id, i.seq FROM mine JOIN items i ON i.conversation_id = mine.conversation_id
         WHERE i.terms @@ $2::tsquery AND NOT i.hidden LIMIT $3`,
        [personId, query, fewPlaces + 1],
      );
      const rare = places.length <= fewPlaces;
      const hit = rare
        ? `LEFT JOIN (
             SELECT place.conversation_id, max(place.seq) AS seq
             FROM unnest($6::text[], $7::bigint[]) AS place (conversation_id, seq) GROUP BY place.conversation_id
           ) hit ON hit.conversation_id = c.id`
        : `LEFT JOIN LATERAL (
             SELECT i.seq FROM items i WHERE i.conversation_id = c.id AND i.terms @@ $3::tsquery AND NOT i.hidden
             ORDER BY i.seq DESC LIMIT 1
           ) hit ON true`;
      const { rows } = await pool.query<Row>(
        `SELECT * FROM (
           SELECT page.*, ${itemColumns}, count(*) OVER () AS found,
             coalesce(sum(octet_length(i.payload::text)) OVER (
               ORDER BY page.updated_at DESC, page.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
           FROM (
             SELECT ${conversationColumns}, hit.seq AS hit_seq
             FROM members m JOIN conversations c ON c.id = m.conversation_id
             ${hit}
             WHERE m.person_id = $1 AND c.kind = $2 AND (hit.seq IS NOT NULL OR c.title_terms @@ $3::tsquery)
               AND ($4::text IS NULL OR (c.updated_at, c.id) < (
                 SELECT a.updated_at, a.id FROM conversations a
                 JOIN members am ON am.conversation_id = a.id AND am.person_id = $1 WHERE a.id = $4))
             ORDER BY c.updated_at DESC, c.id DESC LIMIT $5
           ) page
           LEFT JOIN items i ON i.conversation_id = page.id AND i.seq = page.hit_seq
         ) shown WHERE bytes_before < ${mostFoundBytes} ORDER BY updated_at DESC, id DESC`,
        [
          personId,
          kind,
          query,
          page.after,
          page.limit + 1,
          ...(rare ? [places.map((row) => row.conversation_id), places.map((row) => row.seq)] : []),
        ],
      );
      const shown = Math.min(rows.length, page.limit);
      const data = rows.slice(0, shown).map((row) => ({
        conversation: toConversation(row),
        item: row.item_id === null ? null : toItem(row),
      }));
      return { data, hasMore: Number(rows[0]?.found ?? 0) > shown };
    },

    /** The newest items that are not indexed yet, in a person's conversations or in the given conversations. */
    async unindexedItems(
      of: { personId: string } | { conversations: string[] },
      limit: number,
    ): Promise<UnindexedItem[]> {
      const [name, where, value] =
        'personId' in of
          ? ['person', 'i.conversation_id IN (SELECT conversation_id FROM members WHERE person_id = $1)', of.personId]
          : ['conversations', 'i.conversation_id = ANY ($1::text[])', of.conversations];
      const { rows } = await pool.query<Row>({
        name: `conversations.unindexed-of-${name}`,
        text: `SELECT i.conversation_id, i.seq, i.xmin::text AS version, i.type, i.payload FROM items i
               WHERE i.terms IS NULL AND NOT i.hidden AND ${where} ORDER BY i.created_at DESC LIMIT $2`,
        values: [value, limit],
      });
      return rows.map((row) => ({
        conversationId: row.conversation_id,
        seq: row.seq,
        version: row.version,
        type: row.type,
        payload: row.payload,
      }));
    },

    /**
     * Puts items into the index, except those that changed meanwhile: they are read again. Rows are locked in the order of
     * their key, as deletions lock them: otherwise the two statements could wait for each other, and one would fail.
     */
    async saveTerms(items: IndexedItem[]): Promise<void> {
      await pool.query({
        name: 'conversations.save-terms',
        text: `WITH n AS (
                 SELECT i.conversation_id, i.seq, n.terms
                 FROM json_to_recordset($1) AS n ("conversationId" text, seq bigint, version text, terms text)
                 JOIN items i ON i.conversation_id = n."conversationId" AND i.seq = n.seq AND i.xmin::text = n.version
                 ORDER BY i.conversation_id, i.seq FOR UPDATE OF i
               )
               UPDATE items i SET terms = array_to_tsvector(string_to_array(n.terms, ' '))
               FROM n WHERE i.conversation_id = n.conversation_id AND i.seq = n.seq`,
        values: [JSON.stringify(items)],
      });
    },
  };
}
