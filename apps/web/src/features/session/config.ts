import { queryOptions } from '@tanstack/react-query';
import { client } from '../../client.ts';

/** The public texts and state of the server. Without them the app shows its own texts. */
export const configQuery = (language: string) =>
  queryOptions({
    queryKey: ['config', language],
    queryFn: ({ signal }) => client.config(language, signal),
    staleTime: 60_000,
    retry: false,
    // Loaded again on the next visit, not with every view: without them the app shows its own texts.
    retryOnMount: false,
  });
