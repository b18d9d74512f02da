import type { ErrorCode } from './error-codes.ts';
import type { Caller, Route } from './route.ts';

/** The refusals that every route shares. */
const anyRoute: readonly ErrorCode[] = [
  'account_changed',
  'bad_request',
  'csrf_refused',
  'database_unavailable',
  'disk_full',
  'headers_too_large',
  'internal',
  'payload_too_large',
  'rate_limited',
  'request_timeout',
  'stopping',
  'unsupported_media_type',
  'wrong_host',
];

const byCaller: Record<Caller, readonly ErrorCode[]> = {
  anybody: [],
  'signed-in': ['unauthorized'],
  person: ['unauthorized', 'password_change_required'],
  browser: ['unauthorized', 'password_change_required'],
  administrator: ['unauthorized', 'password_change_required', 'forbidden'],
  session: ['unauthorized', 'password_change_required', 'forbidden'],
  ticket: ['forbidden'],
  'session-or-ticket': ['unauthorized', 'password_change_required', 'forbidden'],
};

/** The refusals of one route, sorted: its own, those of its caller, and `invalid_input` where it takes input. */
export function refusalsOf({ errors = [], caller, params, query, body }: Route): ErrorCode[] {
  const input: ErrorCode[] = params || query || body ? ['invalid_input'] : [];
  return [...new Set([...errors, ...byCaller[caller], ...input])].sort();
}

/** Whether a route may answer with this code, the shared refusals included. */
export const mayRefuse = (route: Route, code: ErrorCode): boolean =>
  refusalsOf(route).includes(code) || anyRoute.includes(code);
