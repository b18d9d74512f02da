import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../../../errors.ts';
import { transaction } from '../../../../platform/database/transaction.ts';
import type { AlsoDo } from '../../people/person.ts';
import { endSessions } from '../../sessions/queries.ts';
import { removeOtherWays } from '../queries.ts';

export type InvitationRow = {
  id: string;
  email: string;
  role: 'user' | 'admin';
  created_at: Date;
  expires_at: Date;
  invited_by_id: string;
  invited_by_name: string;
};

/** What a link lets its bearer do: make an account, or choose a new password. */
export type LinkKind = 'invitation' | 'reset';

const invitation = 'id, email, role, created_at, expires_at, invited_by_id, invited_by_name';

export type LinkQueries = ReturnType<typeof createLinkQueries>;

/** One-time links: invitations (used when a person is added) and password resets. Only hashes of their tokens are here. */
export function createLinkQueries(pool: Pool) {
  return {
    /** An address that is invited again has one open invitation, the new one. */
    invite: (
      given: {
        id: string;
        hash: Buffer;
        email: string;
        role: 'user' | 'admin';
        invitedBy: { id: string; name: string };
        now: Date;
        expiresAt: Date;
      },
      also: AlsoDo,
    ): Promise<InvitationRow> =>
      transaction(pool, async (client) => {
        const { rows } = await client.query('SELECT 1 FROM people WHERE email = $1', [given.email]);
        if (rows.length > 0) throw new AppError('email_taken');
        await client.query('DELETE FROM invitations WHERE email = $1 AND used_at IS NULL', [given.email]);
        const added = await client.query(
          `INSERT INTO invitations (id, hash, email, role, invited_by_id, invited_by_name, created_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${invitation}`,
          [
            given.id,
            given.hash,
            given.email,
            given.role,
            given.invitedBy.id,
            given.invitedBy.name,
            given.now,
            given.expiresAt,
          ],
        );
        await also(client);
        return added.rows[0];
      }),

    async openInvitations(now: Date): Promise<InvitationRow[]> {
      const { rows } = await pool.query(
        `SELECT ${invitation} FROM invitations WHERE used_at IS NULL AND expires_at > $1 ORDER BY id DESC`,
        [now],
      );
      return rows;
    },

    revokeInvitation: (id: string, also: (...args: [...Parameters<AlsoDo>, email: string]) => Promise<void>) =>
      transaction(pool, async (client) => {
        const { rows } = await client.query(
          'DELETE FROM invitations WHERE id = $1 AND used_at IS NULL RETURNING email',
          [id],
        );
        if (!rows[0]) throw new AppError('not_found');
        await also(client, rows[0].email);
      }),

    /** A newer link takes the place of an older one. */
    addReset: (given: { hash: Buffer; personId: string; expiresAt: Date }, also: AlsoDo): Promise<void> =>
      transaction(pool, async (client) => {
        await client.query('DELETE FROM password_resets WHERE person_id = $1', [given.personId]);
        await client.query('INSERT INTO password_resets (hash, person_id, expires_at) VALUES ($1, $2, $3)', [
          given.hash,
          given.personId,
          given.expiresAt,
        ]);
        await endSessions(client, given.personId);
        await also(client);
      }),

    async removeExpired(): Promise<void> {
      await pool.query('DELETE FROM password_resets WHERE expires_at < now()');
      await pool.query('DELETE FROM invitations WHERE expires_at < now()');
    },

    /** Whom a link is for that is still good. */
    async emailOf(kind: LinkKind, hash: Buffer, now: Date): Promise<string | undefined> {
      const from = kind === 'invitation' ? 'invitations l' : 'password_resets l JOIN people ON people.id = l.person_id';
      const { rows } = await pool.query(
        `SELECT email FROM ${from} WHERE l.hash = $1 AND l.used_at IS NULL AND l.expires_at > $2`,
        [hash, now],
      );
      return rows[0]?.email;
    },

    /** Uses the link up and sets the password; all sessions end, and passkeys and providers go. False when it was used, replaced or is too old. */
    useReset: (hash: Buffer, password: string, now: Date): Promise<boolean> =>
      transaction(pool, async (client) => {
        const { rows } = await client.query(
          `UPDATE password_resets SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
           RETURNING person_id`,
          [hash, now],
        );
        const personId = rows[0]?.person_id;
        if (!personId) return false;
        await client.query(
          `INSERT INTO passwords (person_id, hash) VALUES ($1, $2)
           ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, updated_at = now()`,
          [personId, password],
        );
        await client.query('UPDATE people SET must_change_password = false, updated_at = now() WHERE id = $1', [
          personId,
        ]);
        await endSessions(client, personId);
        await removeOtherWays(client, personId);
        return true;
      }),
  };
}

/** Uses an invitation up for this address. Of several who bring it at once, one gets it. */
export async function useInvitation(
  client: PoolClient,
  hash: Buffer,
  email: string,
  now: Date,
): Promise<{ role: 'user' | 'admin' }> {
  const { rows } = await client.query(
    `UPDATE invitations SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING email, role`,
    [hash, now],
  );
  if (!rows[0]) throw new AppError('link_used');
  // Who was invited is known by the address; the link alone may have fallen into other hands.
  if (rows[0].email !== email) throw new AppError('invitation_for_another');
  return rows[0];
}
