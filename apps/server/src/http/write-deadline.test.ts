import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { gate, scriptedResponder } from '../../testing/scripted-responder.ts';
import { inputOf } from '../../testing/stream.ts';
import { world } from '../../testing/world.ts';

// Far more than the system's own buffers of a connection hold.
const much = 'word '.repeat(1_600_000);
const create = { type: 'threads.create', params: { input: inputOf('Say much') } };

const pages = mkdtempSync(join(tmpdir(), 'causerie-writing-'));
writeFileSync(join(pages, 'index.html'), much);
afterAll(() => rmSync(pages, { recursive: true }));

// The tests wait, mostly: they run at the same time, each with a server of its own.
// A reader whose progress is hidden has twenty times as long: only the first test waits for the end of that.
const stages = await Promise.all([stage(0.4), stage(1), stage(1), stage(1)]);

/** A server that waits so many seconds for readers, with one large thread. */
async function stage(patience: number) {
  const responder = scriptedResponder();
  const config = { WRITE_TIMEOUT: patience };
  const { ann, server } = await world({
    answers: responder,
    config,
    roots: { web: pages, element: pages },
    people: ['ann'],
  });
  const { app, port } = server;
  responder.script = [much];
  const { thread } = await ann.ask('Say much');

  const textOf = (method: string, path: string, body?: object): string => {
    const text = body ? JSON.stringify(body) : '';
    return (
      `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${ann.headers.authorization}\r\naccept: */*\r\n` +
      `${body ? 'content-type: application/json\r\n' : ''}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
    );
  };
  const open = (): Promise<number> =>
    new Promise((resolve) => {
      app.http.server.getConnections((_error, count) => resolve(count));
    });
  return {
    ann,
    responder,
    thread,
    list: { type: 'items.list', params: { thread_id: thread, limit: 20 } },
    textOf,
    /** Asks, and takes nothing of the answer. */
    async ask(method: string, path: string, body?: object): Promise<Socket> {
      const socket = connect(port, '127.0.0.1');
      socket.pause();
      await once(socket, 'connect');
      socket.write(textOf(method, path, body));
      return socket;
    },
    open,
    /** Waits until only so many connections are left. */
    async left(count: number): Promise<void> {
      for (let wait = 0; wait < 400 && (await open()) > count; wait++) await sleep(100);
      expect(await open()).toBe(count);
    },
    answersHeld: async () => Number(/^causerie_answers_running (\d+)$/m.exec(await app.metrics.metrics())?.[1]),
  };
}

it.concurrent('what nobody takes is not kept for ever: pages, answers still written and complete, feeds, files', {
  timeout: 60_000,
}, async () => {
  const { responder, thread, list, textOf, ask, open, left, answersHeld } = stages[0];
  const before = await open();
  const more = gate();
  responder.script = [much, () => more.step(), 'the end'];
  const sockets = [await ask('POST', '/api/chatkit', create)];
  for (let wait = 0; wait < 100 && (await answersHeld()) === 0; wait++) await sleep(20);
  responder.script = [much];
  sockets.push(
    ...(await Promise.all([
      ask('POST', '/api/chatkit', list),
      ask('POST', '/api/chatkit', { type: 'threads.get_by_id', params: { thread_id: thread } }),
      ask('POST', '/api/chatkit', create),
      ask('GET', `/api/chatkit/threads/${thread}/stream`),
      ask('GET', '/'),
      // Two requests in one go: the first is answered, and taken by the system, at once.
      ask('GET', '/health').then((socket) => {
        socket.write(textOf('GET', '/'));
        return socket;
      }),
    ])),
  );
  await left(before);
  more.open();
  // They learn of it when they read again.
  for (const socket of sockets) {
    const gone = once(socket, 'close');
    socket.on('error', () => {}).resume();
    await gone;
  }
});

it.concurrent('many that take nothing hold no more memory together than a few, and keep out none for whom little waits', {
  timeout: 60_000,
}, async () => {
  const { list, textOf, ask, open, left } = stages[1];
  const before = await open();
  const file = await ask('GET', '/');
  // Half of them ask for a page behind a file: it is complete, and not yet given to the connection.
  const pages = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      if (index % 2 === 0) return ask('POST', '/api/chatkit', list);
      const socket = await ask('GET', '/');
      socket.write(textOf('POST', '/api/chatkit', list));
      return socket;
    }),
  );
  for (let wait = 0; wait < 100 && (await open()) < before + 9; wait++) await sleep(20);
  expect(await open()).toBe(before + 9);
  // 64 MB wait for the pages: half of them go long before the time of a single one is over. The file waits on the disk.
  for (let wait = 0; wait < 100 && (await open()) > before + 5; wait++) await sleep(100);
  expect(await open()).toBeLessThanOrEqual(before + 5);
  let bytes = 0;
  for await (const chunk of file) {
    bytes += (chunk as Buffer).length;
    if (bytes > much.length) break;
  }
  expect(bytes).toBeGreaterThan(much.length);
  for (const page of pages) page.on('error', () => {}).destroy();
  await left(before);
});

it.concurrent('a slow steady reader stays while the buffer of the system hides what it takes', {
  timeout: 60_000,
}, async () => {
  const { ask } = stages[2];
  const slow = await ask('GET', '/');
  const [ended, started] = [once(slow, 'close'), performance.now()];
  let bytes = 0;
  slow.on('error', () => {});
  // 400 kB a second: the system, whose buffer grew to megabytes, takes nothing more for about three seconds at a time.
  for (let step = 0; step < 80; step++) {
    await sleep(100);
    const due = (performance.now() - started) * 400;
    while (bytes < due) {
      const chunk = slow.read(Math.min(40_000, slow.readableLength)) as Buffer | null;
      if (!chunk) break;
      bytes += chunk.length;
    }
    slow.read(0);
  }
  slow.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > much.length) slow.destroy();
  });
  slow.resume();
  await ended;
  expect(bytes).toBeGreaterThan(much.length);
});

it.concurrent('a slow reader gets everything, and silence of a model is no fault of its reader', {
  timeout: 60_000,
}, async () => {
  const { ann, responder, list, ask } = stages[3];
  const slow = await ask('POST', '/api/chatkit', list);
  let bytes = 0;
  let text = '';
  slow.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    text = (text + chunk.toString('latin1')).slice(-100);
    slow.pause();
    // Three times as long in all as a reader may take nothing.
    setTimeout(() => slow.resume(), (chunk.length / much.length) * 7000);
  });
  slow.resume();
  const more = gate();
  responder.script = ['first ', () => more.step(), 'last'];
  const quiet = await ann.open('POST', '/api/chatkit', create);
  const whole = () => bytes > much.length && text.trim().endsWith('}');
  for (let wait = 0; wait < 400 && !whole(); wait++) await sleep(100);
  expect([bytes > much.length, text.trim().slice(-1)]).toEqual([true, '}']);
  slow.destroy();
  // The model was silent all that time.
  more.open();
  await quiet.ended;
  expect(quiet.raw()).toContain('thread.item.done');
});
