import type { AdminDeps } from './deps.ts';
import { pageOf } from './page-of.ts';
import type { AuditFilter, AuditRow } from './queries.ts';

/** Lists what administrators did, newest first. */
export const readAuditLog =
  ({ audit }: AdminDeps) =>
  async (filter: AuditFilter) =>
    pageOf((await audit.list(filter)).map(describeEntry), filter.limit);

const describeEntry = (row: AuditRow) => ({
  id: row.id,
  at: row.at.toISOString(),
  action: row.action,
  actor: { id: row.actor_id, name: row.actor_name },
  target: { id: row.target_id, name: row.target_name },
  details: row.details,
  ip: row.ip,
});
