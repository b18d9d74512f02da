import type { PeopleFilter } from '../accounts/index.ts';
import type { AdminDeps } from './deps.ts';
import { describeUsers } from './describe-users.ts';
import { pageOf } from './page-of.ts';

/** Lists the people of this server, newest first. */
export const listUsers = (deps: AdminDeps) => async (filter: PeopleFilter) => {
  const page = pageOf(await deps.accounts.people.list(filter), filter.limit);
  return { ...page, data: await describeUsers(deps, page.data) };
};
