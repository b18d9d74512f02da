import type { Pool } from 'pg';
import type { Device } from '../accounts/index.ts';
import type { SessionRecord } from './session-record.ts';

const columns =
  'id, person_id AS "personId", session_id AS "sessionId", workflow_id AS "workflowId", file_upload AS "fileUpload", created_at AS "createdAt", expires_at AS "expiresAt"';

/** The only SQL of sessions. */
export function createSessionQueries(pool: Pool) {
  return {
    async add(hash: Buffer, session: SessionRecord, device: Device): Promise<void> {
      await pool.query({
        name: 'sessions.add',
        // Whoever makes one takes their own old ones away.
        text: `WITH old AS (DELETE FROM chatkit_sessions WHERE person_id = $3 AND expires_at < now())
               INSERT INTO chatkit_sessions (id, token_hash, person_id, workflow_id, file_upload, created_at, expires_at,
                 session_id, user_agent, ip_address)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        values: [
          session.id,
          hash,
          session.personId,
          session.workflowId,
          session.fileUpload,
          session.createdAt,
          session.expiresAt,
          session.sessionId,
          device.userAgent,
          device.ip,
        ],
      });
    },

    async find(hash: Buffer): Promise<SessionRecord | undefined> {
      const { rows } = await pool.query({
        name: 'sessions.find',
        text: `SELECT ${columns} FROM chatkit_sessions WHERE token_hash = $1`,
        values: [hash],
      });
      return rows[0] as SessionRecord | undefined;
    },

    /** Lengthens a session and sets what it allows. */
    async renew(hash: Buffer, { fileUpload, expiresAt }: Pick<SessionRecord, 'fileUpload' | 'expiresAt'>) {
      const { rowCount } = await pool.query({
        name: 'sessions.renew',
        text: 'UPDATE chatkit_sessions SET file_upload = $2, expires_at = $3 WHERE token_hash = $1',
        values: [hash, fileUpload, expiresAt],
      });
      return rowCount === 1;
    },
  };
}
