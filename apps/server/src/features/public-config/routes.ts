import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { publicSettings } from '../../config.ts';
import type { PublicConfig } from './public-config.ts';

const welcome = z.object({
  language: z.string(),
  greeting: z.string(),
  placeholder: z.string(),
  prompts: z.array(z.object({ label: z.string(), prompt: z.string(), icon: z.string() })),
  registration: z.enum(['open', 'closed']),
  first_account: z.boolean(),
  dictation: z.boolean(),
  disclaimer: z.string().optional(),
});
const runtime = z.object(Object.fromEntries(publicSettings.map((name) => [name, z.string().optional()])));

/** What the pages ask first. Both are public. */
export function registerPublicConfigRoutes(
  app: FastifyInstance,
  { publicConfig }: { publicConfig: PublicConfig },
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const tags = ['configuration'];
  routes.get(
    '/api/config',
    {
      schema: {
        tags,
        summary: 'The first texts, in en, fr or es, and whether newcomers may join',
        // Whatever is asked for, there is an answer: a page must be able to start.
        querystring: z.object({ lang: z.string().catch('en').default('en') }),
        response: { 200: welcome },
      },
    },
    async (request) => publicConfig.welcome(request.query.lang),
  );
  routes.get(
    '/api/runtime-config',
    { schema: { tags, summary: 'The settings of the web app', response: { 200: runtime } } },
    async () => publicConfig.runtime(),
  );
}
