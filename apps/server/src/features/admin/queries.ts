import type { AuditAction } from '@causerie/api/audit-actions';
import type { Pool, PoolClient } from 'pg';

export type AuditRow = {
  id: string;
  at: Date;
  action: AuditAction;
  actor_id: string;
  actor_name: string;
  target_id: string;
  target_name: string;
  details: Record<string, string>;
  ip: string;
};

export type AuditFilter = {
  user?: string | undefined;
  action?: AuditAction | undefined;
  limit: number;
  after?: string | undefined;
};

/** The log of what administrators did. There is no statement that changes or removes a line of it. */
export function createAuditQueries(pool: Pool) {
  return {
    /** Writes in the transaction of `client`: the act and its line are there together, or neither is. */
    async add(client: Pick<PoolClient, 'query'>, row: Omit<AuditRow, 'at'>): Promise<void> {
      await client.query(
        `INSERT INTO audit_log (id, action, actor_id, actor_name, target_id, target_name, details, ip)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          row.id,
          row.action,
          row.actor_id,
          row.actor_name,
          row.target_id,
          row.target_name,
          JSON.stringify(row.details),
          row.ip,
        ],
      );
    },

    /** Newest first, one more than `limit` where there are more. */
    async list({ user, action, limit, after }: AuditFilter): Promise<AuditRow[]> {
      const { rows } = await pool.query(
        `SELECT id, at, action, actor_id, actor_name, target_id, target_name, details, ip FROM audit_log
         WHERE ($1::text IS NULL OR target_id = $1) AND ($2::text IS NULL OR action = $2)
           AND ($3::text IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4`,
        [user ?? null, action ?? null, after ?? null, limit + 1],
      );
      return rows;
    },
  };
}
