import { apiKeyRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { optionsOf } from '../../../../http/contract.ts';
import type { Accounts } from '../../accounts.ts';
import { presentKey } from './present-key.ts';

/** `/api/account/keys`: the API keys of one's account. */
export function registerKeyRoutes(app: FastifyInstance, { accounts }: { accounts: Accounts }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { apiKeys, confirmIdentity, requireOwner } = accounts;

  routes.route({
    ...optionsOf(apiKeyRoutes.list),
    handler: async (request) => {
      const { account } = await requireOwner(request);
      return { data: (await apiKeys.list(account.id)).map(presentKey) };
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
      return reply.code(201).send({ ...presentKey(row), key });
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
