import { queryOptions } from '@tanstack/react-query';
import { client } from '../../client.ts';

/** The texts and the state of the server that anybody may know. The app works without: it then shows its own texts. */
export const configQuery = (language: string) =>
  queryOptions({
    queryKey: ['config', language],
    queryFn: ({ signal }) => client.config(language, signal),
    staleTime: 60_000,
    retry: false,
    // Asked again on the next visit, not with every view: without an answer the app has its own words.
    retryOnMount: false,
  });
