import { queryOptions, useQuery } from '@tanstack/react-query';
import { client } from '../../client.ts';

/** The person's ways to sign in. */
export const waysQuery = queryOptions({
  queryKey: ['sign-in-ways'],
  queryFn: ({ signal }) => client.call('GET /api/account/sign-in', { signal }),
});

/** Whether the account has a password. Assumes that it has one while the answer loads, as most accounts do. */
export function useHasPassword(): boolean {
  return useQuery(waysQuery).data?.password ?? true;
}
