import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { startModelServer } from '../tools/model-server/server.ts';
import { startOpenMeteoServer } from '../tools/open-meteo-server/server.ts';
import { call, say, signUp } from './testing/caller.ts';
import { startServer } from './testing/processes.ts';

// Faults that could end a process, and with it all of its answers, tried on real processes.

vi.setConfig({ testTimeout: 90_000 });

const directory = mkdtempSync(join(tmpdir(), 'causerie-up-'));
let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase();
  env = {
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '4',
    RATE_LIMIT_PER_MINUTE: '0',
    MODEL_API: 'responses',
  };
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Plants a fault in the server: a handler of the socket of a model, or of another service, throws. */
const planted = `data:text/javascript,${encodeURIComponent(`
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
const { request } = http;
http.request = (...given) => request(...given).once('response', (message) => {
  const { push } = message;
  message.push = (chunk, ...more) => {
    if (chunk && String(chunk).includes('FAULT')) throw new Error('planted');
    return push.call(message, chunk, ...more);
  };
});
syncBuiltinESMExports();
`)}`;

it('an uncaught fault fails only its own answer or request, and the others continue', async () => {
  const model = await startModelServer();
  const meteo = await startOpenMeteoServer();
  const server = await startServer(
    {
      ...env,
      OPENAI_BASE_URL: `${model.url}/v1`,
      OPEN_METEO_URL: meteo.url,
      OPEN_METEO_GEOCODING_URL: meteo.url,
    },
    ['node', '--import', planted, 'apps/server/src/main.ts'],
  );
  const [ann, bea] = [await signUp(server, 'ann'), await signUp(server, 'bea')];
  const asks = (text: string) => (request: { body: unknown }) => JSON.stringify(request.body).includes(text);
  model.script(
    { text: 'A title', when: asks('Write a title') },
    { text: 'A title', when: asks('Write a title'), optional: true },
    { text: Array.from({ length: 40 }, (_, i) => `word${i} `), paceMs: 50, when: asks('Tell me much') },
    { text: ['Half of ', 'a FAULT'], paceMs: 100, when: asks('Break') },
    { text: 'Whole.', when: asks('Again') },
  );
  const whole = await call(server, '/api/chatkit', { body: say('Tell me much'), headers: ann });
  await whole.until('word1 ');
  const broken = await call(server, '/api/chatkit', { body: say('Break'), headers: bea });
  // The text stays, and the protocol's error shows that it is not complete.
  const told = await broken.whole;
  expect(told).toContain('Half of ');
  expect(told).toContain('data: {"type":"error","code":"stream.error","allow_retry":true}');

  meteo.trouble('search', { raw: 'FAULT' });
  const weather = await call(server, '/api/tools/weather?city=Lyon');
  expect(weather.status).toBe(500);
  expect(await weather.json()).toMatchObject({ error: { code: 'internal' } });
  expect((await call(server, '/api/tools/weather?city=Paris')).status).toBe(200);

  expect(await whole.whole).toContain('word39 ');
  const again = await call(server, '/api/chatkit', { body: say('Again'), headers: bea });
  expect(await again.whole).toContain('Whole.');
  expect(server.output().match(/a fault escaped: its piece of work is failed/g)).toHaveLength(2);
  expect(await server.stop()).toBe(0);
  await model.close();
  await meteo.close();
});

/** The bytes of attackers who only hold connections open: the first ones, and then one at a time. */
const head = (line: string) => `${line} HTTP/1.1\r\nhost: a\r\n`;
const body = 'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{';
const holding = {
  'no request': [
    { first: '', drop: '' },
    { first: head('GET /'), drop: 'a: b\r\n' },
  ],
  'no whole body': [
    { first: head('POST /api/v1/auth/login') + body, drop: ' ' },
    { first: head('POST /nothing') + body, drop: ' ' },
  ],
};

it.skipIf(process.platform === 'win32')(
  'connections past the limit of file descriptors that bring no request, or never all of it, keep nobody out',
  async () => {
    // Mostly they wait: each kind has a server of its own, at the same time.
    await Promise.all(Object.entries(holding).map(([what, kinds]) => keepsNobodyOut(what, kinds)));
  },
);

