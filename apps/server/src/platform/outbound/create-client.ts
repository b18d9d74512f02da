import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import { type Asked, follow, type Way } from './follow.ts';
import { OutboundError } from './outbound-error.ts';
import type { Head, Limits } from './send-request.ts';
import { streamBody } from './stream-body.ts';

/** A client for other servers, with the limits of one use. */
export type OutboundClient = {
  /**
   * A `fetch`. Rejects with an `OutboundError`, or with the reason of the signal; so does a streaming body. Where the
   * client follows no redirects, one is rejected unless `redirect` is `manual`: it could take a key elsewhere.
   */
  fetch: typeof fetch;
  /** For bodies that stream both ways; the answer is a Node stream. Sent once, and no redirect is followed. */
  open(url: URL, request: OpenRequest): Promise<OpenResponse>;
};

export type OpenRequest = { method: string; headers: Record<string, string>; body: Readable; signal: AbortSignal };
export type OpenResponse = { status: number; headers: IncomingHttpHeaders; body: Readable };

/** See `Outbound.client`. `streams`: whether an answer is delivered while it arrives. */
export function createClient(way: Way, streams: boolean): OutboundClient {
  return {
    async fetch(input, init = {}) {
      const { start, asked } = await read(input, init);
      const { head, url } = await follow(start, asked, way);
      const response = await toResponse(head, asked.signal, way.limits, streams);
      return Object.defineProperty(response, 'url', { value: url.href });
    },
    async open(url, request) {
      const { head } = await follow(url, { ...request, redirect: 'error' }, way);
      const { message } = head;
      return {
        status: message.statusCode!,
        headers: message.headers,
        body: boundedBody(head, way.limits, request.signal),
      };
    },
  };
}

async function read(input: string | URL | Request, init: RequestInit): Promise<{ start: URL; asked: Asked }> {
  const { body } = init;
  // The short way for texts, such as a request to a model.
  if (!(input instanceof Request) && (body == null || typeof body === 'string')) {
    const headers = plainHeaders(init.headers instanceof Headers ? init.headers : new Headers(init.headers));
    if (body != null) headers['content-length'] = String(Buffer.byteLength(body));
    const { method = 'GET', redirect = 'follow', signal } = init;
    const asked = {
      method: method.toUpperCase(),
      headers,
      body: body ?? undefined,
      signal: signal ?? undefined,
      redirect,
    };
    return { start: new URL(input), asked };
  }
  // The code of Node's own `fetch` encodes forms.
  const request = new Request(input, init);
  const headers = plainHeaders(request.headers);
  const bytes = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
  if (bytes !== undefined) headers['content-length'] = String(bytes.length);
  const { method, signal, redirect } = request;
  return { start: new URL(request.url), asked: { method, headers, body: bytes, signal, redirect } };
}

function plainHeaders(given: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  given.forEach((value, name) => {
    headers[name] = value;
  });
  return headers;
}

async function toResponse(
  head: Head,
  signal: AbortSignal | undefined,
  limits: Limits,
  streams: boolean,
): Promise<Response> {
  const { message, deadline } = head;
  const status = message.statusCode!;
  const headers = headersOf(message);
  if (status === 204 || status === 205 || status === 304) {
    clearTimeout(deadline);
    message.resume();
    return new Response(null, { status, headers });
  }
  const body = streamBody(head, signal, limits);
  if (streams) return new Response(body, { status, headers });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return new Response(Buffer.concat(chunks), { status, headers });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return headers;
}

/** The body as a Node stream within the limits; a reader that takes nothing is cut like a server that sends nothing. */
function boundedBody({ message, deadline }: Head, { idleMs, mostBytes }: Limits, signal: AbortSignal): Readable {
  let bytes = 0;
  const idle = setTimeout(() => message.destroy(new OutboundError('timeout', `silent for ${idleMs} ms`)), idleMs);
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(deadline);
      idle.refresh();
      bytes += chunk.length;
      if (bytes > mostBytes) done(new OutboundError('too_large', 'the answer is too large'));
      else done(null, chunk);
    },
  });
  const abort = () => message.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return pipeline(message, body, () => {
    clearTimeout(deadline);
    clearTimeout(idle);
    signal.removeEventListener('abort', abort);
  });
}
