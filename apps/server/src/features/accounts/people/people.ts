import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { AppError } from '../../../errors.ts';
import { refuseCommonPassword } from '../signing-in/common-passwords.ts';
import { hashPassword } from '../signing-in/passwords.ts';
import type { Person } from './person.ts';
import type { ListedPerson, PeopleFilter, PeopleQueries, PersonChange } from './queries.ts';

/** More to do in the same transaction, knowing whom it concerns. */
export type AlsoDoFor = (client: PoolClient, person: ListedPerson) => Promise<void>;

const nothing = async () => {};

/** 96 random bits, in groups that can be read out. */
export const newTemporaryPassword = (): string => randomBytes(12).toString('hex').match(/.{6}/g)!.join('-');

/** What administrators do with people, and people with themselves. Whoever may do it was asked at the door. */
export function createPeople(deps: {
  queries: PeopleQueries;
  onEnded: () => void;
  /** The account has another password. */
  onPassword: (email: string) => Promise<void>;
}) {
  const { queries, onEnded, onPassword } = deps;

  return {
    list: (filter: PeopleFilter): Promise<ListedPerson[]> => queries.list(filter),

    find: (id: string): Promise<ListedPerson | undefined> => queries.find(id),
    /** Throws `not_found`. */
    async get(id: string): Promise<ListedPerson> {
      const person = await queries.find(id);
      if (!person) throw new AppError('not_found', `User ${id} not found`);
      return person;
    },

    /** Throws `not_found`, `last_admin`, `email_taken`. */
    async change(id: string, change: PersonChange, also: AlsoDoFor = nothing): Promise<ListedPerson> {
      const changed = await queries.change(id, change, also);
      onEnded();
      return changed;
    },

    /** Sets a password to hand over, which opens nothing but its change. All sessions end. */
    async setTemporaryPassword(id: string, also: AlsoDoFor): Promise<string> {
      const password = newTemporaryPassword();
      let email = '';
      await queries.setPassword(id, await hashPassword(password), { mustChange: true }, async (client, person) => {
        email = person.email;
        await also(client, person);
      });
      onEnded();
      await onPassword(email);
      return password;
    },

    /** Sets the password that the person chose. Their other sessions end. Throws `password_common`. */
    async setPassword({ id, email }: Pick<Person, 'id' | 'email'>, password: string, keep: string): Promise<void> {
      await refuseCommonPassword(password, email);
      await queries.setPassword(id, await hashPassword(password), { mustChange: false, keep }, nothing);
      onEnded();
      await onPassword(email);
    },

    async signOut(id: string, also: AlsoDoFor): Promise<void> {
      await queries.signOut(id, also);
      onEnded();
    },

    /** Before anything is begun; `remove` asks again where the answer cannot go stale. Throws `invalid_input`. */
    async checkHeir(id: string, heir: string | null): Promise<void> {
      if (heir !== null) await queries.checkHeir(id, heir);
    },

    /** Throws `not_found`, `last_admin`, and `invalid_input` for an heir who is no active person. */
    async remove(id: string, heir: string | null, also: AlsoDoFor): Promise<void> {
      await queries.remove(id, heir, also);
      onEnded();
    },
  };
}
