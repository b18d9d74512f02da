import { accountRoutes } from './account.ts';
import { adminRoutes } from './admin.ts';
import { authRoutes, browserAuthRoutes } from './auth.ts';
import type { Route } from './route.ts';

/** Every route of the API, by group and name. */
export const contract = {
  auth: authRoutes,
  browserAuth: browserAuthRoutes,
  account: accountRoutes,
  admin: adminRoutes,
};

type Contract = typeof contract;
type RouteOf<Group> = Group extends Record<string, infer R> ? Extract<R, Route> : never;
type AnyRoute = RouteOf<Contract[keyof Contract]>;

/** Every route by method and path: `Routes['PATCH /api/account']`. */
export type Routes = { [R in AnyRoute as `${R['method']} ${R['path']}`]: R };
