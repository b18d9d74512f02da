import type { AnswerOf, BodyOf, JsonRoutes, ParamsOf, QueryOf, Route } from '@causerie/api';

/** A route of the contract that takes and answers JSON, by method and path, such as `PATCH /api/account`. */
export type RouteKey = keyof JsonRoutes;

/** `{[name]: value}`, optional where the route does not need it. */
type Given<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : undefined extends Value
    ? { [N in Name]?: Value }
    : Record<never, never> extends Value
      ? { [N in Name]?: Value }
      : { [N in Name]: Value };

type OptionsOf<R extends Route> = Given<'params', ParamsOf<R>> &
  Given<'query', QueryOf<R>> &
  Given<'body', BodyOf<R>> & {
    signal?: AbortSignal | undefined;
    /** The address of another server, for this call only. */
    baseUrl?: string | undefined;
  };

/** The options of a call: the input of the route, and a signal that aborts the call. */
export type CallOptions<Key extends RouteKey> =
  Record<never, never> extends OptionsOf<JsonRoutes[Key]>
    ? [options?: OptionsOf<JsonRoutes[Key]>]
    : [options: OptionsOf<JsonRoutes[Key]>];

/**
 * Calls a route: sends JSON, reads JSON (`undefined` for an empty body). Throws `ApiError` for any status but 2xx.
 *
 * @example await call('PATCH /api/account', { body: { name: 'Ada' } })
 */
export type Call = <Key extends RouteKey>(key: Key, ...options: CallOptions<Key>) => Promise<AnswerOf<JsonRoutes[Key]>>;

/** The same options without the types of the route. */
export type AnyOptions = {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal | undefined;
  baseUrl?: string | undefined;
};

/**
 * The method of a route, and its path with the parameters and the query in place.
 * @throws TypeError for a parameter that is missing, or that would lead to another address: `..` goes up in every URL
 */
export function addressOf(key: string, { params = {}, query = {} }: AnyOptions = {}): { method: string; path: string } {
  const [method = '', path = ''] = key.split(' ', 2);
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name] ?? '';
    if (['', '.', '..'].includes(value)) throw new TypeError(`"${value}" cannot be the ${name} in ${key}`);
    return encodeURIComponent(value);
  });
  return { method, path: search.size === 0 ? filled : `${filled}?${search}` };
}
