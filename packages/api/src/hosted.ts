import { z } from 'zod';
import { media, route } from './route.ts';

/** The answer of OpenAI's hosted ChatKit to a request for a session. */
const hostedSession = z.object({
  client_secret: z.string(),
  /** Seconds since 1970. */
  expires_at: z.number().optional(),
});
export type HostedSession = z.infer<typeof hostedSession>;

/** ChatKit as OpenAI hosts it. */
export const hostedRoutes = {
  createSession: route({
    method: 'POST',
    path: '/api/chatkit/session',
    caller: 'person',
    tag: 'ChatKit (hosted)',
    summary: 'Create a client secret of hosted ChatKit for the signed-in person',
    answers: { 200: hostedSession },
    errors: ['bad_gateway', 'not_configured'],
  }),
  proxy: route({
    method: 'POST',
    path: '/api/chatkit/proxy/*',
    caller: 'browser',
    tag: 'ChatKit (hosted)',
    summary: 'Relay a request to /v1/chatkit/* of OpenAI',
    description:
      'Send a client secret from this server as bearer token. With a session cookie, any client secret works. Events are not buffered.',
    answers: { 200: media('*/*', 'The answer of OpenAI, as it comes.') },
    errors: ['bad_gateway', 'not_configured', 'not_found'],
  }),
};
