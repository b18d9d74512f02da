import { type Outbound, OutboundError } from '../outbound/index.ts';

/** How long a model server may keep us waiting. */
export type ModelFetchOptions = {
  /** Until the first byte of the reply's body, in milliseconds. */
  firstByteTimeoutMs: number;
  /** Between two pieces of the body, in milliseconds. */
  idleTimeoutMs: number;
  /** Before the one retry that a 429 or 5xx gets, when the server names no delay itself. */
  retryDelayMs: number;
  outbound: Outbound;
  /** The addresses of the model servers in the settings, which may be on this machine. */
  allow: readonly string[];
};

/** No answer of a model is this long; a server that goes on and on must not fill our memory. */
const mostBytes = 64 * 1024 * 1024;

/**
 * A `fetch` for the clients of model providers, all of which let one be passed in: it bounds a pause in mid-stream, which
 * theirs do not, and retries by one rule for all. A web page instead of an answer (a proxy's, a captive portal's) is
 * `garbage`.
 */
export function createModelFetch(options: ModelFetchOptions): typeof fetch {
  const { fetch } = options.outbound.client({
    name: 'model call',
    allow: options.allow,
    streams: true,
    firstByteMs: options.firstByteTimeoutMs,
    idleMs: options.idleTimeoutMs,
    mostBytes,
    retries: 1,
    retryDelayMs: options.retryDelayMs,
  });
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'manual' });
    if (response.ok && /^text\/html\b/i.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel();
      throw new OutboundError('garbage', 'a web page instead of an answer');
    }
    return response;
  };
}
