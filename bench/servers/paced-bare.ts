/** node:http and timers, nothing else, telling answers in the frames of the whole server. `node paced-bare.ts <tokens> <ms>` */
import http from 'node:http';
import { startPace } from './paced-tokens.ts';

const [tokens, everyMs] = process.argv.slice(2).map(Number) as [number, number];
const frame = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
let answers = 0;

const server = http.createServer((request, response) => {
  request.resume().on('end', async () => {
    const name = `0190000000000123456789abcdef${String(answers++).padStart(12, '0')}`;
    const thread = {
      id: `thr_${name}`,
      created_at: new Date().toISOString(),
      status: { type: 'active' },
      metadata: {},
    };
    const item = { id: `msg_${name}`, thread_id: thread.id, created_at: thread.created_at, type: 'assistant_message' };
    const part = { type: 'output_text', text: '', annotations: [] };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(frame({ type: 'thread.created', thread }));
    response.write(frame({ type: 'thread.item.added', item: { ...item, content: [] } }));
    const update = { type: 'assistant_message.content_part.added', content_index: 0, content: part };
    response.write(frame({ type: 'thread.item.updated', item_id: item.id, update }));
    const pace = startPace(everyMs);
    let text = '';
    for (let i = 0; i < tokens; i++) {
      const delta = await pace(i);
      text += delta;
      const update = { type: 'assistant_message.content_part.text_delta', content_index: 0, delta };
      response.write(frame({ type: 'thread.item.updated', item_id: item.id, update }));
    }
    response.end(frame({ type: 'thread.item.done', item: { ...item, content: [{ ...part, text }] } }));
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ ready: true, port: (server.address() as { port: number }).port })),
);
process.on('SIGTERM', () => process.exit(0));
