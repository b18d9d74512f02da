import type { PoolClient } from 'pg';
import type { Config } from '../../../config.ts';
import { AppError } from '../../../errors.ts';
import { newId } from '../../../platform/ids/index.ts';
import { hashSecret } from '../sessions/secrets.ts';
import { isCommonPassword, refuseCommonPassword } from '../signing-in/common-passwords.ts';
import { hashPassword } from '../signing-in/passwords.ts';
import { newTemporaryPassword } from './people.ts';
import type { Account } from './person.ts';
import type { PeopleQueries } from './queries.ts';

/** What somebody says who makes an account. */
export type NewAccount = {
  email: string;
  password: string;
  name?: string | undefined;
  locale?: string | undefined;
  /** The token of an invitation. */
  invitation?: string | undefined;
};

/** Of the administrator in the ChatKit sample's `.env`, which is public and in no list; people may still choose it. */
const passwordOfTheSample = 'adminpass';

/** The ways in which accounts come to be. */
export function createAccountMaker(deps: {
  config: Pick<Config, 'REGISTRATION' | 'ADMIN_EMAIL' | 'ADMIN_PASSWORD'>;
  queries: PeopleQueries;
  now: () => number;
  log?: { warn(details: object, message: string): void } | undefined;
}) {
  const { config, queries, now, log } = deps;
  const open = config.REGISTRATION === 'open';
  const nameOf = (email: string, name: string | undefined) => name || email.split('@')[0]!;
  const refuseClosed = async () => {
    if (!open && !(await queries.isEmpty())) throw new AppError('registration_closed');
  };

  return {
    /** Whether newcomers may make an account, and whether they would be the first. */
    async registration(): Promise<{ open: boolean; firstAccount: boolean }> {
      const firstAccount = await queries.isEmpty();
      return { open: open || firstAccount, firstAccount };
    },

    /** Makes an account. Throws `password_common`, `registration_closed`, `email_taken`, `link_used`, `invitation_for_another`. */
    async register({ email, password, name, locale = 'en', invitation }: NewAccount): Promise<Account> {
      // Asked before the costly hash as well, so that a closed door costs nothing to knock at.
      if (invitation === undefined) await refuseClosed();
      await refuseCommonPassword(password, email);
      return queries.add(
        {
          id: newId('usr'),
          email,
          emailVerified: false,
          name: nameOf(email, name),
          locale,
          passwordHash: await hashPassword(password),
        },
        {
          mayJoin: open,
          invitation: invitation === undefined ? undefined : hashSecret(invitation),
          now: new Date(now()),
        },
      );
    },

    /** Makes an account for somebody whom a provider knows: it has no password. Throws `registration_closed`, `email_taken`. */
    addFromProvider: (
      { email, name, locale }: { email: string; name: string | undefined; locale: string | undefined },
      also: (client: PoolClient, account: Account) => Promise<void>,
    ): Promise<Account> =>
      queries.add(
        {
          id: newId('usr'),
          email,
          emailVerified: true,
          name: nameOf(email, name),
          locale: locale && /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(locale) ? locale : 'en',
        },
        { mayJoin: open, now: new Date(now()) },
        also,
      ),

    /** Makes an account for somebody else, with a password to hand over. Throws `email_taken`. */
    async createFor(
      { email, name, role }: { email: string; name: string; role: 'user' | 'admin' },
      also: (client: PoolClient, account: Account) => Promise<void>,
    ): Promise<{ id: string; password: string }> {
      const password = newTemporaryPassword();
      const passwordHash = await hashPassword(password);
      const { id } = await queries.add(
        {
          id: newId('usr'),
          email,
          emailVerified: true,
          name: nameOf(email, name),
          locale: 'en',
          passwordHash,
          role,
          mustChange: true,
        },
        { mayJoin: true, now: new Date(now()) },
        also,
      );
      return { id, password };
    },

    /** Sees to it that the administrator of `ADMIN_EMAIL` is there. */
    async provisionAdministrator(): Promise<void> {
      if (!config.ADMIN_EMAIL || !config.ADMIN_PASSWORD) return;
      const email = config.ADMIN_EMAIL.trim().toLowerCase();
      if (await queries.makeAdmin(email)) return;
      // Whoever sets the machine up decides; guessers will find it all the same.
      if (config.ADMIN_PASSWORD === passwordOfTheSample || (await isCommonPassword(config.ADMIN_PASSWORD, email)))
        log?.warn({}, 'ADMIN_PASSWORD is one of the passwords that are guessed first. Change it after signing in.');
      await queries.add(
        {
          id: newId('usr'),
          email,
          emailVerified: true,
          name: 'Administrator',
          locale: 'en',
          passwordHash: await hashPassword(config.ADMIN_PASSWORD),
          role: 'admin',
        },
        { mayJoin: true, now: new Date(now()) },
      );
    },
  };
}
