import type { AuditAction } from '@causerie/api/audit-actions';
import type { Pool, PoolClient } from 'pg';
import { newId } from '../../platform/ids/index.ts';
import type { AlsoDoFor, Person } from '../accounts/index.ts';
import { createAuditQueries } from './queries.ts';

/** The administrator who acts, and from where. */
export type Actor = { person: Person; ip: string };

/** Whom an act concerns. */
type Target = { id: string; name: string };

export type AuditLog = ReturnType<typeof createAuditLog>;

/** The log of what administrators do. An entry is written in the transaction of the act. */
export function createAuditLog(pool: Pool) {
  const queries = createAuditQueries(pool);

  const note = (
    client: Pick<PoolClient, 'query'>,
    { person, ip }: Actor,
    action: AuditAction,
    target: Target,
    details: Record<string, string> = {},
  ) =>
    queries.add(client, {
      id: newId('aud'),
      action,
      actor_id: person.id,
      actor_name: person.name,
      target_id: target.id,
      target_name: target.name,
      details,
      ip,
    });

  return {
    list: queries.list,
    /** Writes an entry in the transaction of `client`. */
    note,
    /** The same, for use cases that name the target themselves. */
    noting:
      (actor: Actor, action: AuditAction, details?: Record<string, string>): AlsoDoFor =>
      (client, target) =>
        note(client, actor, action, target, details),
  };
}
