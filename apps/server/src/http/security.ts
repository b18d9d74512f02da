import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { isUnder } from './is-under.ts';

/** Headers that pages of other origins may read: the offer to resume, where a conversation stands, when to come back. */
const readableElsewhere = [
  'Causerie-Resume',
  'Causerie-Last-Event',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/** What pages of ours may ask the browser for: the microphone, to dictate. Nothing else, also where a frame is let in. */
const permissions = 'camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()';

/** Headers, limits and refusals that hold for every route. */
export async function registerSecurity(app: FastifyInstance, config: Config): Promise<void> {
  const secure = config.PUBLIC_URL?.startsWith('https:') ?? false;
  const framed = config.FRAME_ANCESTORS.length > 0;
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Previews of files that have not left the browser yet are blob: and data: addresses.
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: framed ? config.FRAME_ANCESTORS : ["'none'"],
      },
    },
    // It knows "none" and "same origin" only; where some sites are let in, the policy above names them.
    frameguard: framed ? false : { action: 'deny' },
    // Over plain HTTP it must not be sent (RFC 6797, 7.2), and a machine in a local network has nothing else.
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', permissions);
    if (isUnder(request, '/api/')) reply.header('cache-control', 'no-store');
    refuseOtherHosts(request, config);
    refuseOtherSites(request, config);
    if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
      throw new AppError('unsupported_media_type', 'Send the body as it is, without Content-Encoding.');
  });
  await app.register(cors, {
    origin: config.ALLOWED_ORIGINS.length > 0 ? config.ALLOWED_ORIGINS : false,
    exposedHeaders: readableElsewhere,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    maxAge: 600,
  });
  // Streams of events are written past Fastify and never pass through this: a compressor would hold them back.
  // And only answers: the limits are of what is sent, and a compressed request is far more than it says.
  await app.register(compress, { encodings: ['gzip', 'identity'], threshold: 1024, globalDecompression: false });
}

/**
 * Cross-site request forgery: a browser adds the session cookie to requests that another site makes it send. Browsers also
 * say where a request comes from; what comes from elsewhere is refused. Bearer tokens are not added by themselves.
 * Signing in is covered too: nobody may sign a visitor in to the attacker's account.
 */
function refuseOtherSites(request: FastifyRequest, config: Config): void {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || headers.authorization) return;
  if (!headers.cookie && !isUnder(request, '/api/auth/')) return;
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  const { origin } = headers;
  if (origin === undefined && site === undefined) return; // Not a browser.
  if (origin !== undefined && (config.ALLOWED_ORIGINS.includes(origin) || isOwn(origin, request, config))) return;
  throw new AppError('csrf_refused');
}

/** Those who look after the process ask it by whatever address they find it at. */
const anyHost = new Set<string | undefined>(['/health', '/ready', '/metrics']);
/** An attacker cannot make these names point at this server; a person on the machine may use them. */
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A request that was meant for another name: a page whose own name was made to point here (DNS rebinding) and that would
 * count as same-origin, or somebody who wants that name in a cache or a link.
 */
function refuseOtherHosts(request: FastifyRequest, { PUBLIC_URL }: Config): void {
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
    throw new AppError('bad_request', 'The Host header is missing.');
  if (!PUBLIC_URL || anyHost.has(request.routeOptions.url)) return;
  const own = new URL(PUBLIC_URL);
  const asked = `${own.protocol}//${request.host}`;
  if (URL.canParse(asked)) {
    const { host, hostname } = new URL(asked);
    if (host === own.host || loopback.has(hostname)) return;
  }
  throw new AppError('wrong_host');
}

/**
 * Whether a page of this request's origin may open a WebSocket: this server's own pages, and those of `ALLOWED_ORIGINS`.
 * CORS does not hold for WebSockets and browsers send cookies along, so each door must ask. Programs send no origin.
 */
export function isOriginAllowed(request: FastifyRequest, config: Config): boolean {
  const { origin } = request.headers;
  return origin === undefined || config.ALLOWED_ORIGINS.includes(origin) || isOwn(origin, request, config);
}

function isOwn(origin: string, request: FastifyRequest, { PUBLIC_URL }: Config): boolean {
  if (!URL.canParse(origin)) return false; // "null", of a sandboxed frame
  if (PUBLIC_URL && new URL(PUBLIC_URL).origin === origin) return true;
  // The scheme is not compared: a proxy that ends TLS and is not declared as trusted makes every request look like http.
  return new URL(origin).host === request.host;
}
