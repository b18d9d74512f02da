import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LimitPolicy } from '../../platform/limits/index.ts';
import type { Person } from '../accounts/index.ts';
import { lifeMs, type Sessions } from './index.ts';

type Deps = {
  sessions: Sessions;
  requirePerson(request: FastifyRequest): Promise<Person>;
  limit: LimitPolicy;
  /** Whether people reach this server by https. */
  secure: boolean;
};

const cookieName = 'chatkit_session';

const body = z.object({
  workflow: z.object({
    id: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[\w.:-]+$/, 'may hold letters, digits and _ . : - only'),
  }),
  chatkit_configuration: z
    .object({ file_upload: z.object({ enabled: z.boolean().default(false) }).optional() })
    .optional(),
});
const answer = z.object({
  token: z.string(),
  /** The token by the name that pages written for hosted ChatKit read it by. */
  client_secret: z.string(),
  session_id: z.string(),
  user: z.string(),
  workflow: z.object({ id: z.string() }),
  chatkit_configuration: z.object({ file_upload: z.object({ enabled: z.boolean() }) }),
  /** Seconds since 1970. */
  created_at: z.int(),
  expires_at: z.int(),
});

/**
 * `POST /api/create-session`: a token that a page may hand to the element (`getClientSecret`), and a cookie by which the
 * same browser gets the same session again.
 */
export function registerSessionRoutes(app: FastifyInstance, { sessions, requirePerson, limit, secure }: Deps): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/api/create-session',
    {
      config: { limit },
      schema: {
        tags: ['ChatKit'],
        summary: 'Create a ChatKit session for the person signed in',
        security: [{ bearer: [] }, { cookie: [] }],
        body,
        response: { 200: answer },
      },
    },
    async (request, reply) => {
      const person = await requirePerson(request);
      const { workflow, chatkit_configuration: configuration } = request.body;
      const wish = { workflowId: workflow.id, fileUpload: configuration?.file_upload?.enabled ?? false };
      const { token, session } = await sessions.create(person, wish, cookieOf(request));
      // Lax, and never read by a script: the page has the token from the answer.
      const attributes = `Max-Age=${lifeMs / 1000}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
      reply.header('set-cookie', `${cookieName}=${token}; ${attributes}`);
      return {
        token,
        client_secret: token,
        session_id: session.id,
        user: person.id,
        workflow,
        chatkit_configuration: { file_upload: { enabled: session.fileUpload } },
        created_at: Math.floor(session.createdAt.getTime() / 1000),
        expires_at: Math.floor(session.expiresAt.getTime() / 1000),
      };
    },
  );
}

function cookieOf(request: FastifyRequest): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=(cks_[\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
}
