import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { Registry } from '../platform/telemetry/registry.ts';
import type { Span, Tracing } from '../platform/telemetry/tracing.ts';
import type { HttpMetrics } from './metrics.ts';

/** The registry of the HTTP metrics, and the one of all metrics. `token` is `METRICS_TOKEN`. */
export type Telemetry = { registry: Registry; metrics: HttpMetrics; tracing: Tracing; token: string | undefined };

/** Loopback, private and link-local addresses (RFC 1918, 4193, 3927, 4291). */
const near = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  near.addSubnet(network, bits, 'ipv4');
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/** The status recorded for a caller that went away before the head of the answer; nginx uses this number. */
const leftEarly = 499;

/** Counts and traces every request, and answers `GET /metrics`. */
export function registerTelemetry(app: FastifyInstance, { registry, metrics, tracing, token }: Telemetry): void {
  const spans = new WeakMap<FastifyRequest, Span>();

  app.addHook('onRequest', (request, reply, done) => {
    const started = performance.now();
    const endpoint = request.routeOptions.url ?? 'unknown';
    const span = tracing.start(
      `${request.method} ${endpoint}`,
      'server',
      { 'http.request.method': request.method, 'http.route': endpoint, 'causerie.request_id': request.id },
      header(request, 'traceparent'),
    );
    spans.set(request, span);
    // Not Fastify's onResponse: it never runs for a stream written past it, or one that its reader leaves.
    reply.raw.once('close', () => {
      // The reply does not write the answer that opens a socket.
      const upgraded = request.ws && reply.sent ? 101 : leftEarly;
      const status = reply.raw.headersSent ? reply.raw.statusCode : upgraded;
      metrics.countRequest(request.method, endpoint, status, (performance.now() - started) / 1000);
      span.set({ 'http.response.status_code': status });
      span.end(status >= 500 ? new Error('5xx') : undefined);
    });
    done();
  });
  // The latest possible hook: reading the body would lose the context by which children of the span are found.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) tracing.run(span, done);
    else done();
  });

  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    admit(request, token);
    return reply
      .header('cache-control', 'no-store')
      .type(registry.contentType)
      .send(await registry.metrics());
  });
}

/**
 * With a token set, the caller needs it. Without one, the caller must be nearby: the address of the connection itself
 * counts, never what a header claims. A request through a proxy comes from a nearby proxy and from anywhere, so it is
 * refused.
 */
function admit(request: FastifyRequest, token: string | undefined): void {
  if (token !== undefined) {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${token}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new AppError('unauthorized');
    return;
  }
  const { remoteAddress } = request.socket;
  const { headers } = request;
  const passedOn = 'x-forwarded-for' in headers || 'forwarded' in headers || 'x-real-ip' in headers;
  if (passedOn || !remoteAddress || !isNear(remoteAddress)) throw new AppError('forbidden');
}

function isNear(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return near.check(mapped ?? address, isIPv6(mapped ?? address) ? 'ipv6' : 'ipv4');
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
