/** The limit: node:http and nothing else, writing the same frames. `node bare.ts <frames a write>` */
import http from 'node:http';

const perWrite = Number(process.argv[2] ?? 1);
const deltas = 1000;
const frame = (i: number) =>
  `data: ${JSON.stringify({
    type: 'thread.item.updated',
    item_id: 'msg_0190000000000123456789abcdef0123456789ab',
    update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: `word${i} ` },
  })}\n\n`;

const server = http.createServer((request, response) => {
  request.resume().on('end', async () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let i = 0; i < deltas; i += perWrite) {
      let text = '';
      for (let j = i; j < i + perWrite; j++) text += frame(j);
      // Like any relay, it lets others have a turn between writes.
      if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve));
      else await new Promise(setImmediate);
    }
    response.end();
  });
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ ready: true, port: (server.address() as { port: number }).port })),
);
process.on('SIGTERM', () => process.exit(0));
