import type { Actor } from './audit-log.ts';
import type { AdminDeps } from './deps.ts';
import { describeInvitation } from './describe-invitation.ts';

/** Invites an address; the link is good for one account. Throws `email_taken`. */
export const inviteUser =
  ({ accounts, audit }: AdminDeps) =>
  async (actor: Actor, email: string, role: 'user' | 'admin', origin: string) => {
    const { row, token } = await accounts.links.invite(actor.person, email, role, (client) =>
      audit.note(client, actor, 'user.invited', { id: '', name: email }, { role }),
    );
    return { invitation: describeInvitation(row), url: `${origin}/login?invitation=${token}` };
  };
