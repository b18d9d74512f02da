import type { z } from 'zod';
import { accountRoutes } from './account.ts';
import { adminRoutes } from './admin.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { attachmentRoutes } from './attachments.ts';
import { authRoutes, browserAuthRoutes } from './auth.ts';
import { chatkitRoutes } from './chatkit.ts';
import { configRoutes } from './config.ts';
import { healthRoutes } from './health.ts';
import { hostedRoutes } from './hosted.ts';
import { signInRoutes, signInWayRoutes } from './passkeys-and-providers.ts';
import type { Media, Route } from './route.ts';
import { toolRoutes } from './weather.ts';

/** Every route of the API, by group and name. */
export const contract = {
  auth: authRoutes,
  browserAuth: browserAuthRoutes,
  signIn: signInRoutes,
  account: accountRoutes,
  signInWays: signInWayRoutes,
  apiKeys: apiKeyRoutes,
  admin: adminRoutes,
  chatkit: chatkitRoutes,
  attachments: attachmentRoutes,
  hosted: hostedRoutes,
  tools: toolRoutes,
  config: configRoutes,
  health: healthRoutes,
};

type Contract = typeof contract;
type RouteOf<Group> = Group extends Record<string, infer R> ? Extract<R, Route> : never;
type AnyRoute = RouteOf<Contract[keyof Contract]>;

/** Every route by method and path: `Routes['PATCH /api/account']`. */
export type Routes = { [R in AnyRoute as `${R['method']} ${R['path']}`]: R };

type IsJson<R extends Route> = R['body'] extends Media
  ? false
  : R['answers'][keyof R['answers']] extends z.ZodType | null
    ? true
    : false;

/** Those of {@link Routes} that take and answer JSON; the others carry files and streams. */
export type JsonRoutes = { [Key in keyof Routes as IsJson<Routes[Key]> extends true ? Key : never]: Routes[Key] };
