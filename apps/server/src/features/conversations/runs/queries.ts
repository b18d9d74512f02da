import type { Pool, PoolClient } from 'pg';
import { transaction } from '../../../platform/database/transaction.ts';
import { itemValues } from '../log/queries.ts';
import type { Row } from '../log/rows.ts';
import { may } from '../rights/rights.ts';
import type { NewItem, Run, RunState } from '../types.ts';

const toRun = (row: Row): Run => ({
  id: row.id,
  conversationId: row.conversation_id,
  agent: row.agent,
  processKey: String(row.process_key),
  state: row.state,
});
const runColumns = 'r.id, r.conversation_id, r.agent, r.process_key, r.state';

/** The signals of a run since it was last saved; `k` counts its pieces. */
export type Piece = { run: string; k: number; piece: string };
/** A run that is ended for another process, with its pieces in order. */
export type LostRun = { id: string; conversationId: string; pieces: string[] };

export type RunQueries = ReturnType<typeof createRunQueries>;

/** The SQL of runs. The row of a run is locked before that of its conversation, here as everywhere. */
export function createRunQueries({ pool, runWrites }: { pool: Pool; runWrites: Pool }) {
  const ask = async (name: string, text: string, values: unknown[], at = pool): Promise<Row[]> =>
    (await at.query<Row>({ name: `conversations.${name}`, text, values })).rows;

  const readPieces = async (client: Pick<PoolClient, 'query'>, runId: string): Promise<string[]> => {
    const { rows } = await client.query<Row>({
      name: 'conversations.read-pieces',
      text: `SELECT DISTINCT ON (p.k) p.piece FROM runs r JOIN run_pieces p ON p.run = r.number WHERE r.id = $1 ORDER BY p.k`,
      values: [runId],
    });
    return rows.map((row) => row.piece);
  };

  return {
    /**
     * The run that a person's request started, by the client's name for the request; null when there is none, or no right
     * to it.
     */
    async findRequest(
      personId: string,
      clientId: string,
    ): Promise<(Run & { requestHash: string; firstEvent: number }) | null> {
      const rows = await ask(
        'find-request',
        `SELECT ${runColumns}, r.request_hash, r.first_event FROM runs r
         JOIN members m ON m.conversation_id = r.conversation_id AND m.person_id = $1
         WHERE r.person_id = $1 AND r.client_id = $2`,
        [personId, clientId],
      );
      const row = rows[0];
      return row ? { ...toRun(row), requestHash: row.request_hash, firstEvent: Number(row.first_event) } : null;
    },

    /**
     * Removes a run that was claimed and refused before it did anything. The log holds its start, so it gets its end too:
     * the log has no holes. Null when it is not in flight.
     */
    async unclaimRun(runId: string): Promise<number | null> {
      const rows = await ask(
        'unclaim-run',
        `WITH r AS (
           DELETE FROM runs WHERE id = $1 AND state = 'running' RETURNING conversation_id, agent
         ), c AS (
           UPDATE conversations c SET last_event = last_event + 1, changed = pg_current_xact_id()
           FROM r WHERE c.id = r.conversation_id RETURNING c.id, c.last_event, r.agent
         ), e AS (
           INSERT INTO events (conversation_id, n, type, payload)
           SELECT c.id, c.last_event, 'run.ended',
             jsonb_build_object('run_id', $1::text, 'agent', c.agent, 'state', 'failed') FROM c
         ) SELECT last_event FROM c`,
        [runId],
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    /** Ends a run and removes its pieces. Null when it is not in flight any more (another process declared this one dead). */
    async endRun(
      runId: string,
      state: Exclude<RunState, 'running'>,
      result: { model?: string | undefined; usage?: object | undefined },
    ): Promise<number | null> {
      const rows = await ask(
        'end-run',
        `WITH r AS (
           UPDATE runs SET state = $2, model = $3, usage = $4, ended_at = now()
           WHERE id = $1 AND state = 'running' RETURNING conversation_id, number, agent
         ), p AS (
           DELETE FROM run_pieces USING r WHERE run_pieces.run = r.number
         ), c AS (
           UPDATE conversations c SET last_event = last_event + 1, updated_at = now(), changed = pg_current_xact_id()
           FROM r WHERE c.id = r.conversation_id RETURNING c.id, c.last_event, r.agent
         ), e AS (
           INSERT INTO events (conversation_id, n, type, payload)
           SELECT c.id, c.last_event, 'run.ended',
             jsonb_build_object('run_id', $1::text, 'agent', c.agent, 'state', $2::text) FROM c
         ) SELECT last_event FROM c`,
        [runId, state, result.model ?? null, result.usage ? JSON.stringify(result.usage) : null],
        runWrites,
      );
      return rows[0] ? Number(rows[0].last_event) : null;
    },

    /** The number of the event that ended a run; null when it has not ended. */
    async findEnd(conversationId: string, runId: string): Promise<number | null> {
      const rows = await ask(
        'find-end',
        `SELECT max(n) AS n FROM events WHERE conversation_id = $1 AND type = 'run.ended' AND payload->>'run_id' = $2`,
        [conversationId, runId],
        runWrites,
      );
      return rows[0]?.n ?? null;
    },

    /**
     * Saves the new signals of these runs in one statement. Returns which of `runs` are still in flight, and which of them
     * a person asked to stop.
     */
    async checkpoint(runs: string[], pieces: Piece[]): Promise<Map<string, { stopRequested: boolean }>> {
      const rows = await ask(
        'checkpoint',
        `WITH r AS MATERIALIZED (
           SELECT id, number, stop_requested FROM runs WHERE id = ANY ($1::text[]) AND state = 'running'
         ), p AS (
           INSERT INTO run_pieces (run, k, piece)
           SELECT r.number, p.k, p.piece FROM json_to_recordset($2) AS p (run text, k integer, piece text)
           JOIN r ON r.id = p.run
         ) SELECT id, stop_requested FROM r`,
        [runs, JSON.stringify(pieces)],
        runWrites,
      );
      return new Map(rows.map((row) => [row.id, { stopRequested: row.stop_requested }]));
    },

    /** The pieces of a run when it was last saved. */
    pieces: (runId: string): Promise<string[]> => readPieces(pool, runId),

    /**
     * Marks the runs in flight as asked to stop: those the person began, and those of others where the person may stop
     * them.
     */
    async requestStop(personId: string, conversationId: string): Promise<string[]> {
      const rows = await ask(
        'request-stop',
        `UPDATE runs SET stop_requested = true WHERE conversation_id = $1 AND state = 'running'
           AND (${may('stop')} OR (person_id = $2 AND ${may('ask')})) RETURNING id`,
        [conversationId, personId],
      );
      return rows.map((row) => row.id);
    },

    /** Marks those to stop that a person began who has lost the right to. */
    async requestStopOf(personId: string, conversationId: string): Promise<string[]> {
      const rows = await ask(
        'request-stop-of',
        `UPDATE runs SET stop_requested = true WHERE conversation_id = $1 AND person_id = $2 AND state = 'running'
         RETURNING id`,
        [conversationId, personId],
      );
      return rows.map((row) => row.id);
    },

    /** The newest run of a conversation, and whether an item was added after it. */
    async lastRun(conversationId: string): Promise<(Run & { followed: boolean }) | null> {
      const rows = await ask(
        'last-run',
        `SELECT ${runColumns},
           EXISTS (SELECT 1 FROM items i WHERE i.conversation_id = $1 AND NOT i.hidden AND i.created_at > r.ended_at) AS followed
         FROM runs r WHERE r.conversation_id = $1 ORDER BY (r.state = 'running') DESC, r.started_at DESC LIMIT 1`,
        [conversationId],
      );
      const row = rows[0];
      return row ? { ...toRun(row), followed: row.followed } : null;
    },

    /** The keys of all processes that have a run in flight, as far as the database knows. */
    async processesWithRuns(): Promise<string[]> {
      const rows = await ask('processes', `SELECT DISTINCT process_key FROM runs WHERE state = 'running'`, []);
      return rows.map((row) => String(row.process_key));
    },

    async runningIn(conversationId: string, agent: string | null = null): Promise<Run[]> {
      const rows = await ask(
        'running-in',
        `SELECT ${runColumns} FROM runs r
         WHERE r.conversation_id = $1 AND r.state = 'running' AND ($2::text IS NULL OR r.agent = $2)`,
        [conversationId, agent],
      );
      return rows.map(toRun);
    },

    /** Removes pieces without a run, such as those of a conversation that was removed. */
    async removeOrphans(): Promise<void> {
      await ask(
        'remove-orphans',
        `DELETE FROM run_pieces p WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.number = p.run AND r.state = 'running')`,
        [],
      );
    },

    /**
     * Ends every run of a dead process as `interrupted`, and stores the items that `keep` makes of its pieces. Safe when
     * several processes do it at once, and when the process lives after all: it finds its runs ended and writes no more.
     * Returns the conversations concerned, each with the number of its newest event.
     */
    async interruptRunsOf(
      processKey: string,
      keep: (run: LostRun & { kind: string }) => NewItem[],
    ): Promise<{ conversationId: string; lastEvent: number }[]> {
      return transaction(pool, async (client) => {
        const { rows } = await client.query<Row>(
          `SELECT r.id, r.number, r.agent, r.conversation_id, c.kind
           FROM runs r JOIN conversations c ON c.id = r.conversation_id
           WHERE r.process_key = $1 AND r.state = 'running' ORDER BY r.conversation_id FOR UPDATE OF r SKIP LOCKED`,
          [processKey],
        );
        const touched: { conversationId: string; lastEvent: number }[] = [];
        for (const row of rows) {
          const pieces = await readPieces(client, row.id);
          for (const item of keep({ id: row.id, conversationId: row.conversation_id, kind: row.kind, pieces })) {
            await client.query(
              `WITH c AS (
                 UPDATE conversations SET last_event = last_event + 1, last_seq = last_seq + 1, updated_at = now(),
                   changed = pg_current_xact_id()
                 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM items WHERE conversation_id = $1 AND id = $2)
                 RETURNING last_event, last_seq
               ), i AS (
                 INSERT INTO items (conversation_id, seq, id, type, hidden, author_id, client_id, payload, created_at,
                   parent_id, mentions)
                 SELECT $1, c.last_seq, $2, $3, $4, $5, $6, $7, $8, $9, $10::text[] FROM c
               ) INSERT INTO events (conversation_id, n, type, item_id) SELECT $1, c.last_event, 'item.done', $2 FROM c`,
              [row.conversation_id, ...itemValues(item)],
            );
          }
          const ended = await client.query<Row>(
            `WITH r AS (
               UPDATE runs SET state = 'interrupted', ended_at = now() WHERE id = $2
             ), p AS (
               DELETE FROM run_pieces WHERE run = $3
             ), c AS (
               UPDATE conversations SET last_event = last_event + 1, updated_at = now(), changed = pg_current_xact_id()
               WHERE id = $1 RETURNING last_event
             ), e AS (
               INSERT INTO events (conversation_id, n, type, payload)
               SELECT $1, c.last_event, 'run.ended',
                 jsonb_build_object('run_id', $2::text, 'agent', $4::text, 'state', 'interrupted') FROM c
             ) SELECT last_event FROM c`,
            [row.conversation_id, row.id, row.number, row.agent],
          );
          touched.push({ conversationId: row.conversation_id, lastEvent: Number(ended.rows[0]?.last_event ?? 0) });
        }
        return touched;
      });
    },
  };
}
