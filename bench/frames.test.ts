import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { clientFrame, FrameReader, opcodes } from './frames.ts';

it('frames of every length are understood by ws, and its own are read wherever they are cut', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const texts = [0, 1, 125, 126, 65_535, 65_536].map((length) => 'é'.repeat(length / 2).padEnd(length, 'x'));
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    const reader = new FrameReader((opcode, bytes, start, end) => {
      if (opcode === opcodes.text) heard.push(bytes.toString('utf8', start, end));
      if (heard.length === texts.length) resolve();
    });
    let isOpen = false;
    socket.on('data', (chunk: Buffer) => {
      if (!isOpen) {
        isOpen = true;
        for (const text of texts) socket.write(clientFrame(opcodes.text, Buffer.from(text)));
        return;
      }
      for (let at = 0; at < chunk.length; at += 1021) reader.read(chunk.subarray(at, at + 1021));
    });
  });
  socket.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  try {
    await all;
    expect(heard).toEqual(texts);
  } finally {
    socket.destroy();
    server.close();
  }
});
