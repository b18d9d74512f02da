import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tracing } from '../telemetry/tracing.ts';
import { OutboundError } from './outbound-error.ts';
import { type Retries, retryDelay } from './retry-delay.ts';
import { type Head, type Limits, type OutgoingRequest, sendRequest } from './send-request.ts';

/** How one client sends its requests. */
export type Way = {
  /** The name of its spans, such as `model call`. */
  name: string;
  limits: Limits;
  retries: Retries;
  /** How many redirects a GET follows. */
  redirects: number;
  tracing: Tracing;
  /** Checks an address: throws `forbidden`, or returns the agent that connects to it. */
  route: (url: URL) => { agents: OutgoingRequest['agents']; isAllowed: boolean };
};

export type Asked = Pick<OutgoingRequest, 'method' | 'headers' | 'body' | 'signal'> & {
  /** As in `fetch`: `manual` returns the redirect itself, `error` rejects it. */
  redirect: NonNullable<RequestInit['redirect']>;
};

/** The headers that go along to another site than the first. No key, no cookie. */
const harmless = ['accept', 'accept-language', 'accept-encoding', 'user-agent'];

/**
 * Sends a request, retries it where allowed, and follows redirects; each address is checked anew. A stream that has begun
 * is never replayed.
 */
export async function follow(start: URL, asked: Asked, way: Way): Promise<{ head: Head; url: URL }> {
  let url = start;
  let { headers } = asked;
  for (let hop = 0; ; hop++) {
    const head = await sendUntilTaken(url, { ...asked, headers }, way);
    const { message } = head;
    const status = message.statusCode!;
    if (status < 300 || status >= 400 || status === 304 || asked.redirect === 'manual') return { head, url };
    clearTimeout(head.deadline);
    message.destroy();
    const { location } = message.headers;
    const next = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const mayFollow = asked.redirect === 'follow' && (asked.method === 'GET' || asked.method === 'HEAD');
    if (next === undefined || !mayFollow || hop >= way.redirects)
      throw new OutboundError('redirected', `redirected (${status})`);
    if (next.origin !== url.origin)
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.includes(name)));
    url = next;
  }
}

async function sendUntilTaken(url: URL, asked: Asked, way: Way): Promise<Head> {
  const { signal } = asked;
  const retries = asked.body instanceof Readable ? { most: 0, delayMs: 0 } : way.retries;
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const { agents, isAllowed } = way.route(url);
    const span = way.tracing.start(way.name, 'client', {
      'http.request.method': asked.method,
      'server.address': url.host,
      // The path of a person's address may be secret.
      ...(isAllowed && { 'url.path': url.pathname }),
    });
    const head = await sendRequest({ ...asked, url, agents, limits: way.limits, resend: retries.most > 0 }).catch(
      (error) => {
        span.end(error);
        throw error;
      },
    );
    const { message } = head;
    span.set({ 'http.response.status_code': message.statusCode! });
    message.once('close', () => span.end(message.errored ?? undefined));
    const delay = retryDelay(message, attempt, retries);
    if (delay === undefined) return head;
    clearTimeout(head.deadline);
    await waitBeside(message, delay, signal);
  }
}

/** Reads a refusal during the wait, so that the connection can be kept; but it may drip without end. */
async function waitBeside(message: IncomingMessage, delay: number, signal: AbortSignal | undefined): Promise<void> {
  message.resume();
  try {
    await sleep(delay, undefined, signal && { signal });
  } catch {
    signal!.throwIfAborted();
  } finally {
    if (!message.complete) message.destroy();
  }
}
