import { configRoutes } from '@causerie/api';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { optionsOf } from '../../http/contract.ts';
import type { PublicConfig } from './public-config.ts';

/** The first requests of the pages. Both routes are public. */
export function registerPublicConfigRoutes(
  app: FastifyInstance,
  { publicConfig }: { publicConfig: PublicConfig },
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.route({
    ...optionsOf(configRoutes.config),
    handler: async (request) => publicConfig.welcome(request.query.lang),
  });
  routes.route({ ...optionsOf(configRoutes.runtimeConfig), handler: async () => publicConfig.runtime() });
}
