import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors.ts';
import type { Accounts, InSession, KeyNeeds } from '../features/accounts/index.ts';

/**
 * The person a request comes from, by session cookie or bearer token, and the session. Throws `unauthorized` when nobody is
 * signed in, `password_change_required` with a temporary password, since another person knows it too, and `scope_missing`
 * for an API key without the scope.
 */
export type RequireSession = (request: { headers: IncomingHttpHeaders }) => Promise<InSession>;

/** @param needs the scope that an API key must have; `none` admits people only */
export function createGuard(accounts: Pick<Accounts, 'signedInBy'>, needs: KeyNeeds): RequireSession {
  return async (request) => {
    const found = await accounts.signedInBy(request.headers, needs);
    if (!found) throw new AppError('unauthorized');
    if (found.account.must_change_password) throw new AppError('password_change_required');
    return { person: found.account, sessionId: found.sessionId };
  };
}
