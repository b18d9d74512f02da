import type { FastifyRequest } from 'fastify';

/**
 * Whether a request is for an address below `prefix`, such as `/api/`. The raw address does not show it: the router also
 * matches `/%61pi/…` and `http://host/api/…`, and neither may bypass a limit.
 */
export function isUnder(request: FastifyRequest, prefix: `/${string}/`): boolean {
  return request.url.startsWith(prefix) || (request.routeOptions.url?.startsWith(prefix) ?? false);
}
