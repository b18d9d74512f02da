import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../errors.ts';
import type { Account } from '../people/person.ts';
import type { PeopleQueries } from '../people/queries.ts';
import type { Cookies } from '../sessions/cookies.ts';
import { isPassword } from './passwords.ts';
import type { SigningInQueries } from './queries.ts';
import { type Tickets, ticketLifetime } from './tickets.ts';

const cookie = 'second_factor';

export type SignIn = ReturnType<typeof createSignIn>;

/** From a password to a session, by way of the question for a second factor where one is in force. */
export function createSignIn(deps: {
  queries: SigningInQueries;
  people: PeopleQueries;
  tickets: Tickets;
  cookies: Cookies;
}) {
  const { queries, people, tickets, cookies } = deps;

  return {
    /** Checks a password. Unknown, wrong and shut out are told apart neither by words nor by time: `credentials_wrong`. */
    async checkPassword(email: string, password: string): Promise<Account> {
      const found = await queries.findWithPassword('email', email);
      const right = await isPassword(password, found?.password);
      if (!found || !right || found.banned) throw new AppError('credentials_wrong');
      const { banned: _, password: __, ...account } = found;
      return account;
    },

    /** Whether there is a password, and what is asked for as second factor. */
    async waysOf(personId: string) {
      const ways = await queries.findWays(personId);
      return {
        password: ways?.password ?? false,
        authenticator_app: ways?.authenticatorApp ?? false,
        passkey_after_password: ways?.passkeyAfterPassword ?? false,
      };
    },

    /** Between the password and the second factor a browser holds this cookie. It is no session: it opens the question alone. */
    async askSecondFactor(account: Account): Promise<string> {
      return cookies.set(cookie, await tickets.issue('second_factor', account.id), ticketLifetime);
    },

    /** Who is asked for a second factor in this browser. Throws `unauthorized`. */
    async askedFor(headers: IncomingHttpHeaders): Promise<Account> {
      const secret = cookies.read(headers.cookie, cookie);
      const ticket = secret && (await tickets.read('second_factor', secret));
      const account = ticket && ticket.personId !== null && (await people.findActive(ticket.personId));
      if (!account) throw new AppError('unauthorized');
      return account;
    },

    /** The question was answered: nobody can answer it again. Throws `unauthorized` when somebody was faster. */
    async endQuestion(headers: IncomingHttpHeaders): Promise<void> {
      const secret = cookies.read(headers.cookie, cookie);
      if (!secret || !(await tickets.use('second_factor', secret))) throw new AppError('unauthorized');
    },

    /** The cookie that asks no more. */
    cleared: cookies.clear(cookie),
  };
}
