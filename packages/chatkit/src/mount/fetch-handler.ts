import { StreamingResult } from '../server/results.ts';
import { encodeEvent } from '../server/wire.ts';
import { defaultPingMs, framesOf } from './frames.ts';
import { defaultBodyLimit, LimitedBody } from './limited-body.ts';
import type { MountOptions, Processes } from './node-handler.ts';
import { brokenStream, jsonHeaders, refusalFor, streamHeaders } from './refusal.ts';

/**
 * Mounts a server on any runtime that answers a `Request` with a `Response` (Deno, Bun, Hono, Next.js, workers).
 *
 * ```ts
 * export const POST = createFetchHandler(server, { context: (request) => userOf(request) });
 * ```
 */
export function createFetchHandler<Context>(
  server: Processes<Context>,
  { context, bodyLimit = defaultBodyLimit, pingMs = defaultPingMs, logger = console }: MountOptions<Request, Context>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
    // There are two signs that the client has disconnected, and runtimes differ in which they give: the request's signal,
    // and the cancellation of the response's body.
    const gone = new AbortController();
    if (request.signal.aborted) gone.abort();
    else request.signal.addEventListener('abort', () => gone.abort(), { once: true });
    try {
      const asking = await context(request);
      const result = await server.process(await readBody(request, bodyLimit), asking, { signal: gone.signal });
      if (!(result instanceof StreamingResult)) return new Response(result.json, { headers: jsonHeaders });
      return new Response(toBody(result, gone), { headers: streamHeaders });
    } catch (error) {
      const { status, body } = refusalFor(error, logger);
      return new Response(body, { status, headers: jsonHeaders });
    }
  };

  function toBody(result: StreamingResult, gone: AbortController): ReadableStream<Uint8Array> {
    const frames = framesOf(result.batches, pingMs);
    const encoder = new TextEncoder();
    return new ReadableStream({
      // Called only when the reader wants more, which gives backpressure.
      async pull(controller) {
        try {
          const { done, value } = await frames.next();
          if (done) controller.close();
          else controller.enqueue(encoder.encode(value));
        } catch (error) {
          // Cancelled meanwhile: no reader is left for the error.
          if (gone.signal.aborted) return;
          logger.error('A ChatKit stream broke off', { error });
          controller.enqueue(encoder.encode(encodeEvent(brokenStream)));
          controller.close();
        }
      },
      async cancel() {
        gone.abort();
        await frames.return(undefined);
      },
    });
  }
}

async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const body = new LimitedBody(limit, request.headers.get('content-length'));
  for await (const chunk of request.body ?? []) body.add(chunk);
  return body.bytes();
}
