import { apiKeyRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { optionsOf } from '../../../../http/contract.ts';
import type { Accounts } from '../../accounts.ts';
import type { KeyRow } from '../queries.ts';

/** `/api/account/keys`: the API keys of one's account. */
export function registerKeyRoutes(app: FastifyInstance, { accounts }: { accounts: Accounts }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { apiKeys, confirmIdentity, requireOwner } = accounts;

  routes.route({
    ...optionsOf(apiKeyRoutes.list),
    handler: async (request) => {
      const { account } = await requireOwner(request);
      return { data: (await apiKeys.list(account.id)).map(present) };
    },
  });
  routes.route({
    ...optionsOf(apiKeyRoutes.create),
    handler: async (request, reply) => {
      const signedIn = await requireOwner(request);
      const { password, name, scopes, expires_in_days } = request.body;
      // A stolen session must not become a key that outlives it.
      await confirmIdentity(request, signedIn, password);
      const { key, row } = await apiKeys.create(signedIn.account.id, {
        name,
        scopes,
        days: expires_in_days ?? undefined,
      });
      return reply.code(201).send({ ...present(row), key });
    },
  });
  routes.route({
    ...optionsOf(apiKeyRoutes.remove),
    handler: async (request, reply) => {
      const { account } = await requireOwner(request);
      await apiKeys.remove(account.id, request.params.id);
      return reply.code(204).send();
    },
  });
}

const present = ({ id, name, hint, scopes, created_at, expires_at, last_used_at }: KeyRow) => ({
  id,
  name,
  hint,
  scopes,
  created_at: created_at.toISOString(),
  expires_at: expires_at instanceof Date ? expires_at.toISOString() : null,
  last_used_at: last_used_at?.toISOString() ?? null,
});
