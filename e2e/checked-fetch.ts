import { isDeepStrictEqual } from 'node:util';
import { contract, type ErrorCode, errorCodes, mayRefuse, type Route } from '@causerie/api';
import { z } from 'zod';

/** Every route of the contract. */
export const routes = Object.values(contract).flatMap((group): Route[] => Object.values(group));

export const keyOf = ({ method, path }: Route): string => `${method} ${path}`;

/** A `fetch` with the cookies of a browser, which compares every answer with the contract. */
export type CheckedFetch = typeof fetch & {
  /** The routes with a successful call. */
  called: Set<string>;
  /** The differences of answers from the contract. */
  faults: string[];
};

/** Creates a checked fetch. Several may share `called` and `faults`. */
export function checkedFetch(called = new Set<string>(), faults: string[] = []): CheckedFetch {
  const cookies = new Map<string, string>();
  const checked = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (init.credentials !== 'omit' && cookies.size > 0)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '') cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const route = routeOf(init.method ?? 'GET', pathname);
    const key = route ? keyOf(route) : `${init.method ?? 'GET'} ${pathname}`;
    const fault = route ? await faultOf(route, response) : 'is not in the contract';
    if (fault) faults.push(`${key}: ${response.status} ${fault}`);
    if (route?.answers[response.status] !== undefined) called.add(key);
    return response;
  };
  return Object.assign(checked, { called, faults });
}

/** Finds the route of an address; a path without parameters wins over one with. */
function routeOf(method: string, pathname: string): Route | undefined {
  const patternOf = ({ path }: Route) =>
    new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\*$/, '.*')}$`);
  return routes
    .filter((route) => route.method === method && patternOf(route).test(pathname))
    .sort((a, b) => a.path.split(/[:*]/).length - b.path.split(/[:*]/).length)[0];
}

/** Describes the difference of an answer from the contract; undefined when there is none. */
async function faultOf(route: Route, response: Response): Promise<string | undefined> {
  const answer = route.answers[response.status];
  if (answer === undefined) return refusalFault(route, response);
  if (answer === null) return (await response.clone().text()) === '' ? undefined : 'has a body';
  if (!(answer instanceof z.ZodType)) {
    const type = response.headers.get('content-type') ?? '';
    const pattern = new RegExp(`^${answer.media.replaceAll('*', '.+')}`);
    return pattern.test(type) || /^application\/json/.test(type) ? undefined : `is of the type ${type}`;
  }
  const body: unknown = await response.clone().json();
  const { success, data, error } = answer.safeParse(body);
  if (!success) return `does not fit the schema: ${z.prettifyError(error)}`;
  return isDeepStrictEqual(data, body) ? undefined : `has more fields than the schema: ${JSON.stringify(body)}`;
}

async function refusalFault(route: Route, response: Response): Promise<string | undefined> {
  const text = await response.clone().text();
  const code = /^\{"error":\{"code":"(\w+)"/.exec(text)?.[1] as ErrorCode | undefined;
  if (code === undefined || !(code in errorCodes)) return `is none of its answers, and no refusal: ${text}`;
  if (errorCodes[code].status !== response.status) return `is not the status of ${code}`;
  return mayRefuse(route, code) ? undefined : `refuses with ${code}, which the contract does not name`;
}
