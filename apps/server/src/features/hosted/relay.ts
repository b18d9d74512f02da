import type { IncomingHttpHeaders } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { beta } from './request-secret.ts';

/** Relays one request and returns the answer with its body still streaming. `signal` ends both sides. */
export type Relay = (request: RelayRequest, signal: AbortSignal) => Promise<RelayResponse>;

export type RelayRequest = {
  /** The path below the proxy's address, as the caller wrote it: `conversation`, `files?x=1`. */
  target: string;
  headers: IncomingHttpHeaders;
  body: Readable;
};
export type RelayResponse = { status: number; headers: Record<string, string>; body: Readable };

/** The request headers that are forwarded. No cookie: it is for this server alone. */
const passedOn = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'idempotency-key',
  'openai-beta',
] as const;
/** The answer headers that are forwarded. No `set-cookie`: another server must not set a cookie in our name. */
const passedBack = ['content-language', 'content-type', 'retry-after'] as const;
/** The content types that a browser may show under our name. HTML and the like arrive as a file. */
const harmless = /^(application\/json|text\/event-stream|text\/plain)\s*(;|$)/i;

/** A file of 10 MB and the form around it. */
const longestBody = 11 * 1024 * 1024;
const longestAnswer = 64 * 1024 * 1024;
const longestMs = 15 * 60_000;

/**
 * Words with dots inside, nothing else. Not `..`, `//host`, `@`, a colon, a backslash or a per cent sign: a path that the
 * two servers could read differently is not relayed.
 */
const path = /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*){0,7}$/;
const query = /^[\w.~%&=+,-]{0,1000}$/;

/** A relay to one address and the paths below it. */
export function createRelay(options: {
  url: string;
  outbound: Outbound;
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
}): Relay {
  const base = new URL(options.url);
  const client = options.outbound.client({
    name: 'relayed request',
    allow: [options.url],
    firstByteMs: options.firstByteTimeoutMs,
    idleMs: options.idleTimeoutMs,
    mostBytes: longestAnswer,
  });

  return async ({ target, headers, body }, signal) => {
    const [asked = '', search = ''] = target.split(/\?(.*)/s);
    if (!path.test(asked) || asked.length > 300 || !query.test(search))
      throw new AppError('not_found', 'The proxy reaches no such address.');
    if (Number(headers['content-length'] ?? 0) > longestBody) throw new AppError('payload_too_large');

    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/$/, '')}/${asked}`;
    url.search = search;
    const bounded = limited(longestBody);
    // The sender disconnects or sends too much: `open` reports both.
    pipeline(body, bounded).catch(() => {});
    try {
      const answer = await client.open(url, {
        method: 'POST',
        headers: headersFor(headers),
        body: bounded,
        signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
      });
      return { status: answer.status, headers: headersOf(answer.headers), body: answer.body };
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      if (signal.aborted) throw new AppError('bad_request', 'The caller went away.', { cause });
      throw new AppError('bad_gateway', 'OpenAI gave no usable answer. Try again shortly.', { cause });
    }
  };
}

/** The client secret for hosted ChatKit. A token of this server (a JWT) must not leave it. Throws `unauthorized`. */
export function clientSecretOf(authorization: string | undefined): string {
  const token = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(authorization ?? '')?.[1];
  if (!token || token.split('.').length === 3 || token.startsWith('cks_'))
    throw new AppError('unauthorized', 'Send the client secret of /api/chatkit/session as bearer token.');
  return token;
}

function headersFor(given: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = { 'openai-beta': beta, 'accept-encoding': 'identity' };
  for (const name of passedOn) {
    const value = given[name];
    if (typeof value === 'string' && value.length <= 8192 && /^[\t\x20-\x7e]*$/.test(value)) headers[name] = value;
  }
  if (given['content-length']) headers['content-length'] = given['content-length'];
  return headers;
}

function headersOf(given: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of passedBack) {
    const value = given[name];
    if (value) headers[name] = value;
  }
  if (!harmless.test(headers['content-type'] ?? '')) headers['content-type'] = 'application/octet-stream';
  return headers;
}

function limited(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(new AppError('payload_too_large'));
      else done(null, chunk);
    },
  });
}
