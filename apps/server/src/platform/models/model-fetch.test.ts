import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createOutbound } from '../outbound/index.ts';
import { noTracing, type Tracing } from '../telemetry/tracing.ts';
import { createModelFetch } from './model-fetch.ts';
import { modelRequest, readAnswer, scriptedModels } from './testing.ts';

const { server, outbound, open } = await scriptedModels();

it('keeps connections', async () => {
  const model = await open().resolve('scripted');
  server.script({ text: 'One' }, { text: 'Two' }, { text: 'Three' });
  for (let index = 0; index < 3; index++) await readAnswer(model);
  expect(new Set(server.requests.map((r) => r.clientPort)).size).toBe(1);
});

it('asks again when a kept connection was closed meanwhile', async () => {
  const model = await open().resolve('scripted');
  server.script({ text: 'One' }, { drop: true }, { text: 'Two' });
  await readAnswer(model);
  expect((await readAnswer(model)).text).toBe('Two');
});

it('waits as long as the server says before it asks again, and not too long', async () => {
  const model = await open({ retryDelayMs: 5_000 }).resolve('scripted');
  server.script({ status: 429, headers: { 'retry-after': '0' } }, { text: 'Now' });
  expect((await readAnswer(model)).text).toBe('Now');
});

it('stops the request of an answer that is not wanted any more', async () => {
  const model = await open().resolve('scripted');
  server.script({ text: Array(200).fill('word '), paceMs: 5 });
  const stop = new AbortController();
  let words = 0;
  const read = async () => {
    for await (const event of model.getStreamedResponse(modelRequest({ signal: stop.signal }))) {
      if (event.type === 'output_text_delta' && ++words === 3) stop.abort();
    }
  };
  await read().catch(() => {});
  expect(words).toBeLessThan(20);
  expect(await server.requests[0]!.aborted).toBe(true);
});

it('reads no faster than it is read', async () => {
  const model = await open({ idleTimeoutMs: 1_000 }).resolve('scripted');
  const text = Array.from({ length: 3_000 }, (_, index) => `${index} ${'x'.repeat(600)}`);
  server.script({ text });
  let got = 0;
  for await (const event of model.getStreamedResponse(modelRequest())) {
    if (event.type === 'output_text_delta' && got++ % 500 === 0)
      await new Promise((resolve) => setTimeout(resolve, 250));
  }
  // Pauses longer in sum than the time limit for silence: the reader's pauses are not the server's.
  expect(got).toBe(3_000);
});

it('gives what has come before a connection broke off to a reader that takes its time', async () => {
  const broken = Promise.withResolvers<void>();
  const tracing: Tracing = { ...noTracing, start: () => ({ set() {}, end: () => broken.resolve() }) };
  const fetch = createModelFetch({
    outbound: createOutbound({}, { tracing }),
    allow: [server.url],
    firstByteTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    retryDelayMs: 10,
  });
  server.script({ text: ['Half of ', 'a sen'], ending: 'reset' });
  const response = await fetch(`${server.url}/v1/responses`, { method: 'POST', body: '{"stream":true}' });
  await broken.promise;
  let text = '';
  const read = async () => {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
  };
  await expect(read()).rejects.toMatchObject({ kind: 'cut' });
  expect(text).toContain('a sen');
});

/** A server that says no more than it is given, and how many of its connections are open. */
async function withSocketServer(
  answer: (socket: Socket, request: number) => void,
  use: (url: string) => Promise<void>,
) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const raw = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('data', () => answer(socket, ++requests));
  });
  raw.listen(0, '127.0.0.1');
  await once(raw, 'listening');
  await use(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`).finally(() => {
    for (const socket of sockets) socket.destroy();
    raw.close();
  });
}
const plainFetch = (url: string, firstByteTimeoutMs = 60_000) =>
  createModelFetch({ outbound, allow: [url], firstByteTimeoutMs, idleTimeoutMs: 60_000, retryDelayMs: 10 });

it.each([
  ['and goes', (socket: Socket, head: string) => socket.end(head)],
  ['and stays', (socket: Socket, head: string) => socket.write(head)],
])('refuses a server that changes the protocol %s', async (_, say) => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';
  await withSocketServer(
    (socket) => void say(socket, head),
    async (url) => {
      await expect(plainFetch(url)(url, { method: 'POST', body: '{}' })).rejects.toMatchObject({ kind: 'garbage' });
    },
  );
});

const drip = (socket: Socket, status: string) => {
  socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 100000\r\n\r\n`);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.once('close', () => clearInterval(timer));
};

it('leaves a refusal that drips before it asks the model again', async () => {
  const left = Promise.withResolvers<void>();
  await withSocketServer(
    (socket, request) => {
      if (request > 1) return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      socket.once('close', () => left.resolve());
      drip(socket, '503 Service Unavailable');
    },
    async (url) => {
      expect(await (await plainFetch(url)(url, { method: 'POST', body: '{}' })).text()).toBe('ok');
      await left.promise;
    },
  );
});

it('gives a refusal that drips the time of the first byte', async () => {
  await withSocketServer(
    (socket) => drip(socket, '400 Bad Request'),
    async (url) => {
      const reply = await plainFetch(url, 200)(url, { method: 'POST', body: '{}' });
      await expect(reply.text()).rejects.toMatchObject({ kind: 'timeout' });
    },
  );
});
