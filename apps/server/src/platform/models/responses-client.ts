import type OpenAI from 'openai';
import { ModelConnectionError } from './model-fetch.ts';

/** A refusal by the model server, in the shape of the OpenAI client's own `APIError`. */
export class ModelApiError extends Error {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;

  constructor(status: number | undefined, body: unknown) {
    const { code, type, param } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    super(status === undefined ? 'The stream carried an error.' : `The model server answered ${status}.`);
    this.name = 'APIError';
    this.status = status;
    this.code = typeof code === 'string' ? code : typeof type === 'string' ? type : undefined;
    this.param = typeof param === 'string' ? param : undefined;
  }
}

const maxErrorBytes = 100_000;

/**
 * An OpenAI client whose streamed Responses take a shorter way. The ordinary client spends half a millisecond before the
 * first delta, and half of the time of a stream in decoding it byte by byte and handing each event through several
 * generators; here it is one request and one decoder. All else is the given client's. Measured (medians; for the delay
 * the model server ran in a process of its own, for the rate in the same): a relayed first delta comes 0.8 ms later than
 * when reading the server directly, with the ordinary client 1.1 ms; of 1000 deltas sent at once the whole path passes on
 * 1.5 times as many a second as the Agents SDK alone, with the ordinary client 0.9 times.
 */
export function withQuickResponses(client: OpenAI, fetch: typeof globalThis.fetch): OpenAI {
  const headers: Record<string, string> = {
    accept: 'text/event-stream',
    authorization: `Bearer ${client.apiKey}`,
    'content-type': 'application/json',
  };
  if (client.organization) headers['openai-organization'] = client.organization;
  if (client.project) headers['openai-project'] = client.project;
  const url = `${client.baseURL.replace(/\/+$/, '')}/responses`;

  const create = (body: { stream?: boolean }, options: RequestOptions = {}): unknown =>
    body.stream && options.query === undefined
      ? open(fetch, url, { ...headers, ...plainHeaders(options.headers) }, JSON.stringify(body), options.signal)
      : client.responses.create(body as Parameters<typeof client.responses.create>[0], options as object);
  return Object.create(client, {
    responses: { value: Object.create(client.responses, { create: { value: create } }) },
  });
}

interface RequestOptions {
  headers?: RequestInit['headers'];
  query?: unknown;
  signal?: AbortSignal;
}

function plainHeaders(given: RequestInit['headers']): Record<string, string> {
  // Lower case, so that they take the place of ours instead of standing beside them.
  return given ? Object.fromEntries(new Headers(given)) : {};
}

async function open(
  fetch: typeof globalThis.fetch,
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal | undefined,
): Promise<AsyncGenerator<unknown>> {
  const response = await fetch(url, { method: 'POST', headers, body, signal: signal ?? null });
  if (!response.ok) throw new ModelApiError(response.status, await errorIn(response));
  if (!response.body) throw new ModelConnectionError('garbage', 'no body');
  return readEvents(response.body);
}

async function errorIn(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxErrorBytes) break;
    chunks.push(chunk);
  }
  try {
    return (JSON.parse(Buffer.concat(chunks).toString()) as { error?: unknown }).error;
  } catch {
    return undefined;
  }
}

/** The JSON of a server-sent event stream's data (WHATWG HTML §9.2.6), until `[DONE]` or its end behind a final event. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  // The beginning of a line whose end has not come; in pieces, so that a very long one is joined only once.
  let pieces: string[] = [];
  let data: string[] = [];
  let ended = false;
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = lines.pop()!;
    for (const [index, end] of lines.entries()) {
      let line = end;
      if (index === 0 && pieces.length > 0) {
        line = pieces.join('') + end;
        pieces = [];
      }
      if (line.endsWith('\r')) line = line.slice(0, -1);
      if (line.startsWith('data:')) data.push(line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5));
      if (line !== '' || data.length === 0) continue;
      const text = data.length === 1 ? data[0]! : data.join('\n');
      data = [];
      if (text === '[DONE]') return;
      const event = parse(text);
      ended = final.has(event?.type);
      yield event;
    }
    pieces.push(rest);
  }
  if (data.length > 0 || pieces.join('').trim() !== '') throw new ModelConnectionError('cut', 'ended within an event');
  if (!ended) throw new ModelConnectionError('cut', 'ended before the answer did');
}

/** Events behind which nothing is missing. */
const final = new Set<unknown>(['response.completed', 'response.failed', 'response.incomplete']);

type Parsed = { type?: unknown; error?: unknown } | null;

function parse(text: string): Parsed {
  let event: Parsed;
  try {
    event = JSON.parse(text);
  } catch (cause) {
    throw new ModelConnectionError('garbage', 'an event is no JSON', cause);
  }
  if (event?.error) throw new ModelApiError(undefined, event.error);
  if (event?.type === 'error') throw new ModelApiError(undefined, { ...event, type: undefined });
  return event;
}