async function keepsNobodyOut(what: string, kinds: { first: string; drop: string }[]): Promise<void> {
  const server = await startServer({ ...env, DATA_DIR: mkdtempSync(join(directory, 'held-')) }, [
    'sh',
    '-c',
    `ulimit -n 256 && exec ${process.execPath} apps/server/src/main.ts`,
  ]);
  const person = await signUp(server, `cleo.${what.replaceAll(' ', '.')}`);
  const strangers: { socket: Socket; drop: string }[] = [];
  const open = async (count: number) => {
    const sockets = Array.from({ length: count }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => {})));
    for (const [at, socket] of sockets.entries()) {
      const { first, drop } = kinds[at % kinds.length]!;
      socket.write(first);
      strangers.push({ socket, drop });
    }
  };
  const dripping = setInterval(() => {
    for (const { socket, drop } of strangers) if (socket.writable) socket.write(drop);
  }, 300);
  try {
    // Somebody's own request over a slow line, which goes on all the while.
    const upload = await slowly(server.port, person, 'Hello from a train');
    await open(400);
    // More attackers keep connecting, and real requests are answered all the same.
    let answered = 0;
    for (let turn = 0; turn < 6; turn++) {
      await sleep(500);
      const reply = await call(server, '/api/chatkit', { body: say('Hello'), headers: person }).catch(() => undefined);
      if (reply?.status === 200 && (await reply.whole).includes('thread.item.done')) answered++;
      await open(30);
    }
    expect(answered, what).toBeGreaterThan(1);
    expect(await upload.answer).toContain('thread.item.done');
  } finally {
    clearInterval(dripping);
    for (const { socket } of strangers) socket.destroy();
  }
  const after = await call(server, '/api/chatkit', { body: say('Hello'), headers: person });
  expect(await after.whole).toContain('thread.item.done');
  expect(server.output()).toContain('all connections are taken');
  expect(server.output()).not.toContain('EMFILE');
  expect(await server.stop()).toBe(0);
}

/** The system's own limit of those who wait to be taken. */
const mostWaiting =
  process.platform === 'linux' ? Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')) : Number.NaN;

it.runIf(mostWaiting > 1000)(
  'a thousand callers who come while it stands still wait, and all are answered',
  async () => {
    const server = await startServer({ ...env, DATA_DIR: mkdtempSync(join(directory, 'still-')) });
    server.child.kill('SIGSTOP');
    let waiting = 0;
    const sockets = Array.from({ length: 1000 }, () =>
      connect(server.port, '127.0.0.1')
        .on('error', () => {})
        .on('connect', () => waiting++),
    );
    try {
      await vi.waitFor(() => expect(waiting).toBe(1000), 10_000);
      server.child.kill('SIGCONT');
      const answers = sockets.map((socket) => {
        socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        return readText(socket);
      });
      for (const answer of await Promise.all(answers)) expect(answer).toContain('HTTP/1.1 200');
    } finally {
      server.child.kill('SIGCONT');
      for (const socket of sockets) socket.destroy();
    }
    expect(await server.stop()).toBe(0);
  },
);

/** Says something in a body of 48 KB that takes six seconds to come. Resolves when it is on its way. */
async function slowly(
  port: number,
  headers: Record<string, string>,
  text: string,
): Promise<{ answer: Promise<string> }> {
  const body = JSON.stringify(say(text)).padEnd(12 * 4096);
  const outgoing = request({ host: '127.0.0.1', port, path: '/api/chatkit', method: 'POST', agent: false, headers });
  outgoing.setHeader('content-type', 'application/json').setHeader('content-length', body.length);
  const answer = once(outgoing, 'response').then(async ([message]) => await readText(message));
  answer.catch(() => {});
  const pieces = body.match(/.{4096}/g)!;
  const goOn = () => {
    if (pieces.length > 0) return outgoing.write(pieces.shift());
    clearInterval(timer);
    outgoing.end();
  };
  const timer = setInterval(goOn, 500);
  outgoing.on('error', () => clearInterval(timer));
  goOn();
  const [socket] = await once(outgoing, 'socket');
  await once(socket, 'connect');
  return { answer };
}
