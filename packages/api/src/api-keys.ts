import { z } from 'zod';
import { confirmation, confirmationErrors, label } from './fields.ts';
import { route } from './route.ts';

/**
 * The scopes of an API key. `chat`: conversations, answers and the live socket. `files`: attachments. `admin`: what
 * the person administers. An API key grants nothing else.
 */
export const keyScopes = ['chat', 'files', 'admin'] as const;
export type KeyScope = (typeof keyScopes)[number];

export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters of the key, to recognise it by. */
  hint: z.string(),
  scopes: z.array(z.enum(keyScopes)),
  created_at: z.string(),
  /** Null: the key never expires. */
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
});

/** API keys, which people create for their programs. */
export const apiKeyRoutes = {
  list: route({
    method: 'GET',
    path: '/api/account/keys',
    caller: 'person',
    tag: 'account',
    summary: 'List the API keys of the account',
    answers: { 200: z.object({ data: z.array(apiKey) }) },
  }),
  create: route({
    method: 'POST',
    path: '/api/account/keys',
    caller: 'person',
    tag: 'account',
    summary: 'Create an API key',
    description: 'Only this answer contains the key. Programs send it as `Authorization: Bearer <key>`.',
    body: confirmation.extend({
      name: label,
      scopes: z.array(z.enum(keyScopes)).min(1, 'must name one at least').max(keyScopes.length),
      /** Without it, the key never expires. */
      expires_in_days: z.int().min(1).max(3650).nullish(),
    }),
    answers: { 201: apiKey.extend({ key: z.string() }) },
    errors: ['conflict', ...confirmationErrors],
  }),
  remove: route({
    method: 'DELETE',
    path: '/api/account/keys/:id',
    caller: 'person',
    tag: 'account',
    summary: 'Remove an API key',
    params: z.object({ id: z.string().max(200) }),
    answers: { 204: null },
    errors: ['not_found'],
  }),
};

export type ApiKey = z.infer<typeof apiKey>;
export type NewApiKey = z.input<(typeof apiKeyRoutes)['create']['body']>;
