import type { AuditAction } from '@causerie/client/audit-actions';
import type { Pool, PoolClient } from 'pg';
import { newId } from '../../platform/ids/index.ts';
import type {
  Accounts,
  AlsoDoFor,
  InvitationRow,
  ListedPerson,
  PeopleFilter,
  Person,
  PersonChange,
} from '../accounts/index.ts';
import type { Attachments } from '../attachments/index.ts';
import type { Conversations } from '../conversations/index.ts';
import type { Fate, Profile } from '../profile/index.ts';
import { type AuditFilter, type AuditRow, createAuditQueries } from './queries.ts';

/** The administrator who acts, and from where. */
export type Actor = { person: Person; ip: string };

/** What an administrator may change of somebody. The second factor can be taken away when phone and codes are lost. */
export type UserChange = Omit<PersonChange, 'locale'>;

export type Admin = ReturnType<typeof createAdmin>;

type Target = { id: string; name: string };
/** A list's page; `after` asks for the next. */
type Page<T> = { data: T[]; has_more: boolean; after?: string };

/**
 * What administrators do. Each act is written down in the transaction that does it. That the one who asks is an administrator
 * is checked at the door.
 */
export function createAdmin(deps: {
  pool: Pool;
  accounts: Accounts;
  conversations: Conversations;
  attachments: Pick<Attachments, 'storageOf'>;
  profile: Profile;
}) {
  const { accounts, conversations, attachments, profile } = deps;
  const { people, links, sessions } = accounts;
  const audit = createAuditQueries(deps.pool);

  const note = (
    client: Pick<PoolClient, 'query'>,
    { person, ip }: Actor,
    action: AuditAction,
    target: Target,
    details: Record<string, string> = {},
  ) =>
    audit.add(client, {
      id: newId('aud'),
      action,
      actor_id: person.id,
      actor_name: person.name,
      target_id: target.id,
      target_name: target.name,
      details,
      ip,
    });
  /** The same, for use cases that say whom it concerns. */
  const noting =
    (actor: Actor, action: AuditAction, details?: Record<string, string>): AlsoDoFor =>
    (client, target) =>
      note(client, actor, action, target, details);

  const toRow = async (person: ListedPerson) => (await toRows([person]))[0]!;
  const toRows = async (list: ListedPerson[]) => {
    const ids = list.map((person) => person.id);
    const [owned, storage] = await Promise.all([conversations.ownership.countOwned(ids), attachments.storageOf(ids)]);
    return list.map(({ created_at, last_seen_at, locale: _, ...person }) => ({
      ...person,
      created_at: created_at.toISOString(),
      ...(last_seen_at && { last_seen_at: last_seen_at.toISOString() }),
      threads: owned.get(person.id) ?? 0,
      file_bytes: storage.get(person.id)?.bytes ?? 0,
    }));
  };

  return {
    async users(filter: PeopleFilter) {
      const found = await people.list(filter);
      return pageOf(await toRows(found.slice(0, filter.limit)), found.length > filter.limit);
    },
    user: async (id: string) => toRow(await people.get(id)),

    /** Throws `email_taken`. */
    async createUser(actor: Actor, given: { email: string; name: string; role: 'user' | 'admin' }) {
      const { id, password } = await accounts.createFor(given, (client, account) =>
        note(client, actor, 'user.created', account, { role: given.role }),
      );
      return { user: await toRow(await people.get(id)), temporary_password: password };
    },

    /** Throws `not_found`, `last_admin`, `email_taken`. Disabling also ends all sessions. */
    async changeUser(actor: Actor, id: string, change: UserChange) {
      const changed = await people.change(id, change, async (client, before) => {
        const renamed = {
          ...(change.name !== undefined && change.name !== before.name && { name: change.name }),
          ...(change.email !== undefined && change.email !== before.email && { email: change.email }),
        };
        if (Object.keys(renamed).length > 0) await note(client, actor, 'user.renamed', before, renamed);
        if (change.role && change.role !== before.role)
          await note(client, actor, change.role === 'admin' ? 'user.promoted' : 'user.demoted', before);
        if (change.disabled !== undefined && change.disabled !== before.disabled)
          await note(client, actor, change.disabled ? 'user.disabled' : 'user.enabled', before);
        if (change.two_factor === false && before.two_factor)
          await note(client, actor, 'user.two_factor_removed', before);
      });
      return toRow(changed);
    },

    /** A link for one use, or a password that must be changed; either way all sessions end. Throws `not_found`. */
    async resetPassword(actor: Actor, id: string, mode: 'link' | 'temporary', origin: string) {
      const details = { mode };
      if (mode === 'temporary')
        return {
          mode,
          temporary_password: await people.setTemporaryPassword(id, noting(actor, 'user.password_reset', details)),
        };
      const person = await people.get(id);
      const { token, expiresAt } = await links.resetLink(id, (client) =>
        note(client, actor, 'user.password_reset', person, details),
      );
      return { mode, url: `${origin}/login?reset=${token}`, expires_at: expiresAt.toISOString() };
    },

    signOutUser: (actor: Actor, id: string): Promise<void> => people.signOut(id, noting(actor, 'user.signed_out')),

    async sessionsOf(id: string, ownSessionId: string) {
      await people.get(id);
      return (await sessions.list(id)).map((row) => ({ ...row, current: row.id === ownSessionId }));
    },
    async endSession(actor: Actor, id: string, sessionId: string): Promise<void> {
      const person = await people.get(id);
      await sessions.end(id, sessionId, (client) => note(client, actor, 'user.session_ended', person));
    },

    /** Throws `not_found`, `last_admin`, and `invalid_input` for an heir who is no other active person. */
    async removeUser(actor: Actor, id: string, fate: Fate): Promise<void> {
      // By name too, as everybody in the log: an id says nothing once the heir has gone as well.
      const heir = fate.threads === 'transfer' ? await people.find(fate.transfer_to) : undefined;
      await profile.remove(id, fate, noting(actor, 'user.deleted', { ...fate, ...(heir && { heir: heir.name }) }));
    },

    invitations: async () => (await links.openInvitations()).map(toInvitation),
    /** Throws `email_taken`. */
    async invite(actor: Actor, email: string, role: 'user' | 'admin', origin: string) {
      const { row, token } = await links.invite(actor.person, email, role, (client) =>
        note(client, actor, 'user.invited', { id: '', name: email }, { role }),
      );
      return { invitation: toInvitation(row), url: `${origin}/login?invitation=${token}`, mailed: false };
    },
    revokeInvitation: (actor: Actor, id: string): Promise<void> =>
      links.revokeInvitation(id, (client, email) =>
        note(client, actor, 'user.invitation_revoked', { id: '', name: email }),
      ),

    async auditLog(filter: AuditFilter) {
      const found = await audit.list(filter);
      return pageOf(found.slice(0, filter.limit).map(toEntry), found.length > filter.limit);
    },

    /** Somebody's own farewell is in the log too. */
    noteLeaving: (person: Person, ip: string): AlsoDoFor =>
      noting({ person, ip }, 'user.deleted', { threads: 'delete' }),
  };
}

function pageOf<T extends { id: string }>(data: T[], hasMore: boolean): Page<T> {
  const last = data.at(-1);
  return { data, has_more: hasMore, ...(hasMore && last ? { after: last.id } : {}) };
}

const toInvitation = (row: InvitationRow) => ({
  id: row.id,
  email: row.email,
  role: row.role,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
  invited_by: { id: row.invited_by_id, name: row.invited_by_name },
});

const toEntry = (row: AuditRow) => ({
  id: row.id,
  at: row.at.toISOString(),
  action: row.action,
  actor: { id: row.actor_id, name: row.actor_name },
  target: { id: row.target_id, name: row.target_name },
  details: row.details,
  ip: row.ip,
});
