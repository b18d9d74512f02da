import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test sees of one request. */
export type Seen = {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** The JSON body of a ChatKit request; `undefined` for others. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever was sent.
  body: any;
  /** Resolves when the client has closed the connection. */
  closed: Promise<void>;
};

/** Writes the answer to one request. */
export type Answer = (seen: Seen, response: ServerResponse) => void | Promise<void>;

/** A ChatKit server that does what the test says, over the real wire format. A request nobody scripted is a failure. */
export type ScriptedServer = {
  url: string;
  origin: string;
  requests: Seen[];
  unexpected: string[];
  /** Answers every request of a type (`threads.list`), or of `METHOD /path`, from now on. */
  on(type: string, answer: Answer): void;
  /** Answers the next request of a type, before what `on` says. */
  once(type: string, answer: Answer): void;
  serve(path: string, type: string, body: string | Uint8Array): void;
  close(): Promise<void>;
};

export async function startScriptedServer(
  options: {
    headers?: Record<string, string>;
    files?(path: string): { type: string; body: Uint8Array } | undefined;
  } = {},
): Promise<ScriptedServer> {
  const always = new Map<string, Answer>();
  const next = new Map<string, Answer[]>();
  const files = new Map<string, { type: string; body: string | Uint8Array }>();
  const requests: Seen[] = [];
  const unexpected: string[] = [];

  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const file = files.get(path.split('?')[0]!) ?? options.files?.(path.split('?')[0]!);
    if (request.method === 'GET' && file) {
      response.writeHead(200, { 'content-type': file.type, ...options.headers }).end(file.body);
      return;
    }
    const raw = Buffer.concat(pieces);
    const isJson = request.headers['content-type']?.includes('json') && raw.length > 0;
    const closed = new Promise<void>((resolve) => response.on('close', () => resolve()));
    const seen: Seen = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: isJson ? JSON.parse(raw.toString()) : raw.length ? raw : undefined,
      closed,
    };
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    requests.push(seen);
    const key = (isJson && seen.body?.type) || `${seen.method} ${path.split('?')[0]}`;
    const answer = next.get(key)?.shift() ?? always.get(key);
    if (!answer) {
      unexpected.push(key);
      response
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"error":{"code":"unscripted","message":"unscripted"}}');
      return;
    }
    await answer(seen, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/chatkit`,
    requests,
    unexpected,
    on: (type, answer) => void always.set(type, answer),
    once: (type, answer) => void next.set(type, [...(next.get(type) ?? []), answer]),
    serve: (path, type, body) => void files.set(path, { type, body }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers with JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export const frame = (event: object, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`;

/** A step of a stream: an event, bytes as they are, a wait, or what the test decides. */
export type Step = object | string | Uint8Array | number | (() => Promise<unknown>);

/** Answers with a stream of events. A number waits so many ms, a function until it resolves. */
export function stream(
  steps: readonly Step[],
  options: { headers?: Record<string, string>; breaks?: boolean } = {},
): Answer {
  return async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...options.headers });
    response.flushHeaders();
    for (const step of steps) {
      if (response.destroyed) return;
      if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step));
      else if (typeof step === 'function') await step();
      else if (typeof step === 'string' || step instanceof Uint8Array) response.write(step);
      else response.write(frame(step));
    }
    if (options.breaks) response.destroy();
    else response.end();
  };
}

let ids = 0;
const now = () => new Date().toISOString();

export const thread = (id: string, more: object = {}) => ({
  id,
  created_at: now(),
  status: { type: 'active' },
  metadata: {},
  items: { data: [], has_more: false },
  ...more,
});

/** Answers `threads.get_by_id` with a thread that has these items. */
export const threadWith = (...items: object[]): Answer =>
  json(thread('thr_1', { title: 'One', items: { data: items, has_more: false } }));

export const userMessage = (text: string, id = `msg_u${ids++}`) => ({
  id,
  thread_id: 'thr_1',
  created_at: now(),
  type: 'user_message',
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
});

export const assistantMessage = (text: string, id = `msg_a${ids++}`, annotations: object[] = []) => ({
  id,
  thread_id: 'thr_1',
  created_at: now(),
  type: 'assistant_message',
  content: [{ annotations, text, type: 'output_text' }],
});

export const widgetItem = (widget: object, id = `wid_${ids++}`) => ({
  id,
  thread_id: 'thr_1',
  created_at: now(),
  type: 'widget',
  widget,
});

export const delta = (id: string, text: string, index = 0) => ({
  type: 'thread.item.updated',
  item_id: id,
  update: { type: 'assistant_message.content_part.text_delta', content_index: index, delta: text },
});

/** The events with which a server stores what the person sent, and answers with a text in a few pieces. */
export function answering(
  said: string,
  text: string,
  options: { create?: boolean; id?: string; wait?: number } = {},
): Step[] {
  const id = options.id ?? `msg_a${ids++}`;
  const pieces = text.match(/[\s\S]{1,12}/g) ?? [];
  return [
    ...(options.create ? [{ type: 'thread.created', thread: thread('thr_1') }] : []),
    { type: 'thread.item.done', item: userMessage(said) },
    { type: 'stream_options', stream_options: { allow_cancel: true } },
    { type: 'thread.item.added', item: { ...assistantMessage('', id), content: [] } },
    ...pieces.flatMap((piece) => [delta(id, piece), ...(options.wait ? [options.wait] : [])]),
    { type: 'thread.item.done', item: assistantMessage(text, id) },
  ];
}
