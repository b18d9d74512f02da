import { z } from 'zod';
import { route } from './route.ts';

/** What a visitor sees before the first word, and whether newcomers may join. */
const publicConfig = z.object({
  /** The language of the texts: `en`, `fr` or `es`. */
  language: z.string(),
  greeting: z.string(),
  placeholder: z.string(),
  prompts: z.array(z.object({ label: z.string(), prompt: z.string(), icon: z.string() })),
  /** Whether newcomers may make an account. */
  registration: z.enum(['open', 'closed']),
  /** True while no account exists: the first one becomes administrator. */
  first_account: z.boolean(),
  /** Whether the server turns speech into text. */
  dictation: z.boolean(),
  /** Who answers, as a line of Markdown to stand below the composer. */
  disclaimer: z.string().optional(),
  /** The OpenID providers that people may sign in with, at `/api/auth/oidc/<id>`. */
  sign_in: z.object({ providers: z.array(z.object({ id: z.string(), name: z.string() })) }),
});
export type PublicConfig = z.infer<typeof publicConfig>;

/**
 * The public settings of the server, by their own names; one that is not set is absent. The same built files thereby serve
 * any environment.
 */
const runtimeConfig = z.object({
  VITE_CHATKIT_API_URL: z.string().optional(),
  VITE_CHATKIT_DOMAIN_KEY: z.string().optional(),
  VITE_CHATKIT_FORCE_HOSTED: z.string().optional(),
  VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION: z.string().optional(),
  VITE_CHATKIT_UPLOAD_STRATEGY: z.string().optional(),
  VITE_CHATKIT_DIRECT_UPLOAD_URL: z.string().optional(),
  VITE_BACKEND_URL: z.string().optional(),
  /** Of one file, in bytes. */
  ATTACHMENT_MAX_BYTES: z.string().optional(),
  /** In one message. */
  ATTACHMENT_MAX_COUNT: z.string().optional(),
});
export type RuntimeConfig = z.infer<typeof runtimeConfig>;

/** What the pages ask first. */
export const configRoutes = {
  config: route({
    method: 'GET',
    path: '/api/config',
    caller: 'anybody',
    tag: 'configuration',
    summary: 'Get the first texts of the chat, and whether newcomers may join',
    description: 'The texts are in `en`, `fr` or `es`; any other language gets English.',
    // Whatever is asked for, there is an answer: a page must be able to start.
    query: z.object({ lang: z.string().catch('en').default('en') }),
    answers: { 200: publicConfig },
  }),
  runtimeConfig: route({
    method: 'GET',
    path: '/api/runtime-config',
    caller: 'anybody',
    tag: 'configuration',
    summary: 'Get the settings of the web app',
    answers: { 200: runtimeConfig },
  }),
};
