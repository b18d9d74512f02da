import type { Pool, PoolClient } from 'pg';
import { transaction } from '../../platform/database/transaction.ts';

export type AttachmentQueries = ReturnType<typeof createAttachmentQueries>;

/** The row of a file. `fileKey` is null until its bytes have arrived. */
export type AttachmentRow = {
  id: string;
  conversationId: string | null;
  fileKey: string | null;
  size: number | null;
  payload: Record<string, unknown>;
};

const columns = 'id, conversation_id AS "conversationId", file_key AS "fileKey", size, payload';

/** The rows of attachments. Every statement names the person: another's file looks as if it never was. */
export function createAttachmentQueries(pool: Pool) {
  const run = async (name: string, text: string, values: unknown[]) =>
    (await pool.query({ name: `attachments.${name}`, text, values })).rows;

  return {
    async find(personId: string, id: string): Promise<AttachmentRow | null> {
      const rows = await run('find', `SELECT ${columns} FROM attachments WHERE id = $1 AND owner_id = $2`, [
        id,
        personId,
      ]);
      return rows[0] ?? null;
    },

    findAll(personId: string, ids: string[]): Promise<AttachmentRow[]> {
      return run('find-all', `SELECT ${columns} FROM attachments WHERE id = ANY($1) AND owner_id = $2`, [
        ids,
        personId,
      ]);
    },

    /** For the holder of a ticket for this one file. */
    async findByTicket(id: string): Promise<AttachmentRow | null> {
      return (await run('find-by-ticket', `SELECT ${columns} FROM attachments WHERE id = $1`, [id]))[0] ?? null;
    },

    /** For an answer in the conversation it was sent in. */
    async findSent(conversationId: string, id: string): Promise<AttachmentRow | null> {
      const rows = await run('find-sent', `SELECT ${columns} FROM attachments WHERE id = $1 AND conversation_id = $2`, [
        id,
        conversationId,
      ]);
      return rows[0] ?? null;
    },

    /**
     * Announces a file and reserves its space, unless the person has no room for it: too many unsent files, or too many
     * bytes. A person's announcements run one after the other, in all processes: otherwise each of many at the same moment
     * would see only the files from before all of them.
     */
    announce: (
      personId: string,
      file: { id: string; size: number; payload: object },
      most: { unsent: number; bytes: number },
    ): Promise<'announced' | 'unsent' | 'bytes'> =>
      transaction(pool, async (client) => {
        await client.query(`SELECT pg_advisory_xact_lock(hashtext('attachments.' || $1))`, [personId]);
        const { rows } = await client.query(
          `SELECT count(*) FILTER (WHERE conversation_id IS NULL) AS unsent, coalesce(sum(size), 0) AS bytes
           FROM attachments WHERE owner_id = $1`,
          [personId],
        );
        if (Number(rows[0].unsent) >= most.unsent) return 'unsent';
        if (Number(rows[0].bytes) + file.size > most.bytes) return 'bytes';
        await client.query('INSERT INTO attachments (id, owner_id, size, payload) VALUES ($1, $2, $3, $4)', [
          file.id,
          personId,
          file.size,
          JSON.stringify(file.payload),
        ]);
        return 'announced';
      }),

    /** What each of them stores here; people without files are absent. */
    async storageOf(personIds: string[]): Promise<Map<string, { files: number; bytes: number }>> {
      const rows = await run(
        'storage-of',
        `SELECT owner_id, count(*) AS files, coalesce(sum(size), 0) AS bytes FROM attachments
         WHERE owner_id = ANY($1) GROUP BY 1`,
        [personIds],
      );
      return new Map(rows.map((row) => [row.owner_id, { files: Number(row.files), bytes: Number(row.bytes) }]));
    },

    /**
     * Adds or overwrites ChatKit's fields. False when the id is another person's, or when the file belongs to another
     * conversation: a file is deleted with the conversation it was sent in.
     */
    async save(
      personId: string,
      attachment: { id: string; conversationId: string | null; payload: object },
    ): Promise<boolean> {
      const rows = await run(
        'save',
        `INSERT INTO attachments (id, owner_id, conversation_id, payload) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET payload = excluded.payload,
           conversation_id = COALESCE(attachments.conversation_id, excluded.conversation_id)
         WHERE attachments.owner_id = $2 AND
           (attachments.conversation_id IS NULL OR COALESCE($3, attachments.conversation_id) = attachments.conversation_id)
         RETURNING id`,
        [attachment.id, personId, attachment.conversationId, JSON.stringify(attachment.payload)],
      );
      return rows.length === 1;
    },

    /** Call it before any byte is written: if `keep` never follows, the bytes are removed when this is due. */
    async planFile(key: string): Promise<void> {
      await run('plan-file', `INSERT INTO file_removals (key, due_at) VALUES ($1, now() + interval '1 hour')`, [key]);
    },

    /** Records that the bytes have arrived. False when the file is gone, or other bytes came first. */
    async keep(personId: string, id: string, key: string, size: number, payload: object): Promise<boolean> {
      const rows = await run(
        'keep',
        `WITH kept AS (
           UPDATE attachments SET state = 'stored', file_key = $3, payload = $4, size = $5
           WHERE id = $1 AND owner_id = $2 AND state = 'pending' AND EXISTS (SELECT 1 FROM file_removals WHERE key = $3)
           RETURNING id)
         DELETE FROM file_removals USING kept WHERE key = $3 RETURNING key`,
        [id, personId, key, JSON.stringify(payload), size],
      );
      return rows.length === 1;
    },

    async remove(personId: string, id: string): Promise<boolean> {
      const rows = await run('remove', 'DELETE FROM attachments WHERE id = $1 AND owner_id = $2 RETURNING id', [
        id,
        personId,
      ]);
      return rows.length === 1;
    },

    /** A person's files in the order of their ids, from `after` on. */
    listOwned(personId: string, after: string, limit: number): Promise<(AttachmentRow & { createdAt: Date })[]> {
      return run(
        'list-owned',
        `SELECT ${columns}, created_at AS "createdAt" FROM attachments WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
        [personId, after, limit],
      );
    },

    /** Gives all files of a person to another, in the transaction of `client`. */
    async transferAll(client: Pick<PoolClient, 'query'>, fromPersonId: string, toPersonId: string): Promise<void> {
      await client.query('UPDATE attachments SET owner_id = $2 WHERE owner_id = $1', [fromPersonId, toPersonId]);
    },

    async removeAllOf(client: Pick<PoolClient, 'query'>, personId: string): Promise<void> {
      await client.query('DELETE FROM attachments WHERE owner_id = $1', [personId]);
    },

    /** Files that were never sent, older than a day. */
    async removeOrphans(): Promise<number> {
      const rows = await run(
        'remove-orphans',
        `DELETE FROM attachments WHERE conversation_id IS NULL AND created_at < now() - interval '1 day' RETURNING id`,
        [],
      );
      return rows.length;
    },

    /** Marks the bytes of this key for removal. */
    async releaseFile(key: string): Promise<void> {
      await run('release-file', 'UPDATE file_removals SET due_at = now() WHERE key = $1', [key]);
    },

    /** Returns keys whose bytes are due for removal. This process has ten minutes for them; then another one tries. */
    async claimRemovals(limit: number): Promise<string[]> {
      const rows = await run(
        'claim-removals',
        `UPDATE file_removals SET due_at = now() + interval '10 minutes' WHERE key IN (
           SELECT key FROM file_removals WHERE due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING key`,
        [limit],
      );
      return rows.map((row) => row.key);
    },

    async forgetRemoval(key: string): Promise<void> {
      await run('forget-removal', 'DELETE FROM file_removals WHERE key = $1', [key]);
    },
  };
}
