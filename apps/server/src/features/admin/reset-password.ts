import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';

/**
 * Gives a person a way to a new password, and ends all their sessions: a link for one use, or a temporary password that
 * must be changed. Throws `not_found`.
 */
export const resetPassword =
  ({ accounts, audit }: AdminDeps) =>
  async (actor: Actor, id: string, mode: 'link' | 'temporary', origin: string) => {
    const details = { mode };
    if (mode === 'temporary')
      return {
        mode,
        temporary_password: await accounts.people.setTemporaryPassword(
          id,
          audit.noting(actor, 'user.password_reset', details),
        ),
      };
    const person = await accounts.people.get(id);
    const { token, expiresAt } = await accounts.links.resetLink(id, (client) =>
      audit.note(client, actor, 'user.password_reset', person, details),
    );
    return { mode, url: `${origin}/login?reset=${token}`, expires_at: expiresAt.toISOString() };
  };
