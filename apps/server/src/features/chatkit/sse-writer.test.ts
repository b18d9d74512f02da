import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { SseWriter } from './sse-writer.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Serves one response and gives what its reader got. */
async function served(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => answer(response));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of message) text += chunk;
  return text;
}

it('what is urgent is with the system when write returns; the rest leaves in one piece in the next turn', async () => {
  const sent: [when: string, bytes: number][] = [];
  const text = await served((response) => {
    response.writeHead(200);
    const bytes = () => response.socket!.bytesWritten;
    const pieces: number[] = [];
    const writer = new SseWriter(response, { onDrain: () => {}, onClose: () => {} });
    writer.write('first\n\n', false);
    sent.push(['first', bytes()]);
    writer.write('urgent\n\n', true);
    sent.push(['urgent', bytes()]);
    writer.write('a\n\n', false);
    writer.write('b\n\n', false);
    sent.push(['others', bytes()]);
    setImmediate(() => {
      pieces.push(bytes());
      writer.end();
    });
  });
  expect(text).toBe('first\n\nurgent\n\na\n\nb\n\n');
  const [first, urgent, others] = sent.map(([, bytes]) => bytes) as [number, number, number];
  expect(first).toBeGreaterThan(0);
  expect(urgent).toBeGreaterThan(first);
  expect(others).toBe(urgent);
});

it('a silence of 15 seconds is broken by a comment, and only a silence', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const text = await served((response) => {
      response.writeHead(200);
      const writer = new SseWriter(response, { onDrain: () => {}, onClose: () => {} });
      writer.write('first\n\n', true);
      vi.advanceTimersByTime(14_000);
      writer.write('second\n\n', true);
      vi.advanceTimersByTime(14_000);
      writer.write('third\n\n', true);
      vi.advanceTimersByTime(31_000);
      writer.end();
    });
    expect(text).toBe('first\n\nsecond\n\nthird\n\n: ping\n\n: ping\n\n');
  } finally {
    vi.useRealTimers();
  }
});
