/**
 * A model server whose first word comes 20 ms after the request and says when it was written, on the clock that all
 * processes of a machine share. Responses API, streamed.
 */
import http from 'node:http';

const item = { id: 'msg_bench', type: 'message', role: 'assistant' };
const response = {
  id: 'resp_bench',
  object: 'response',
  created_at: 1,
  model: 'bench',
  output: [] as unknown[],
  tools: [],
};
const place = { item_id: item.id, output_index: 0, content_index: 0 };

const server = http.createServer((request, reply) => {
  request.resume().on('end', () => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    let sequence = 0;
    const send = (type: string, fields: object) =>
      reply.write(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`);
    send('response.created', { response: { ...response, status: 'in_progress' } });
    send('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } });
    send('response.content_part.added', { ...place, part: { type: 'output_text', text: '', annotations: [] } });
    setTimeout(() => {
      const text = `at=${Number(process.hrtime.bigint()) / 1e6} `;
      const part = { type: 'output_text', text, annotations: [] };
      const done = { ...item, status: 'completed', content: [part] };
      send('response.output_text.delta', { ...place, delta: text });
      send('response.output_text.done', { ...place, text });
      send('response.output_item.done', { output_index: 0, item: done });
      const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
      send('response.completed', { response: { ...response, status: 'completed', output: [done], usage } });
      reply.end();
    }, 20);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  console.log(JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` }));
});
process.on('SIGTERM', () => process.exit(0));
