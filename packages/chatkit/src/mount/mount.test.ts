import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { ChatKitError } from '../protocol/errors.ts';
import type { StreamEvent } from '../protocol/events.ts';
import type { ThreadItem } from '../protocol/items.ts';
import type { ThreadMetadata } from '../protocol/threads.ts';
import { ChatKitServer } from '../server/chatkit-server.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { createFastifyHandler } from './fastify-handler.ts';
import { createFetchHandler } from './fetch-handler.ts';
import { createNodeHandler } from './node-handler.ts';

type Asking = {
  user: string;
};

const logger = { warn: () => {}, error: () => {} };
const create = (text: string) => ({
  type: 'threads.create',
  params: { input: { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} } },
});

/** Answers `hang` with half a message and then waits; `many` with a great many deltas; anything else with an echo. */
class EchoServer extends ChatKitServer<Asking> {
  stopped: string[] = [];
  onStopped: () => void = () => {};

  constructor() {
    super(new MemoryStore<Asking>({ owner: ({ user }) => user }), undefined, { logger });
  }

  override async *respond(
    thread: ThreadMetadata,
    input: ThreadItem | undefined,
    _context: Asking,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<StreamEvent> {
    const text = input?.type === 'user_message' ? input.content.map((part) => part.text).join('') : '';
    const item = {
      id: 'msg_echo',
      thread_id: thread.id,
      created_at: new Date().toISOString(),
      type: 'assistant_message' as const,
      content: [] as { annotations: []; text: string; type: 'output_text' }[],
    };
    const delta = (part: string): StreamEvent => ({
      type: 'thread.item.updated',
      item_id: item.id,
      update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: part },
    });
    yield { type: 'thread.item.added', item };
    if (text === 'hang') {
      yield delta('half');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return;
    }
    if (text === 'many') for (let index = 0; index < 5000; index++) yield delta('x'.repeat(200));
    item.content = [{ annotations: [], text, type: 'output_text' }];
    yield { type: 'thread.item.done', item };
  }

  override async handleStreamCancelled(thread: ThreadMetadata, pending: ThreadItem[], context: Asking): Promise<void> {
    await super.handleStreamCancelled(thread, pending, context);
    this.stopped.push(thread.id);
    this.onStopped();
  }
}

const context = ({ headers }: { headers: unknown }): Asking => {
  const user = headers instanceof Headers ? headers.get('x-user') : (headers as Record<string, string>)['x-user'];
  if (!user) throw new ChatKitError('not_found', 'Nobody');
  return { user };
};

const listening: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const server of listening.splice(0)) await server.close();
});

/** Short enough for a test that waits for silence, long enough that no busy machine is taken for it. */
const pingMs = 400;

type Send = (body: string, init?: RequestInit) => Promise<Response>;

async function overHttp(server: Server): Promise<Send> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
  listening.push({ close });
  return sendTo((server.address() as AddressInfo).port);
}

function sendTo(port: number): Send {
  return (body, init) =>
    fetch(`http://127.0.0.1:${port}/chatkit`, {
      method: 'POST',
      body,
      ...init,
      headers: { 'content-type': 'application/json', 'x-user': 'alice', ...init?.headers },
    });
}

const mounts: Record<string, (server: EchoServer) => Promise<Send>> = {
  'node:http': (server) => overHttp(createServer(createNodeHandler(server, { context, pingMs, logger }))),
  async fastify(server) {
    const app = Fastify();
    app.addHook('onRequest', async (_, reply) => {
      reply.header('x-from-hook', 'yes');
    });
    app.post('/chatkit', createFastifyHandler(server, { context, pingMs, logger }));
    listening.push(app);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return sendTo((app.server.address() as AddressInfo).port);
  },
  async 'Request → Response'(server) {
    const handle = createFetchHandler(server, { context, pingMs, logger });
    return (body, init) =>
      handle(
        new Request('http://chatkit.test/', {
          method: 'POST',
          body,
          ...init,
          headers: { 'x-user': 'alice', ...init?.headers },
        }),
      );
  },
};

