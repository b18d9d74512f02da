import { queryOptions } from '@tanstack/react-query';
import { client } from '../../client.ts';

/** What `/login` may have been opened with: the token of a link that an administrator handed over. */
export type LinkSearch = {
  invitation?: string | undefined;
  reset?: string | undefined;
};

/** Whom the link is for; asked first, so that nobody fills in a form for a link that is used up. Null without a link. */
export const linkQuery = ({ invitation, reset }: LinkSearch) =>
  queryOptions({
    queryKey: ['link', invitation, reset],
    queryFn: async ({ signal }) => {
      if (reset !== undefined) return client.auth.linkOwner('reset', reset, signal);
      return invitation === undefined ? null : client.auth.linkOwner('invitation', invitation, signal);
    },
    staleTime: 60_000,
    retry: false,
    retryOnMount: false,
  });
