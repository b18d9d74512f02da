import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../errors.ts';
import type { SignedIn } from '../people/person.ts';
import type { GuessPassword } from './guessing.ts';
import { isPassword } from './passwords.ts';
import type { SigningInQueries } from './queries.ts';

/** How long ago somebody without a password must have signed in, at most, in milliseconds. */
const freshSignIn = 10 * 60_000;

/** Asks again who somebody is, before what a thief of their session should not do. */
export type ConfirmIdentity = (
  request: { ip: string; headers: IncomingHttpHeaders },
  signedIn: SignedIn,
  password: string | undefined,
) => Promise<void>;

/**
 * By the password, or for those who have none by having signed in a moment ago. Guessing here is braked as it is at the door: a
 * stolen session must not become a stolen password. Throws `password_wrong`, `rate_limited`, `sign_in_again`.
 */
export function createConfirmIdentity(deps: {
  queries: SigningInQueries;
  guess: GuessPassword;
  now: () => number;
}): ConfirmIdentity {
  const { queries, guess, now } = deps;
  return async (request, { account, startedAt }, password) => {
    const found = await queries.findWithPassword('id', account.id);
    if (found?.password == null) {
      if (now() - startedAt.getTime() > freshSignIn) throw new AppError('sign_in_again');
      return;
    }
    if (password === undefined) throw new AppError('password_wrong', 'Confirm it with your password.');
    await guess(request, account.email, async () => {
      if (!(await isPassword(password, found.password))) throw new AppError('password_wrong');
    });
  };
}