describe.each(Object.entries(mounts))('mounted on %s', (name, mount) => {
  it('streams frames with headers that forbid proxies to buffer', async () => {
    const send = await mount(new EchoServer());
    const response = await send(JSON.stringify(create('hé \u2028')));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    if (name === 'fastify') expect(response.headers.get('x-from-hook')).toBe('yes');
    const body = await response.text();
    expect(body.replaceAll(': ping\n\n', '')).toMatch(/^(data: [^\n]+\n\n)+$/);
    const events = body
      .trimEnd()
      .split('\n\n')
      .filter((frame) => frame !== ': ping');
    expect(events.map((frame) => JSON.parse(frame.slice(6)).type)).toEqual([
      'thread.created',
      'thread.item.done',
      'stream_options',
      'thread.item.added',
      'thread.item.done',
    ]);
    expect(body).toContain('"text":"hé \u2028"');
  });

  it('answers what does not stream with JSON', async () => {
    const send = await mount(new EchoServer());
    const response = await send(JSON.stringify({ type: 'threads.list', params: {} }));
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ data: [], has_more: false });
  });

  it('refuses what is malformed, missing or too large, in one shape', async () => {
    const send = await mount(new EchoServer());
    const bad = await send(JSON.stringify({ type: 'threads.update', params: { thread_id: 'thr_1' } }));
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({
      error: { code: 'bad_request', details: [{ path: ['params', 'title'] }] },
    });
    const missing = await send(JSON.stringify({ type: 'threads.get_by_id', params: { thread_id: 'thr_1' } }));
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ error: { code: 'not_found', message: 'Thread thr_1 not found' } });
    const stranger = await send(JSON.stringify(create('x')), { headers: { 'x-user': '' } });
    expect(stranger.status).toBe(404);
    const large = await send(JSON.stringify(create('x'.repeat(1024 * 1024))));
    expect(large.status).toBe(413);
  });

  it('delivers a large answer to a slow reader whole', async () => {
    const send = await mount(new EchoServer());
    const response = await send(JSON.stringify(create('many')));
    let bytes = 0;
    let turns = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (turns++ % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(bytes).toBeGreaterThan(5000 * 200);
  });

  it('sends a comment during a silence, and stops when its client disconnects in one', async () => {
    const server = new EchoServer();
    const stopped = new Promise<void>((resolve) => {
      server.onStopped = resolve;
    });
    const client = new AbortController();
    const response = await (await mount(server))(JSON.stringify(create('hang')), { signal: client.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let seen = '';
    while (!/half.*(: ping\n\n){3}$/s.test(seen)) seen += new TextDecoder().decode((await reader.read()).value);
    expect(seen).toMatch(/^(data: [^\n]+\n\n|: ping\n\n)+$/);
    client.abort();
    await stopped;
    expect(server.stopped).toHaveLength(1);
  });

  it('treats a disconnect as a Stop, and keeps the text so far', async () => {
    const server = new EchoServer();
    const stopped = new Promise<void>((resolve) => {
      server.onStopped = resolve;
    });
    const send = await mount(server);
    const client = new AbortController();
    const response = await send(JSON.stringify(create('hang')), { signal: client.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let seen = '';
    while (!seen.includes('half')) seen += new TextDecoder().decode((await reader.read()).value);
    client.abort();
    await stopped;
    expect(server.stopped).toHaveLength(1);
    const page = await server.store.loadThreadItems(
      server.stopped[0] as string,
      { limit: 10, order: 'asc' },
      { user: 'alice' },
    );
    expect(page.data.map((item) => item.type)).toEqual(['user_message', 'assistant_message', 'sdk_hidden_context']);
    expect(page.data[1]).toMatchObject({ content: [{ text: 'half' }] });
  });
});

describe('mounted on node:http', () => {
  it('refuses other methods', async () => {
    const send = await (mounts['node:http'] as (server: EchoServer) => Promise<Send>)(new EchoServer());
    const response = await send('', { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});
