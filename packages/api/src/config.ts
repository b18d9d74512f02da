import { z } from 'zod';
import { route } from './route.ts';

/** The texts of an empty chat, and whether newcomers may join. */
const publicConfig = z.object({
  /** The language of the texts: `en`, `fr` or `es`. */
  language: z.string(),
  greeting: z.string(),
  placeholder: z.string(),
  prompts: z.array(z.object({ label: z.string(), prompt: z.string(), icon: z.string() })),
  /** Whether newcomers may create an account. */
  registration: z.enum(['open', 'closed']),
  /** True while no account exists: the first one becomes administrator. */
  first_account: z.boolean(),
  /** Whether the server turns speech into text. */
  dictation: z.boolean(),
  /** Which model answers: a line of Markdown for the place below the composer. */
  disclaimer: z.string().optional(),
  /** The OpenID providers that people may sign in with, at `/api/auth/oidc/<id>`. */
  sign_in: z.object({ providers: z.array(z.object({ id: z.string(), name: z.string() })) }),
});
export type PublicConfig = z.infer<typeof publicConfig>;

/**
 * The public settings of the server, by their own names. A setting without a value is absent. The pages read the settings
 * at run time, so that the same built files serve any environment.
 */
const runtimeConfig = z.object({
  VITE_CHATKIT_API_URL: z.string().optional(),
  VITE_CHATKIT_DOMAIN_KEY: z.string().optional(),
  VITE_CHATKIT_FORCE_HOSTED: z.string().optional(),
  VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION: z.string().optional(),
  VITE_CHATKIT_UPLOAD_STRATEGY: z.string().optional(),
  VITE_CHATKIT_DIRECT_UPLOAD_URL: z.string().optional(),
  VITE_BACKEND_URL: z.string().optional(),
  /** The limit of one file, in bytes. */
  ATTACHMENT_MAX_BYTES: z.string().optional(),
  /** The limit of files in one message. */
  ATTACHMENT_MAX_COUNT: z.string().optional(),
});
export type RuntimeConfig = z.infer<typeof runtimeConfig>;

/** The routes that the pages call first. */
export const configRoutes = {
  config: route({
    method: 'GET',
    path: '/api/config',
    caller: 'anybody',
    tag: 'configuration',
    summary: 'Get the texts of an empty chat, and whether newcomers may join',
    description: 'The texts are in `en`, `fr` or `es`; any other language gets English.',
    // Any language gets an answer: a page must be able to start.
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
