import { chatkitRoutes } from '@causerie/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { optionsOf } from '../../http/contract.ts';
import type { LimitPolicy } from '../../platform/limits/index.ts';
import { deviceOf, type InSession } from '../accounts/index.ts';
import type { ChatKitSessions } from './chatkit-sessions.ts';
import { lifeMs } from './token.ts';

type Deps = {
  chatkitSessions: ChatKitSessions;
  requireSession(request: FastifyRequest): Promise<InSession>;
  limit: LimitPolicy;
  /** Whether people reach this server by https. */
  secure: boolean;
};

/** With https, the name has the prefix for which browsers accept a cookie from this host alone. */
const cookieName = (secure: boolean) => `${secure ? '__Host-' : ''}chatkit_session`;

/**
 * `POST /api/create-session`: a token that a page may hand to the element (`getClientSecret`), and a cookie by which the
 * same browser gets the same session again.
 */
export function registerChatKitSessionRoutes(
  app: FastifyInstance,
  { chatkitSessions, requireSession, limit, secure }: Deps,
): void {
  app.withTypeProvider<ZodTypeProvider>().route({
    ...optionsOf(chatkitRoutes.createSession),
    config: { limit },
    handler: async (request, reply) => {
      const maker = await requireSession(request);
      const { workflow, chatkit_configuration: configuration } = request.body;
      const wish = { workflowId: workflow.id, fileUpload: configuration?.file_upload?.enabled ?? false };
      const { token, session } = await chatkitSessions.create(
        maker,
        wish,
        cookieOf(request, secure),
        deviceOf(request),
      );
      reply.header('set-cookie', sessionCookie(token, lifeMs, secure));
      return {
        token,
        client_secret: token,
        session_id: session.id,
        user: maker.person.id,
        workflow,
        chatkit_configuration: { file_upload: { enabled: session.fileUpload } },
        created_at: Math.floor(session.createdAt.getTime() / 1000),
        expires_at: Math.floor(session.expiresAt.getTime() / 1000),
      };
    },
  });
}

/** Lax, and hidden from scripts: the page has the token from the answer. */
function sessionCookie(token: string, lastsMs: number, secure: boolean): string {
  return `${cookieName(secure)}=${token}; Max-Age=${lastsMs / 1000}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** Removes the cookie, along with those of the session it was made in. */
export const clearedSessionCookie = (secure: boolean): string => sessionCookie('', 0, secure);

function cookieOf(request: FastifyRequest, secure: boolean): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName(secure)}=(cks_[\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
}
