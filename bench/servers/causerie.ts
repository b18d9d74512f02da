/**
 * The whole server with a scripted responder: signed in, stored, streamed. `node causerie.ts <data directory>`; with
 * DATABASE_URL it uses that database. The model path (`MODEL=agents`) answers through the agents instead.
 */
import http, { type IncomingHttpHeaders } from 'node:http';
import { newId } from '@causerie/chatkit';
import { createApp } from '../../apps/server/src/app.ts';
import { loadConfig } from '../../apps/server/src/config.ts';
import type { Responder } from '../../apps/server/src/features/chatkit/index.ts';
import { mostWaiting } from '../../apps/server/src/http/index.ts';
import { startPace } from './paced-tokens.ts';

const deltas = Number(process.env.DELTAS ?? 1000);
const pauseMs = Number(process.env.PAUSE_MS ?? 0);
/** A delta each so many milliseconds, by the clock. */
const tokenMs = Number(process.env.TOKEN_MS ?? 0);

const scripted: Responder = {
  async *respond({ thread, store, context }) {
    const id = await store.generateItemId('message', thread, context);
    const item = { id, thread_id: thread.id, created_at: new Date().toISOString(), type: 'assistant_message' as const };
    yield { type: 'thread.item.added', item: { ...item, content: [] } };
    const part = { type: 'output_text' as const, text: '', annotations: [] };
    yield {
      type: 'thread.item.updated',
      item_id: id,
      update: { type: 'assistant_message.content_part.added', content_index: 0, content: part },
    };
    const pace = tokenMs ? startPace(tokenMs) : null;
    let text = '';
    for (let i = 0; i < deltas; i++) {
      if (pauseMs) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const delta = pace ? await pace(i) : `word${i} `;
      text += delta;
      yield {
        type: 'thread.item.updated',
        item_id: id,
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
      };
    }
    yield { type: 'thread.item.done', item: { ...item, content: [{ ...part, text }] } };
  },
};

const config = loadConfig({ ...process.env, DATA_DIR: process.argv[2] ?? '', PORT: '0', LOG_LEVEL: 'warn' }, '/');
const app = await createApp(config, process.env.MODEL === 'agents' ? {} : { responder: scripted });
/** `/?size=N` makes a thread of so many items at once: for measuring what size costs. Not a door of the server. */
const filler = http.createServer((request, response) => {
  const size = Number(new URL(request.url!, 'http://localhost').searchParams.get('size'));
  void makeThread(request.headers, size).then((id) => response.end(JSON.stringify({ id })));
});
await new Promise<void>((resolve) => filler.listen(0, '127.0.0.1', resolve));

async function makeThread(headers: IncomingHttpHeaders, size: number): Promise<string> {
  const person = (await app.accounts.personOf(headers))!;
  const id = newId('thr');
  const createdAt = new Date();
  await app.conversations.create(person.id, {
    id,
    kind: 'assistant',
    title: 'Filled',
    status: { type: 'active' },
    metadata: {},

    createdAt,
  });
  await app.database.pool.query(
    `INSERT INTO items (conversation_id, id, seq, type, payload)
     SELECT $1, 'msg_' || i, i, 'assistant_message',
       json_build_object('id', 'msg_' || i, 'thread_id', $1::text, 'created_at', '2026-01-01T00:00:00Z',
         'type', 'assistant_message', 'content', json_build_array())
     FROM generate_series(1, $2::int) i`,
    [id, size],
  );
  await app.database.pool.query('UPDATE conversations SET last_seq = $2 WHERE id = $1', [id, size]);
  await app.database.pool.query('ANALYZE items');
  return id;
}

await app.http.listen({ port: 0, host: '127.0.0.1', backlog: mostWaiting });
const portOf = (server: http.Server) => (server.address() as { port: number }).port;
console.log(JSON.stringify({ ready: true, port: portOf(app.http.server), filler: portOf(filler), pid: process.pid }));
process.on('SIGTERM', () => {
  filler.closeAllConnections();
  filler.close();
  void app.close().then(() => process.exit(0));
});
