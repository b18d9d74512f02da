import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors.ts';
import type { Accounts, InSession } from '../features/accounts/index.ts';

/**
 * The person a request comes from, by session cookie or bearer token, and the session. Throws `unauthorized` when nobody is
 * signed in, and `password_change_required` with a temporary password, which somebody else knows too.
 */
export type RequireSession = (request: { headers: IncomingHttpHeaders }) => Promise<InSession>;

export function createGuard(accounts: Pick<Accounts, 'signedInBy'>): RequireSession {
  return async (request) => {
    const found = await accounts.signedInBy(request.headers);
    if (!found) throw new AppError('unauthorized');
    if (found.account.must_change_password) throw new AppError('password_change_required');
    return { person: found.account, sessionId: found.sessionId };
  };
}
