import type { Caller, Route } from '@causerie/api';
import { z } from 'zod';

type ResponseOf<R extends Route> = {
  [Status in keyof R['answers'] as R['answers'][Status] extends z.ZodType ? Status : never]: R['answers'][Status];
};

type Security = Record<string, string[]>[];

/** What a route is registered with: its address, and the schemas that check requests and answers. */
type RouteOptions<R extends Route> = {
  method: R['method'];
  url: R['path'];
  schema: {
    tags: string[];
    summary: string;
    description?: string;
    security?: Security;
    params: R['params'];
    querystring: R['query'];
    body: R['body'];
    response: ResponseOf<R>;
  };
};

const signedIn: Security = [{ bearer: [] }, { cookie: [] }];
const security: Record<Caller, Security | undefined> = {
  anybody: undefined,
  'signed-in': signedIn,
  person: signedIn,
  administrator: signedIn,
  session: signedIn,
  ticket: undefined,
  // The empty one says that the others may be left out.
  'session-or-ticket': [...signedIn, {}],
};

/**
 * Fastify's options for a route of the contract, without its handler. Answers with a schema are checked and written by it;
 * files, streams and empty answers are the handler's business.
 *
 * @example app.route({ ...optionsOf(account.update), handler: async (request) => … })
 */
export function optionsOf<R extends Route>(route: R): RouteOptions<R> {
  const { method, path, caller, tag, summary, description, params, query, body, answers } = route;
  const response = Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer instanceof z.ZodType));
  const callers = security[caller];
  const schema = {
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(callers && { security: callers }),
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body instanceof z.ZodType && { body }),
    ...(Object.keys(response).length > 0 && { response }),
  };
  return { method, url: path, schema: schema as RouteOptions<R>['schema'] };
}
