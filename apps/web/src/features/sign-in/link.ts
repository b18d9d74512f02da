import { queryOptions } from '@tanstack/react-query';
import { client } from '../../client.ts';

/** The token in the address of `/login`, from a link that an administrator handed over. */
export type LinkSearch = {
  invitation?: string | undefined;
  reset?: string | undefined;
};

/** The e-mail address of the link, null without a link. Loaded first, so that nobody fills in a form for a used link. */
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
