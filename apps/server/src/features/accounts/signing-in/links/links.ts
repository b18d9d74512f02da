import { AppError } from '../../../../errors.ts';
import { newId } from '../../../../platform/ids/index.ts';
import type { AlsoDo, Person } from '../../people/person.ts';
import { hashSecret, newSecret } from '../../sessions/secrets.ts';
import { refuseCommonPassword } from '../common-passwords.ts';
import { hashPassword } from '../passwords.ts';
import type { InvitationRow, LinkKind, LinkQueries } from './queries.ts';

const day = 86_400_000;
const invitationLifetime = 7 * day;
const resetLifetime = day;

/** Links that an administrator hands over. Each works once, for a while, and the server cannot tell it a second time. */
export function createLinks(deps: {
  queries: LinkQueries;
  now: () => number;
  onEnded: () => void;
  /** The account has another password. */
  onPassword: (email: string) => Promise<void>;
}) {
  const { queries, now, onEnded, onPassword } = deps;

  /** Whom the link is for, so that its page need not ask. Throws `link_used` for one that is used, old or unknown. */
  async function emailOf(kind: LinkKind, token: string): Promise<string> {
    const email = await queries.emailOf(kind, hashSecret(token), new Date(now()));
    if (email === undefined) throw new AppError('link_used');
    return email;
  }

  return {
    emailOf,

    /** An invitation for this address, good for seven days. Throws `email_taken`. */
    async invite(
      by: Person,
      email: string,
      role: 'user' | 'admin',
      also: AlsoDo,
    ): Promise<{ row: InvitationRow; token: string }> {
      const token = newSecret();
      const expiresAt = new Date(now() + invitationLifetime);
      const row = await queries.invite(
        { id: newId('inv'), hash: hashSecret(token), email, role, invitedBy: by, now: new Date(now()), expiresAt },
        also,
      );
      return { row, token };
    },
    openInvitations: (): Promise<InvitationRow[]> => queries.openInvitations(new Date(now())),
    /** Throws `not_found` for one that was used. */
    revokeInvitation: queries.revokeInvitation,

    /** A link to choose a new password with, good for a day; sessions end now. The old password holds until then. */
    async resetLink(personId: string, also: AlsoDo): Promise<{ token: string; expiresAt: Date }> {
      const token = newSecret();
      const expiresAt = new Date(now() + resetLifetime);
      await queries.addReset({ hash: hashSecret(token), personId, expiresAt }, also);
      onEnded();
      return { token, expiresAt };
    },

    /** Sets a new password by such a link. Throws `password_common`, and `link_used` for one that is used, old or unknown. */
    async resetPassword(token: string, password: string): Promise<{ email: string }> {
      // Asked before the costly hash as well.
      const email = await emailOf('reset', token);
      await refuseCommonPassword(password, email);
      if (!(await queries.useReset(hashSecret(token), await hashPassword(password), new Date(now()))))
        throw new AppError('link_used');
      onEnded();
      await onPassword(email);
      return { email };
    },
  };
}
