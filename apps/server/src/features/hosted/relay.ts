import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { beta } from './request-secret.ts';

/** Passes one request on and gives the answer with its body still coming. `signal` ends it at both sides. */
export type Relay = (request: RelayRequest, signal: AbortSignal) => Promise<RelayResponse>;

export type RelayRequest = {
  /** As the caller wrote it, below the address of the proxy: `conversation`, `files?x=1`. */
  target: string;
  headers: IncomingHttpHeaders;
  body: Readable;
};
export type RelayResponse = { status: number; headers: Record<string, string>; body: Readable };

/** Everything that is passed on of a request. No cookie: it is for this server alone. */
const passedOn = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'idempotency-key',
  'openai-beta',
] as const;
/** And of an answer. No `set-cookie`: another server must not set one in our name. */
const passedBack = ['content-language', 'content-type', 'retry-after'] as const;
/** What a browser may be handed under our name. HTML and the like arrive as a file. */
const harmless = /^(application\/json|text\/event-stream|text\/plain)\s*(;|$)/i;

/** A file of 10 MB and what surrounds it in a form. */
const longestBody = 11 * 1024 * 1024;
const longestAnswer = 64 * 1024 * 1024;
const longestMs = 15 * 60_000;

/**
 * Words with dots inside, nothing else. Not `..`, `//host`, `@`, a colon, a backslash or a per cent sign: what could be read in
 * two ways by the two servers is not passed on.
 */
const path = /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*){0,7}$/;
const query = /^[\w.~%&=+,-]{0,1000}$/;

/** A relay to one address and what lies below it. */
export function createRelay(options: {
  url: string;
  agents: Outbound['agents'];
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
}): Relay {
  const base = new URL(options.url);
  const https = base.protocol === 'https:';
  const agent = https ? options.agents.https : options.agents.http;
  const send = https ? requestHttps : requestHttp;

  return async ({ target, headers, body }, signal) => {
    const [asked = '', search = ''] = target.split(/\?(.*)/s);
    if (!path.test(asked) || asked.length > 300 || !query.test(search))
      throw new AppError('not_found', 'The proxy reaches no such address.');
    if (Number(headers['content-length'] ?? 0) > longestBody) throw new AppError('payload_too_large');

    const upstream = send({
      agent,
      protocol: base.protocol,
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      method: 'POST',
      path: `${base.pathname.replace(/\/$/, '')}/${asked}${search ? `?${search}` : ''}`,
      headers: headersFor(headers),
      signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
    });
    // The clock of the first byte starts when the request has been sent; that of silence runs all the time after.
    upstream.setTimeout(options.firstByteTimeoutMs, () => upstream.destroy(new Error('no answer in time')));
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      // It may fail more than once, and when nobody waits for its answer any more.
      upstream.once('response', resolve).on('error', reject);
    });
    const sent = pipeline(body, limited(longestBody), upstream);
    // An answer may come before the request is through: a refusal of something too long.
    sent.catch(() => {});
    try {
      const answer = await Promise.race([answered, sent.then(() => answered)]);
      upstream.on('error', () => answer.destroy());
      upstream.setTimeout(options.idleTimeoutMs, () => upstream.destroy(new Error('silence')));
      const status = answer.statusCode!;
      if (status >= 300 && status < 400) {
        upstream.destroy();
        throw new Error(`redirected (${status})`);
      }
      const bounded = limited(longestAnswer);
      pipeline(answer, bounded).catch(() => {});
      return { status, headers: headersOf(answer), body: bounded };
    } catch (cause) {
      answered.catch(() => {});
      upstream.destroy();
      if (cause instanceof AppError) throw cause;
      if (signal.aborted) throw new AppError('bad_request', 'The caller went away.', { cause });
      throw new AppError('bad_gateway', 'OpenAI gave no usable answer. Try again shortly.', { cause });
    }
  };
}

/**
 * The client secret that hosted ChatKit is spoken to with. A token of this server (a JWT) must not leave it. Throws
 * `unauthorized`.
 */
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

function headersOf(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of passedBack) {
    const value = answer.headers[name];
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
