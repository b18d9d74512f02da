import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FrameWriter, frameOf } from './index.ts';

const servers: WebSocketServer[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** A writer, and what comes out of it at the other end. */
async function pair(perMessageDeflate: boolean) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate });
  servers.push(server);
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on('message', (data, isBinary) => heard.push(isBinary ? 'binary' : String(data)));
  const [socket, request] = (await once(server, 'connection')) as [WebSocket, { socket: Socket }];
  return { socket, writer: new FrameWriter(socket, request.socket), heard, closed: once(client, 'close') };
}

describe.each([
  ['plain', false],
  ['compressed', true],
])('a %s socket', (_, deflate) => {
  it('is told every frame, whatever its length, in order, and nothing after its close', async () => {
    const { socket, writer, heard, closed } = await pair(deflate);
    const texts = [0, 1, 125, 126, 65_535, 65_536, 300_000].map((length) => 'é'.repeat(length / 2).padEnd(length, '.'));
    for (const text of texts) writer.write(frameOf(text));
    expect(writer.buffered).toBeGreaterThan(600_000);
    await new Promise(setImmediate);
    for (const text of ['one', 'two', 'three']) {
      writer.write(frameOf(text));
      // What `ws` itself sends keeps its place too.
      socket.ping();
    }
    writer.flush();
    socket.close(4000, 'enough');
    writer.write(frameOf('too late'));
    expect(await closed).toMatchObject([4000, Buffer.from('enough')]);
    expect(heard).toEqual([...texts, 'one', 'two', 'three']);
    expect(writer.buffered).toBeLessThan(100);
  });
});

it('joins what is written in one go, once for all who have the same to read', async () => {
  const [one, other] = [await pair(false), await pair(false)];
  const frames = ['a', 'b', 'c'].map(frameOf);
  for (const frame of frames) for (const { writer } of [one, other]) writer.write(frame);
  other.writer.write(frameOf('d'));
  await new Promise(setImmediate);
  for (const { socket } of [one, other]) socket.close();
  await Promise.all([one.closed, other.closed]);
  expect([one.heard, other.heard]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c', 'd'],
  ]);
});
