import type { Pool, PoolClient } from 'pg';
import { may, type Role, type Verb } from '../rights/rights.ts';

type Client = Pick<PoolClient, 'query'>;

/** A conversation that has changed, and its newest event. */
type Change = { conversationId: string; n: number };

/** The number of the event that records the change. */
export type MemberChange = { n: number };

export type MemberQueries = ReturnType<typeof createMemberQueries>;

/** Roles that give no power over others. */
const ordinary = "('member', 'agent', 'visitor')";

const isHeld = 'EXISTS (SELECT 1 FROM held)';

const departure = `INSERT INTO departures (person_id, conversation_id) SELECT gone.person_id, gone.conversation_id FROM gone
  ON CONFLICT (person_id, conversation_id) DO UPDATE SET changed = pg_current_xact_id(), at = now()`;

/** The SQL of members. Each join, departure and change is an event of the log: followers learn it in the log's order. */
export function createMemberQueries(pool: Pool) {
  const ask = async (name: string, text: string, values: unknown[]) =>
    (await pool.query({ name: `conversations.${name}`, text, values })).rows;

  /**
   * Runs a change of members. `what` changes their rows where the conversation is held, and returns them as `changed`; the
   * statement adds the event. The conversation is locked before them, as its deletion does.
   */
  const change = async (
    name: string,
    type: 'member.joined' | 'member.changed' | 'member.left',
    what: string,
    values: unknown[],
  ): Promise<MemberChange | null> => {
    const rows = await ask(
      name,
      `WITH held AS (SELECT 1 FROM conversations WHERE id = $1 AND ${may('read')} FOR NO KEY UPDATE), ${what}, c AS (
         UPDATE conversations SET last_event = last_event + 1, changed = pg_current_xact_id()
         WHERE id = $1 AND EXISTS (SELECT 1 FROM changed) RETURNING last_event
       ), e AS (
         INSERT INTO events (conversation_id, n, type, payload)
         SELECT $1, c.last_event, '${type}', jsonb_build_object('person_id', changed.person_id, 'role', changed.role)
         FROM c, changed
       ) SELECT last_event FROM c`,
      values,
    );
    return rows[0] ? { n: Number(rows[0].last_event) } : null;
  };

  return {
    /** Null: the person lacks the right, or the new member is one already. */
    join: (personId: string, conversationId: string, member: string, role: Role): Promise<MemberChange | null> =>
      change(
        'join',
        'member.joined',
        `changed AS (
           INSERT INTO members (conversation_id, person_id, role, read_to, delivered_to)
           SELECT c.id, $3, $4, c.last_seq, c.last_seq FROM conversations c WHERE c.id = $1 AND ${isHeld} AND ${may('add_member')} AND ($4 IN ${ordinary} OR ${may('set_role')})
           ON CONFLICT DO NOTHING RETURNING conversation_id, person_id, role)`,
        [conversationId, personId, member, role],
      ),

    /** Removes oneself, or a person one may remove. Null: no right, no such member, or an owner, who must hand over first. */
    leave: (personId: string, conversationId: string, member: string): Promise<MemberChange | null> =>
      change(
        personId === member ? 'leave' : 'remove-member',
        'member.left',
        `gone AS (
           DELETE FROM members x WHERE ${isHeld} AND x.conversation_id = $1 AND x.person_id = $3 AND x.role <> 'owner'
             AND (x.person_id = $2 OR x.role IN ${ordinary} OR ${may('set_role')})
             AND ${may((personId === member ? 'leave' : 'remove_member') satisfies Verb)}
           RETURNING x.conversation_id, x.person_id, x.role
         ), d AS (${departure}), changed AS (SELECT * FROM gone)`,
        [conversationId, personId, member],
      ),

    /** Records how far the person has read, and what a device of theirs has received; neither goes back. */
    async watermark(
      personId: string,
      conversationId: string,
      { readTo, deliveredTo }: { readTo: number | null; deliveredTo: number | null },
    ): Promise<{ readTo: number; deliveredTo: number; moved: boolean } | null> {
      const rows = await ask(
        'watermark',
        `WITH old AS (
           SELECT m.read_to, m.delivered_to, least(coalesce($3::bigint, 0), c.last_seq) AS read,
             least(coalesce(greatest($3::bigint, $4::bigint), 0), c.last_seq) AS delivered
           FROM members m JOIN conversations c ON c.id = m.conversation_id
           WHERE m.conversation_id = $1 AND m.person_id = $2
         ), new AS (
           UPDATE members m SET changed = pg_current_xact_id(),
             read_to = greatest(m.read_to, old.read), delivered_to = greatest(m.delivered_to, old.delivered)
           FROM old WHERE m.conversation_id = $1 AND m.person_id = $2
             AND (old.read > m.read_to OR old.delivered > m.delivered_to)
           RETURNING m.read_to, m.delivered_to
         )
         SELECT coalesce(new.read_to, old.read_to) AS read_to, coalesce(new.delivered_to, old.delivered_to) AS delivered_to,
           new.read_to IS NOT NULL AS moved
         FROM old LEFT JOIN new ON true`,
        [conversationId, personId, readTo, deliveredTo],
      );
      const row = rows[0];
      return row ? { readTo: Number(row.read_to), deliveredTo: Number(row.delivered_to), moved: row.moved } : null;
    },

    /** The members, and how far each has read; only for a member. */
    async list(
      personId: string,
      conversationId: string,
      limit: number,
    ): Promise<{ personId: string; role: Role; readTo: number; deliveredTo: number }[]> {
      const rows = await ask(
        'members',
        `SELECT x.person_id, x.role, x.read_to, x.delivered_to FROM members x
         WHERE x.conversation_id = $1 AND ${may('read')} ORDER BY x.joined_at, x.person_id LIMIT $3`,
        [conversationId, personId, limit],
      );
      return rows.map((row) => ({
        personId: row.person_id,
        role: row.role,
        readTo: Number(row.read_to),
        deliveredTo: Number(row.delivered_to),
      }));
    },

    async countOwned(personIds: string[]): Promise<Map<string, number>> {
      const { rows } = await pool.query(
        `SELECT person_id, count(*) AS count FROM members WHERE person_id = ANY($1) AND role = 'owner' GROUP BY 1`,
        [personIds],
      );
      return new Map(rows.map((row) => [row.person_id, Number(row.count)]));
    },

    /** Conversations with an answer in flight that the person asked for, or that run in a conversation the person owns. */
    async runningOf(personId: string): Promise<string[]> {
      const { rows } = await pool.query(
        `SELECT DISTINCT r.conversation_id FROM runs r JOIN members m ON m.conversation_id = r.conversation_id
         WHERE r.state = 'running' AND m.person_id = $1 AND (r.person_id = $1 OR m.role = 'owner')`,
        [personId],
      );
      return rows.map((row) => row.conversation_id);
    },

    /**
     * Conversations in which the heir is a member already become theirs; the others change hands, and count as read by the
     * heir. Returns the newest events of the conversations that changed, for their followers.
     */
    async transferAll(client: Client, from: string, to: string): Promise<{ owned: Change[]; left: Change[] }> {
      const owned = await client.query(
        `WITH owned AS (
           SELECT conversation_id FROM members WHERE person_id = $1 AND role = 'owner'
         ), heir AS (
           INSERT INTO members (conversation_id, person_id, role, read_to, delivered_to)
           SELECT c.id, $2, 'owner', c.last_seq, c.last_seq FROM owned JOIN conversations c ON c.id = owned.conversation_id
           ON CONFLICT (conversation_id, person_id) DO UPDATE SET role = 'owner', changed = pg_current_xact_id()
           RETURNING conversation_id
         ), c AS (
           UPDATE conversations c SET last_event = last_event + 1, changed = pg_current_xact_id() FROM heir
           WHERE c.id = heir.conversation_id RETURNING c.id, c.last_event
         ) INSERT INTO events (conversation_id, n, type, payload)
           SELECT c.id, c.last_event, 'member.changed', jsonb_build_object('person_id', $2::text, 'role', 'owner') FROM c
           RETURNING conversation_id, n`,
        [from, to],
      );
      return { owned: toChanges(owned.rows), left: await leaveAll(client, from) };
    },

    /** Returns the ids of the deleted conversations, and the newest events of the others for their followers. */
    async removeAllOf(client: Client, personId: string): Promise<{ gone: string[]; left: Change[] }> {
      const { rows } = await client.query(
        `WITH owned AS (
           SELECT conversation_id FROM members WHERE person_id = $1 AND role = 'owner'
         ), d AS (
           INSERT INTO departures (person_id, conversation_id)
           SELECT m.person_id, m.conversation_id FROM members m JOIN owned USING (conversation_id) WHERE m.person_id <> $1
           ON CONFLICT (person_id, conversation_id) DO UPDATE SET changed = pg_current_xact_id(), at = now()
         ) DELETE FROM conversations c USING owned WHERE c.id = owned.conversation_id RETURNING c.id`,
        [personId],
      );
      const left = await leaveAll(client, personId);
      await client.query('DELETE FROM departures WHERE person_id = $1', [personId]);
      return { gone: rows.map((row) => row.id), left };
    },

    /** Removes departures older than this: a device that was away for longer reads its list anew. */
    async forgetDepartures(days: number): Promise<void> {
      await ask('forget-departures', 'DELETE FROM departures WHERE at < now() - make_interval(days => $1)', [days]);
    },
  };
}

const toChanges = (rows: { conversation_id: string; n: number }[]): Change[] =>
  rows.map((row) => ({ conversationId: row.conversation_id, n: Number(row.n) }));

/** Ends all memberships of the person; the log of each conversation records it. */
async function leaveAll(client: Client, personId: string): Promise<Change[]> {
  const { rows } = await client.query(
    `WITH gone AS (
       DELETE FROM members WHERE person_id = $1 RETURNING conversation_id, role
     ), c AS (
       UPDATE conversations c SET last_event = last_event + 1, changed = pg_current_xact_id() FROM gone
       WHERE c.id = gone.conversation_id RETURNING c.id, c.last_event, gone.role
     ) INSERT INTO events (conversation_id, n, type, payload)
       SELECT c.id, c.last_event, 'member.left', jsonb_build_object('person_id', $1::text, 'role', c.role) FROM c
       RETURNING conversation_id, n`,
    [personId],
  );
  return toChanges(rows);
}
