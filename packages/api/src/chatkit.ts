import { z } from 'zod';
import { media, route } from './route.ts';

const id = z.string().min(1).max(200);

/** A thread in a list, in the shape of ChatKit; `items` is an empty page. */
const listedThread = z.object({
  title: z.string().optional(),
  id: z.string(),
  created_at: z.string(),
  status: z.discriminatedUnion('type', [
    z.object({ type: z.literal('active') }),
    z.object({ type: z.literal('locked'), reason: z.string().optional() }),
    z.object({ type: z.literal('closed'), reason: z.string().optional() }),
  ]),
  /** The hosts whose images a client may show in the assistant's Markdown; absent means no rule. */
  allowed_image_domains: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()),
  items: z.object({ data: z.array(z.unknown()), has_more: z.boolean() }),
  updated_at: z.string(),
  /** The newest item that holds the words of the query, and the passage around them. */
  match: z.object({ item_id: z.string(), text: z.string() }).optional(),
});
export type ListedThread = z.infer<typeof listedThread>;

/** The ChatKit protocol, and the routes beside it: list, resume and stop threads, open files. */
export const chatkitRoutes = {
  protocol: route({
    method: 'POST',
    path: '/api/chatkit',
    caller: 'session',
    tag: 'ChatKit',
    summary: 'Send a request of the ChatKit protocol',
    description: 'Requests that start an answer of the assistant return server-sent events. The others return JSON.',
    body: z.unknown(),
    answers: { 200: media('text/event-stream', 'The events of the answer, or a JSON object.') },
    errors: [
      'attachment_invalid',
      'bad_gateway',
      'bad_request',
      'conflict',
      'events_gone',
      'idempotency_key_reused',
      'not_configured',
      'not_found',
      'payload_too_large',
      'run_in_progress',
      'storage_full',
      'too_many_answers',
      'too_many_feeds',
      'unsupported_media_type',
    ],
  }),
  threads: route({
    method: 'GET',
    path: '/api/chatkit/threads',
    caller: 'session',
    tag: 'ChatKit',
    summary: 'List threads by last activity, or search them',
    description: 'With `query`, lists the threads that contain all its words.',
    query: z.object({
      query: z.string().max(200).default(''),
      limit: z.coerce.number<number | string>().int().min(1).max(100).default(30),
      after: z.string().max(200).optional(),
    }),
    answers: { 200: z.object({ data: z.array(listedThread), has_more: z.boolean(), after: z.string().optional() }) },
  }),
  followThread: route({
    method: 'GET',
    path: '/api/chatkit/threads/:id/stream',
    caller: 'session',
    tag: 'ChatKit',
    summary: 'Stream the events of a thread, including an answer in progress',
    description:
      '`after` or the header `Last-Event-ID` is the number of the last event you have. With `until=idle` the stream ends with the answer.',
    params: z.object({ id }),
    query: z.object({
      after: z.coerce.number<number | string>().int().nonnegative().optional(),
      until: z.enum(['idle']).optional(),
    }),
    answers: { 200: media('text/event-stream', 'The events after the one you have.') },
    errors: ['bad_request', 'events_gone', 'not_found', 'stopping', 'too_many_feeds'],
  }),
  stopThread: route({
    method: 'POST',
    path: '/api/chatkit/threads/:id/stop',
    caller: 'session',
    tag: 'ChatKit',
    summary: 'Stop the answer in progress',
    description: 'Succeeds when no answer is in progress.',
    params: z.object({ id }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
  fileLink: route({
    method: 'GET',
    path: '/api/chatkit/attachments/:id',
    caller: 'session',
    tag: 'ChatKit',
    summary: 'Get a temporary address of a file',
    params: z.object({ id }),
    answers: { 200: z.object({ url: z.string() }) },
    errors: ['not_found'],
  }),
  createSession: route({
    method: 'POST',
    path: '/api/create-session',
    caller: 'person',
    tag: 'ChatKit',
    summary: 'Create a ChatKit session for the signed-in person',
    description:
      'Its token opens the chat with its files, and nothing else. It lasts thirty days, or until the session or the API key that created it ends. An API key needs the scopes `chat` and `files`.',
    body: z.object({
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
    }),
    answers: {
      200: z.object({
        token: z.string(),
        /** The same token, under the name that pages written for hosted ChatKit read. */
        client_secret: z.string(),
        session_id: z.string(),
        user: z.string(),
        workflow: z.object({ id: z.string() }),
        chatkit_configuration: z.object({ file_upload: z.object({ enabled: z.boolean() }) }),
        /** Seconds since 1970. */
        created_at: z.int(),
        expires_at: z.int(),
      }),
    },
    errors: ['rate_limited'],
  }),
};
