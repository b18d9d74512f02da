import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Accounts, Person } from '../features/accounts/index.ts';

/**
 * The person a request comes from, by session cookie or bearer token. Throws `unauthorized` when nobody is signed in, and
 * `password_change_required` with a temporary password, which somebody else knows too.
 */
export type RequirePerson = (request: FastifyRequest) => Promise<Person>;

export function createGuard(accounts: Pick<Accounts, 'personOf'>): RequirePerson {
  return async (request) => {
    const person = await accounts.personOf(request.headers);
    if (!person) throw new AppError('unauthorized');
    if (person.must_change_password) throw new AppError('password_change_required');
    return person;
  };
}
