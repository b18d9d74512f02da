import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span as OtelSpan, Tracer } from '@opentelemetry/api';
import type { HttpAgents } from '../outbound/http-agents.ts';

/** Attributes of a span. Never message text, names of people or secrets: traces leave the machine. */
export type Attributes = Record<string, string | number | boolean>;

/** A piece of work that takes time. */
export type Span = {
  set(attributes: Attributes): void;
  /** Ends it; with an error, as failed. Only the first call counts. */
  end(error?: unknown): void;
};

/**
 * Traces the time of one request, from the route to the model. Spans nest by the asynchronous context: a span that is
 * started within `run` of another is its child, also after the request that began it is over.
 */
export type Tracing = {
  /** `traceparent` is the caller's header (W3C Trace Context), which makes this span part of the caller's trace. */
  start(name: string, kind: 'server' | 'internal' | 'client', attributes: Attributes, traceparent?: string): Span;
  /** Calls `work` with the span as the parent of new spans. */
  run<T>(span: Span, work: () => T): T;
  /** Sends the remaining spans. */
  close(): Promise<void>;
};

const nothing: Span = { set() {}, end() {} };

/** Without a collector: nothing is loaded, and a span costs a call. */
export const noTracing: Tracing = {
  start: () => nothing,
  run: (_span, work) => work(),
  async close() {},
};

/** How long the last spans may take to leave when the server stops. */
const closeMs = 2000;

/**
 * Traces to the OpenTelemetry collector at `endpoint`, by OTLP over HTTP (`/v1/traces` below it), over the connections of
 * `agents`. The SDK is loaded only here. A collector that is away costs the spans, never an answer.
 */
export async function createTracing(endpoint: string, version: string, agents: HttpAgents): Promise<Tracing> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace }, sdk, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: closeMs,
    httpAgentOptions: (protocol) => (protocol === 'https:' ? agents.https : agents.http),
  });
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': 'causerie', 'service.version': version }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: 1000 })],
  });
  const tracer: Tracer = provider.getTracer('causerie', version);
  const current = new AsyncLocalStorage<Context>();
  const contexts = new WeakMap<Span, Context>();
  const kinds = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL, client: SpanKind.CLIENT };

  const callers = (header: string | undefined): Context | undefined => {
    const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? [];
    if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
    const traceFlags = Number.parseInt(flags!, 16) & TraceFlags.SAMPLED;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
  };

  return {
    start(name, kind, attributes, traceparent) {
      const parent = callers(traceparent) ?? current.getStore() ?? ROOT_CONTEXT;
      const inner: OtelSpan = tracer.startSpan(name, { kind: kinds[kind], attributes }, parent);
      let ended = false;
      const span: Span = {
        set: (more) => void inner.setAttributes(more),
        end(error) {
          if (ended) return;
          ended = true;
          if (error !== undefined) {
            // The class of the error, not its message: that may quote what a person wrote.
            const type = error instanceof Error ? error.name : 'error';
            inner.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type });
          }
          inner.end();
        },
      };
      contexts.set(span, trace.setSpan(parent, inner));
      return span;
    },
    run: (span, work) => current.run(contexts.get(span) ?? ROOT_CONTEXT, work),
    async close() {
      await Promise.race([
        provider.shutdown().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, closeMs).unref()),
      ]);
      agents.close();
    },
  };
}
