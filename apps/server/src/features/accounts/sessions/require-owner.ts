import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../errors.ts';
import type { SignedIn } from '../people/person.ts';

/**
 * Lets in the person whose account it is, never an API key. Throws `unauthorized`, `scope_missing`, and
 * `password_change_required` with a temporary password, unless `evenTemporary`.
 */
export type RequireOwner = (
  request: { headers: IncomingHttpHeaders },
  options?: { evenTemporary?: boolean },
) => Promise<SignedIn>;

export function createRequireOwner(
  signedInBy: (headers: IncomingHttpHeaders) => Promise<SignedIn | undefined>,
): RequireOwner {
  return async (request, { evenTemporary = false } = {}) => {
    const signedIn = await signedInBy(request.headers);
    if (!signedIn) throw new AppError('unauthorized');
    if (signedIn.account.must_change_password && !evenTemporary) throw new AppError('password_change_required');
    return signedIn;
  };
}
