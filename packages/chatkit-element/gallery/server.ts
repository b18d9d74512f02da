import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { translatedLocales } from '../src/locales/resolve-locale.ts';
import { type Answer, type GalleryEntry, galleryEntries } from './entries.ts';

export type Gallery = { origin: string; entries: GalleryEntry[]; close(): Promise<void> };

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The policy the element promises to run under; pictures may be inline, since some widgets of the gallery bring theirs. */
const policy = "default-src 'self'; img-src 'self' data:";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/**
 * Serves the gallery and a ChatKit endpoint for each of its entries (`/api/<entry>`), which answers from the data files.
 * @param element the folder of the built element. @param port 0 for any.
 */
export async function startGallery(element: string, port = 0): Promise<Gallery> {
  const entries = galleryEntries();
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const script = await build({
    entryPoints: [here('./page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const page = script.outputFiles[0]!.text;
  const everything = await readFile(here('../../widgets/gallery/markdown/everything.md'), 'utf8');

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://gallery');
    const reply = (status: number, type: string, body: string | Uint8Array) =>
      void response.writeHead(status, { 'content-type': type, 'content-security-policy': policy }).end(body);
    if (pathname.startsWith('/api/')) return answer(byId.get(pathname.split('/')[2]!), request, response, everything);
    if (pathname === '/upload') return void request.resume().on('end', () => response.writeHead(204).end());
    if (pathname === '/') return reply(200, 'text/html; charset=utf-8', html('Gallery', '<main></main>'));
    if (pathname === '/show')
      return reply(200, 'text/html; charset=utf-8', html('Entry', '', '<script src="/chatkit.js"></script>'));
    if (pathname === '/page.js') return reply(200, types['.js']!, page);
    if (pathname === '/entries.json')
      return reply(200, types['.json']!, JSON.stringify({ entries, locales: translatedLocales }));
    const folder = pathname === '/page.css' || pathname.startsWith('/images/') ? here('.') : element;
    const file = await readFile(join(folder, normalize(pathname))).catch(() => null);
    if (file) reply(200, types[extname(pathname)] ?? 'application/octet-stream', file);
    else reply(404, 'text/plain', 'Not here.');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    entries,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function html(title: string, body: string, scripts = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css"><link rel="icon" href="data:,">
<body>${body}${scripts}<script type="module" src="/page.js"></script></body></html>`;
}

async function answer(
  entry: GalleryEntry | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  everything: string,
) {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  if (!entry) return void response.writeHead(404).end();
  // biome-ignore lint/suspicious/noExplicitAny: whatever the element sends.
  const { type = 'live', params = {} }: any = pieces.length ? JSON.parse(Buffer.concat(pieces).toString()) : {};
  const {
    status = 200,
    headers,
    body,
    events,
    holds,
  }: Answer = entry.answers?.[type] ?? ordinary(entry, type, params, everything);
  if (holds && !events) return;
  if (!events) {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(dated(body ?? {})));
    return;
  }
  response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
  for (const event of events) {
    if (response.destroyed) return;
    response.write(`data: ${JSON.stringify(event)}\n\n`);
    if (!entry.answers?.[type]) await pause(15);
  }
  if (!holds) response.end();
}

/** What a server with nothing special about it says. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the element sends.
function ordinary(entry: GalleryEntry, type: string, params: any, everything: string): Answer {
  const thread = {
    id: params.thread_id ?? 'thr_1',
    created_at: '-0d',
    status: { type: 'active' },
    metadata: {},
    ...entry.thread,
  };
  const items = { data: entry.thread?.items ?? [], has_more: false };
  switch (type) {
    case 'threads.get_by_id':
      return { body: { ...thread, items } };
    case 'items.list':
      return { body: items };
    case 'threads.list':
      return { body: { data: entry.history ?? [], has_more: false } };
    case 'threads.update':
      return { body: { ...thread, title: params.title, items } };
    case 'input.transcribe':
      return { body: { text: 'What was said.' } };
    case 'attachments.create': {
      const kind = String(params.mime_type).startsWith('image/') ? 'image' : 'file';
      const upload_descriptor = { url: '/upload', method: 'PUT', headers: {} };
      return {
        body: {
          id: `atc_${params.name}`,
          type: kind,
          name: params.name,
          mime_type: params.mime_type,
          upload_descriptor,
        },
      };
    }
    case 'threads.create':
    case 'threads.add_user_message':
    case 'threads.retry_after_item':
    case 'threads.custom_action':
    case 'threads.add_structured_input':
    case 'threads.add_client_tool_output':
      return { events: talk(type, params, thread, everything) };
    default:
      return { body: {} };
  }
}

/** Whatever is said in the gallery is answered with the Markdown that shows everything, word by word. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the element sends.
function talk(type: string, params: any, thread: object, text: string): object[] {
  const id = `msg_${Date.now()}`;
  const message = { id, type: 'assistant_message', created_at: new Date().toISOString(), content: [] as object[] };
  const said = params.input?.content && {
    type: 'thread.item.done',
    item: {
      id: `${id}_said`,
      type: 'user_message',
      created_at: new Date().toISOString(),
      attachments: [],
      ...params.input,
    },
  };
  return [
    ...(type === 'threads.create' ? [{ type: 'thread.created', thread: { ...thread, items: undefined } }] : []),
    ...(said ? [{ ...said, item: { ...said.item, attachments: [] } }] : []),
    { type: 'stream_options', stream_options: { allow_cancel: true } },
    { type: 'thread.item.added', item: message },
    ...(text.match(/\s*\S+/g) ?? []).map((delta) => ({
      type: 'thread.item.updated',
      item_id: id,
      update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
    })),
    { type: 'thread.item.done', item: { ...message, content: [{ type: 'output_text', text, annotations: [] }] } },
  ];
}

/** Days ago (`"-3d"`) become dates, so that the history has a yesterday on any day. */
function dated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const days = key === 'created_at' && /^-(\d+)d$/.exec(String(inner))?.[1];
      return [key, days ? new Date(Date.now() - Number(days) * 86_400_000).toISOString() : dated(inner)];
    }),
  );
}
