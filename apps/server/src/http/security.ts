import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { answerPolicy, pagePolicy } from './content-policy.ts';
import { isUnder } from './is-under.ts';

/** Headers that pages of other origins may read: the offer to resume, the last event, when to try again. */
const readableElsewhere = [
  'Causerie-Resume',
  'Causerie-Last-Event',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/** The browser features that our pages may use: the microphone, to dictate. No other, also inside a frame. */
const permissions = 'camera=(), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()';

const isSecure = (config: Config) => config.PUBLIC_URL?.startsWith('https:') ?? false;
const isFramed = (config: Config) => config.FRAME_ANCESTORS.length > 0;

// It must not be sent over plain HTTP (RFC 6797, 7.2), and a machine in a local network has nothing else.
const transportSecurity = 'max-age=31536000; includeSubDomains';

/** The headers of answers without a request: Node's parser and Fastify's router refuse some requests before our hooks run. */
export function bareHeaders(config: Config): Record<string, string> {
  return {
    'content-security-policy': answerPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': permissions,
    'cache-control': 'no-store',
    ...(isFramed(config) ? {} : { 'x-frame-options': 'DENY' }),
    ...(isSecure(config) ? { 'strict-transport-security': transportSecurity } : {}),
  };
}

/** Headers, limits and refusals that hold for every route. */
export async function registerSecurity(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: pagePolicy(config) },
    // This header knows "none" and "same origin" only; where some sites may embed us, the policy above names them.
    frameguard: isFramed(config) ? false : { action: 'deny' },
    strictTransportSecurity: false,
    xXssProtection: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', permissions);
    // No current browser uses it; scanners ask for it all the same.
    reply.header('x-xss-protection', '1; mode=block');
    if (isSecure(config)) reply.header('strict-transport-security', transportSecurity);
    if (isUnder(request, '/api/')) {
      reply.header('cache-control', 'no-store');
      reply.header('content-security-policy', answerPolicy);
    }
    refuseOtherHosts(request, config);
    refuseOtherSites(request, config);
    if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
      throw new AppError('unsupported_media_type', 'Send the body as it is, without Content-Encoding.');
  });
  const named = config.ALLOWED_ORIGINS.filter((origin) => origin !== '*');
  const any = named.length < config.ALLOWED_ORIGINS.length;
  await app.register(cors, {
    delegator: async (request: FastifyRequest) => ({
      // "Any site" concerns the API. The process' metrics are for callers nearby, and a page in a nearby browser is not
      // one.
      origin: any && isUnder(request, '/api/') ? '*' : named,
      exposedHeaders: readableElsewhere,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      maxAge: 600,
    }),
  });
  // Event streams are written past Fastify and never pass through this: a compressor would hold them back.
  // Compress answers only: limits count the bytes received, and a compressed request holds far more than its size.
  await app.register(compress, { encodings: ['gzip', 'identity'], threshold: 1024, globalDecompression: false });
}

/**
 * Cross-site request forgery: a browser adds the session cookie to requests that another site makes it send. Browsers also
 * report where a request comes from; requests from elsewhere are refused. Browsers never add bearer tokens by themselves.
 * Sign-in and sign-up are covered too, with or without a cookie: no site may sign a visitor in to the attacker's account,
 * or create the first account of a server that only the visitor can reach.
 */
function refuseOtherSites(request: FastifyRequest, config: Config): void {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
  const opensAccount = isUnder(request, '/api/auth/') || request.routeOptions.url === '/api/v1/auth/register';
  if (!opensAccount && (headers.authorization || !headers.cookie)) return;
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  const { origin } = headers;
  if (origin === undefined && site === undefined) return; // Not a browser.
  if (origin !== undefined && (config.ALLOWED_ORIGINS.includes(origin) || isOwn(origin, request, config))) return;
  throw new AppError('csrf_refused');
}

/** Monitoring tools call the process by any address they find it at. */
const anyHost = new Set<string | undefined>(['/health', '/ready', '/metrics']);
/** An attacker cannot make these names point at this server; a person on the machine may use them. */
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses a request for another host name: a page whose own name was made to point here (DNS rebinding) would count as
 * same-origin, and an attacker could plant the name in a cache or a link.
 */
function refuseOtherHosts(request: FastifyRequest, { PUBLIC_URL }: Config): void {
  const { rawHeaders, httpVersion } = request.raw;
  if (request.headers.host === undefined && httpVersion === '1.1')
    throw new AppError('bad_request', 'The Host header is missing.');
  // Node takes the first one; a proxy or cache in front may take the last (RFC 9112, 3.2).
  if (rawHeaders.filter((name, at) => at % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host').length > 1)
    throw new AppError('bad_request', 'There is more than one Host header.');
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
 * Whether a page of this request's origin may open a WebSocket: this server's own pages, and those of `ALLOWED_ORIGINS`;
 * where that is any site, only with a token, since no browser adds one by itself. CORS does not cover WebSockets, and
 * browsers send cookies along: without this check, any page could act in its visitor's name. Programs send no origin.
 */
export function isOriginAllowed(request: FastifyRequest, config: Config): boolean {
  const { origin, authorization } = request.headers;
  if (origin === undefined || config.ALLOWED_ORIGINS.includes(origin) || isOwn(origin, request, config)) return true;
  return config.ALLOWED_ORIGINS.includes('*') && authorization !== undefined;
}

function isOwn(origin: string, request: FastifyRequest, { PUBLIC_URL }: Config): boolean {
  if (!URL.canParse(origin)) return false; // "null", of a sandboxed frame
  if (PUBLIC_URL && new URL(PUBLIC_URL).origin === origin) return true;
  // The scheme is not compared: a TLS proxy that is not declared as trusted makes every request look like http.
  return new URL(origin).host === request.host;
}
