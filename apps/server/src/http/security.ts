import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { answerPolicy, pagePolicy } from './content-policy.ts';
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

const isSecure = (config: Config) => config.PUBLIC_URL?.startsWith('https:') ?? false;
const isFramed = (config: Config) => config.FRAME_ANCESTORS.length > 0;

// Over plain HTTP it must not be sent (RFC 6797, 7.2), and a machine in a local network has nothing else.
const transportSecurity = 'max-age=31536000; includeSubDomains';

/**
 * The headers of answers that never had a request: what Node's parser or Fastify's router refuses is answered before any
 * hook of ours runs.
 */
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
    // It knows "none" and "same origin" only; where some sites are let in, the policy above names them.
    frameguard: isFramed(config) ? false : { action: 'deny' },
    strictTransportSecurity: false,
    xXssProtection: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('permissions-policy', permissions);
    // Of no use in a browser of today; scanners ask for it all the same.
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
      // "Any site" is for the API. The figures of the process are for who is near, which a page in a near browser is not.
      origin: any && isUnder(request, '/api/') ? '*' : named,
      exposedHeaders: readableElsewhere,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      maxAge: 600,
    }),
  });
  // Streams of events are written past Fastify and never pass through this: a compressor would hold them back.
  // And only answers: the limits are of what is sent, and a compressed request is far more than it says.
  await app.register(compress, { encodings: ['gzip', 'identity'], threshold: 1024, globalDecompression: false });
}

/**
 * Cross-site request forgery: a browser adds the session cookie to requests that another site makes it send. Browsers also
 * say where a request comes from; what comes from elsewhere is refused. Bearer tokens are not added by themselves.
 * Signing in and making an account are covered too, whatever comes along: nobody may sign a visitor in to the attacker's
 * account, nor become the first person of a server that only the visitor can reach.
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

/** Those who look after the process ask it by whatever address they find it at. */
const anyHost = new Set<string | undefined>(['/health', '/ready', '/metrics']);
/** An attacker cannot make these names point at this server; a person on the machine may use them. */
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A request that was meant for another name: a page whose own name was made to point here (DNS rebinding) and that would
 * count as same-origin, or somebody who wants that name in a cache or a link.
 */
function refuseOtherHosts(request: FastifyRequest, { PUBLIC_URL }: Config): void {
  const { rawHeaders, httpVersion } = request.raw;
  if (request.headers.host === undefined && httpVersion === '1.1')
    throw new AppError('bad_request', 'The Host header is missing.');
  // Node takes the first, a proxy or cache in front may take the last (RFC 9112, 3.2).
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
 * where that is any site, who brings a token, since no browser adds one by itself. CORS does not hold for WebSockets and
 * browsers send cookies along: without this, any page could talk in the name of whoever visits it. Programs send no origin.
 */
export function isOriginAllowed(request: FastifyRequest, config: Config): boolean {
  const { origin, authorization } = request.headers;
  if (origin === undefined || config.ALLOWED_ORIGINS.includes(origin) || isOwn(origin, request, config)) return true;
  return config.ALLOWED_ORIGINS.includes('*') && authorization !== undefined;
}

function isOwn(origin: string, request: FastifyRequest, { PUBLIC_URL }: Config): boolean {
  if (!URL.canParse(origin)) return false; // "null", of a sandboxed frame
  if (PUBLIC_URL && new URL(PUBLIC_URL).origin === origin) return true;
  // The scheme is not compared: a proxy that ends TLS and is not declared as trusted makes every request look like http.
  return new URL(origin).host === request.host;
}
