import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { world } from '../../testing/world.ts';

const { port } = (await world({ people: [] })).server;

const mebibyte = Buffer.alloc(1024 * 1024, ' ');
const head = (path: string, ...lines: string[]) =>
  [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-type: application/json', ...lines, '', ''].join('\r\n');
const chunk = Buffer.concat([Buffer.from('100000\r\n'), mebibyte, Buffer.from('\r\n')]);

/** Sends everything before it reads anything, as browsers do. A connection that is reset rejects. */
async function sendThenRead(begin: string, parts: Buffer[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
  const send = async () => {
    socket.write(begin);
    // Slowly enough that the answer is there, unread, while most of it is still to come.
    for (const part of parts) {
      await new Promise<void>((resolve) => socket.write(part, () => resolve()));
      await sleep(10);
    }
    const answer = await text(socket);
    socket.end();
    return answer;
  };
  return Promise.race([send(), failed]).finally(() => socket.destroy());
}

it.each([
  ['a length over the limit', head('/api/v1/auth/login', `content-length: ${20 * 1024 * 1024}`), mebibyte, '413'],
  ['chunks that come to too much', head('/api/v1/auth/login', 'transfer-encoding: chunked'), chunk, '413'],
  ['chunks for the chat', head('/api/chatkit', 'transfer-encoding: chunked'), chunk, '413'],
  [
    'nobody signed in, over a connection that is to be closed',
    head('/api/chatkit', `content-length: ${20 * 1024 * 1024}`, 'connection: close'),
    mebibyte,
    '401',
  ],
])('a caller that sends all of its body before it reads hears the refusal: %s', async (_name, begin, part, status) => {
  const parts = Array.from({ length: 20 }, () => part);
  const answer = await sendThenRead(begin, part === chunk ? [...parts, Buffer.from('0\r\n\r\n')] : parts);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toMatch(/"request_id":"[^"]+"}}$/);
});

it('what follows a refused body over the same connection is never begun', async () => {
  const refused = head('/api/v1/auth/login', `content-length: ${2 * 1024 * 1024}`);
  const next = Buffer.from('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
  const answer = await sendThenRead(refused, [mebibyte, mebibyte, next]);
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413']);
});

it('a request to nowhere is refused without its body', async () => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(`${head('/nothing', 'content-length: 1000')}{`);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 404 .*connection: close.*"not_found"/s);
  socket.destroy();
});

it('a caller that never stops is not read forever', async () => {
  const parts = Array.from({ length: 200 }, () => mebibyte);
  await expect(sendThenRead(head('/api/v1/auth/login', 'content-length: 900000000'), parts)).rejects.toThrow(
    /EPIPE|ECONNRESET/,
  );
});
