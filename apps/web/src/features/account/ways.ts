import { queryOptions, useQuery } from '@tanstack/react-query';
import { client } from '../../client.ts';

/** How one can sign in to one's own account. */
export const waysQuery = queryOptions({
  queryKey: ['sign-in-ways'],
  queryFn: ({ signal }) => client.call('GET /api/account/sign-in', { signal }),
});

/** Whether one's account has a password. Most have one: so it is taken while it is not known. */
export function useHasPassword(): boolean {
  return useQuery(waysQuery).data?.password ?? true;
}
