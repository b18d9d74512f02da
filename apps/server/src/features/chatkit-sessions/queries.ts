import type { Pool } from 'pg';
import type { Device } from '../accounts/index.ts';
import type { ChatKitSession } from './chatkit-session.ts';

const columns =
  'id, person_id AS "personId", session_id AS "sessionId", workflow_id AS "workflowId", file_upload AS "fileUpload", created_at AS "createdAt", expires_at AS "expiresAt"';

/** Each label of a metric costs memory for good. */
const mostCounted = 100;

export type ChatKitSessionQueries = ReturnType<typeof createChatKitSessionQueries>;

/** The only SQL of ChatKit sessions. */
export function createChatKitSessionQueries(pool: Pool) {
  return {
    async add(hash: Buffer, session: ChatKitSession, device: Device): Promise<void> {
      await pool.query({
        name: 'chatkit-sessions.add',
        // A new session removes the person's expired ones. Anybody may name any workflow, so only this many are counted by
        // name.
        text: `WITH old AS (DELETE FROM chatkit_sessions WHERE person_id = $3 AND expires_at < now()),
               counted AS (
                 INSERT INTO chatkit_session_counts AS c (workflow_id, created)
                 SELECT CASE WHEN EXISTS (SELECT FROM chatkit_session_counts WHERE workflow_id = $4)
                          OR (SELECT count(*) FROM chatkit_session_counts) < ${mostCounted}
                        THEN $4 ELSE 'other' END, 1
                 ON CONFLICT (workflow_id) DO UPDATE SET created = c.created + 1
               )
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

    /**
     * Of the whole installation, whichever process created them: how many ever, by workflow, and how many are valid at
     * `now`.
     */
    async counts(now: Date): Promise<{ created: Record<string, number>; active: number }> {
      const { rows } = await pool.query({
        name: 'chatkit-sessions.counts',
        text: `SELECT (SELECT count(*)::int FROM chatkit_sessions WHERE expires_at > $1) AS active,
                      (SELECT coalesce(json_object_agg(workflow_id, created), '{}') FROM chatkit_session_counts) AS created`,
        values: [now],
      });
      return rows[0];
    },

    async find(hash: Buffer): Promise<ChatKitSession | undefined> {
      const { rows } = await pool.query({
        name: 'chatkit-sessions.find',
        text: `SELECT ${columns} FROM chatkit_sessions WHERE token_hash = $1`,
        values: [hash],
      });
      return rows[0] as ChatKitSession | undefined;
    },

    /** Extends a session and sets its rights. */
    async renew(hash: Buffer, { fileUpload, expiresAt }: Pick<ChatKitSession, 'fileUpload' | 'expiresAt'>) {
      const { rowCount } = await pool.query({
        name: 'chatkit-sessions.renew',
        text: 'UPDATE chatkit_sessions SET file_upload = $2, expires_at = $3 WHERE token_hash = $1',
        values: [hash, fileUpload, expiresAt],
      });
      return rowCount === 1;
    },
  };
}
