import type { Pool, PoolClient } from 'pg';

type Client = Pick<PoolClient, 'query'>;

/** Statements about all that one person owns. Whoever calls them has the right to speak for that person. */
export function createOwnershipQueries(pool: Pool) {
  return {
    async countOwned(personIds: string[]): Promise<Map<string, number>> {
      const { rows } = await pool.query(
        `SELECT person_id, count(*) AS count FROM participants WHERE person_id = ANY($1) AND role = 'owner' GROUP BY 1`,
        [personIds],
      );
      return new Map(rows.map((row) => [row.person_id, Number(row.count)]));
    },

    /** Conversations of the person with an answer in flight. */
    async runningOf(personId: string): Promise<string[]> {
      const { rows } = await pool.query(
        `SELECT r.conversation_id FROM runs r JOIN participants p ON p.conversation_id = r.conversation_id
         WHERE r.state = 'running' AND p.person_id = $1`,
        [personId],
      );
      return rows.map((row) => row.conversation_id);
    },

    /** What the heir takes part in already becomes theirs; the rest changes hands. */
    async transferAll(client: Client, from: string, to: string): Promise<void> {
      await client.query(
        `UPDATE participants heir SET role = 'owner' FROM participants p
         WHERE p.person_id = $1 AND p.role = 'owner' AND heir.conversation_id = p.conversation_id AND heir.person_id = $2`,
        [from, to],
      );
      await client.query(
        `UPDATE participants p SET person_id = $2 WHERE p.person_id = $1 AND p.role = 'owner' AND NOT EXISTS (
           SELECT FROM participants heir WHERE heir.conversation_id = p.conversation_id AND heir.person_id = $2)`,
        [from, to],
      );
      await client.query('DELETE FROM participants WHERE person_id = $1', [from]);
    },

    /** Returns the ids of the conversations that are no more. */
    async removeAllOf(client: Client, personId: string): Promise<string[]> {
      const { rows } = await client.query(
        `DELETE FROM conversations c USING participants p
         WHERE p.conversation_id = c.id AND p.person_id = $1 AND p.role = 'owner' RETURNING c.id`,
        [personId],
      );
      await client.query('DELETE FROM participants WHERE person_id = $1', [personId]);
      return rows.map((row) => row.id);
    },
  };
}
