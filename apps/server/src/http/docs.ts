import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { describeAnswers } from './describe-answers.ts';

/**
 * Serves `/openapi.json`, made from the routes' own schemas, and `/docs`, which shows it with our own assets (`/redoc` is a
 * page among the web app's files). Call before the routes.
 */
export async function registerDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Causerie', version, description: 'One self-hosted server for every conversation.' },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'causerie.session_token' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (given) =>
      'openapiObject' in given ? (describeAnswers(given.openapiObject as object) as object) : given.swaggerObject,
    hideUntagged: true,
  });
  app.get('/openapi.json', async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // The standalone layout adds a bar whose logo brings an inline style, which our policy refuses.
    uiConfig: { deepLinking: true, layout: 'BaseLayout' },
    theme: { title: 'Causerie: API' },
    logo: undefined as never,
  });
}
