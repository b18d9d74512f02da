import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../server/event-pump.ts';
import { type NonStreamingResult, StreamingResult } from '../server/results.ts';
import { encodeEvent } from '../server/wire.ts';
import { defaultPingMs, framesOf } from './frames.ts';
import { defaultBodyLimit, LimitedBody } from './limited-body.ts';
import { brokenStream, jsonHeaders, refusalFor, streamHeaders } from './refusal.ts';

/** The one method of a server that a mount needs. */
export type Processes<Context> = {
  process(
    body: string | Uint8Array | object,
    context: Context,
    options: { signal: AbortSignal },
  ): Promise<StreamingResult | NonStreamingResult>;
};

export type MountOptions<Request, Context> = {
  /** Returns the context of a request, usually its signed-in person. A ChatKitError that it throws becomes the response. */
  context: (request: Request) => Context | Promise<Context>;
  /** In bytes; 1 MiB by default. Larger bodies are answered with 413. */
  bodyLimit?: number;
  /**
   * After so many milliseconds without an event, the stream sends a comment, since proxies close idle connections. Default:
   * 15 000; 0 turns it off.
   */
  pingMs?: number;
  /** Default: `console`. */
  logger?: Logger;
};

/**
 * Mounts a server on node:http (or express, or connect), at any path, for POST.
 *
 * A client that disconnects in mid-stream stops the answer, as ChatKit requires.
 *
 * ```ts
 * http.createServer(createNodeHandler(server, { context: (request) => userOf(request) })).listen(8000);
 * ```
 */
export function createNodeHandler<Context>(
  server: Processes<Context>,
  { context, bodyLimit = defaultBodyLimit, pingMs, logger = console }: MountOptions<IncomingMessage, Context>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    await answer(response, { pingMs, logger }, async (signal) => {
      const asking = await context(request);
      return server.process(await readBody(request, bodyLimit), asking, { signal });
    });
  };
}

/** Writes the result of `produce` to a node:http response. The signal is aborted when the client disconnects. */
export async function answer(
  response: ServerResponse,
  { pingMs = defaultPingMs, logger }: { pingMs?: number | undefined; logger: Logger },
  produce: (signal: AbortSignal) => Promise<StreamingResult | NonStreamingResult>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const result = await produce(gone.signal);
    if (result instanceof StreamingResult) return await stream(response, framesOf(result.batches, pingMs), logger);
    response.writeHead(200, jsonHeaders).end(result.json);
  } catch (error) {
    if (gone.signal.aborted) return;
    const { status, body } = refusalFor(error, logger);
    // The rest of an unread body would be parsed as the next request on this connection.
    response.writeHead(status, status === 413 ? { ...jsonHeaders, connection: 'close' } : jsonHeaders).end(body);
  }
}

async function stream(response: ServerResponse, frames: AsyncIterable<string>, logger: Logger): Promise<void> {
  response.writeHead(200, streamHeaders);
  try {
    for await (const text of frames) {
      if (!response.destroyed && !response.write(text)) await drained(response);
    }
  } catch (error) {
    logger.error('A ChatKit stream broke off', { error });
    response.write(encodeEvent(brokenStream));
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });
}

async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const body = new LimitedBody(limit, request.headers['content-length']);
  // Not `for await`: leaving it destroys the connection, and the 413 with it. Bytes after the limit are read and
  // dropped.
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Uint8Array) => {
      try {
        body.add(chunk);
      } catch (error) {
        reject(error);
      }
    });
    request.on('end', resolve);
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away in mid-body')));
  });
  return body.bytes();
}
