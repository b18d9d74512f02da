import type { FastifyRequest } from 'fastify';

/**
 * Whether a request is for what lies below `prefix`, such as `/api/`. The address as it was written does not tell: the router
 * also finds `/%61pi/…` and `http://host/api/…`, and neither may pass by a limit.
 */
export function isUnder(request: FastifyRequest, prefix: `/${string}/`): boolean {
  return request.url.startsWith(prefix) || (request.routeOptions.url?.startsWith(prefix) ?? false);
}
