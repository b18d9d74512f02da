import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import { addressKey, type LimitPolicy, type Limits } from '../platform/limits/index.ts';
import { isUnder } from './is-under.ts';

declare module 'fastify' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface FastifyContextConfig {
    /** What limits the requests to this route. `false`: nothing. Absent: the limit of the whole API. */
    limit?: LimitPolicy | false;
  }
}

const minute = 60_000;

/**
 * Counts every request to the API, and every socket as it opens, once, before its body is read: by person where signed in
 * (over all their tokens and addresses), else by address. Reports the caller's quota in the headers of
 * draft-ietf-httpapi-ratelimit-headers, and refuses with 429.
 *
 * It also counts all requests of an address, whoever is signed in there: an attacker can make any number of accounts.
 */
export function registerLimits(
  app: FastifyInstance,
  deps: {
    limits: Limits;
    policy: LimitPolicy;
    address: LimitPolicy;
    personOf(headers: IncomingHttpHeaders): Promise<{ id: string } | undefined>;
  },
): void {
  const { limits, policy: usual, address, personOf } = deps;
  app.addHook('onRequest', async (request, reply) => {
    if (!isUnder(request, '/api/') && !request.ws) return;
    const policy = request.routeOptions.config?.limit ?? usual;
    if (policy === false || policy.perMinute === 0) return;
    if (address.perMinute > 0) {
      const { count, resetMs } = await limits.count(
        `${address.name}:${addressKey(request.ip)}`,
        address.perMinute,
        minute,
      );
      if (count > address.perMinute) refuse(request, address, Math.max(1, Math.ceil(resetMs / 1000)));
    }
    // Without the database the person is unknown; the count by address goes on.
    const person = await personOf(request.headers).catch(() => undefined);
    const caller = person ? person.id : addressKey(request.ip);
    const { count, resetMs } = await limits.count(`${policy.name}:${caller}`, policy.perMinute, minute);
    answer(request, reply, policy, count, Math.max(1, Math.ceil(resetMs / 1000)));
  });
}

function answer(request: FastifyRequest, reply: FastifyReply, policy: LimitPolicy, count: number, reset: number): void {
  const { name, perMinute } = policy;
  reply.header('ratelimit-policy', `"${name}";q=${perMinute};w=60`);
  reply.header('ratelimit', `"${name}";r=${Math.max(0, perMinute - count)};t=${reset}`);
  if (count > perMinute) refuse(request, policy, reset);
}

function refuse(request: FastifyRequest, { name }: LimitPolicy, reset: number): never {
  request.log.warn({ policy: name }, 'too many requests');
  throw new AppError('rate_limited', undefined, { retryAfter: reset });
}
