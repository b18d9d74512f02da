import { type Caller, contract, type Route } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

type ResponseOf<R extends Route> = {
  [Status in keyof R['answers'] as R['answers'][Status] extends z.ZodType ? Status : never]: R['answers'][Status];
};

type Security = Record<string, string[]>[];

/** The options of a route: its address, and the schemas that check requests and answers. */
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
  browser: [{ cookie: [] }],
  administrator: signedIn,
  session: signedIn,
  ticket: undefined,
  // The empty scheme marks the others as optional.
  'session-or-ticket': [...signedIn, {}],
};

/**
 * Fastify's options for a route of the contract, without its handler. Fastify checks and writes answers that have a schema;
 * the handler writes files, streams and empty answers itself.
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

/**
 * Refuses to start with a route below `/api` that the contract does not have. Call before the routes.
 * @throws Error that names the route
 */
export function requireContract(app: FastifyInstance): void {
  const routes = Object.values(contract).flatMap((group): Route[] => Object.values(group));
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  app.addHook('onRoute', ({ method, url }) => {
    if (!url.startsWith('/api/') || url === nothingElse) return;
    for (const each of [method].flat()) {
      // Fastify answers HEAD wherever it answers GET; browsers send OPTIONS before cross-origin requests.
      if (each !== 'HEAD' && each !== 'OPTIONS' && !known.has(`${each} ${url}`))
        throw new Error(`${each} ${url} is not in the contract: describe it in packages/api.`);
    }
  });
}

/** Answers 404 to all Better Auth endpoints beside our own routes. */
const nothingElse = '/api/auth/*';
