import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../../../../../tools/model-server/server.ts';
import { type TestDatabase, testDatabase } from '../../platform/database/testing.ts';
import { hasRedis, type TestRedis, testRedis } from '../../platform/redis/testing.ts';

// Two servers as they are run, on one database and one Redis, and a model over real HTTP.

const directory = mkdtempSync(join(tmpdir(), 'causerie-two-'));
const root = join(import.meta.dirname, '../../../../..');
const processes: ChildProcess[] = [];
let database: TestDatabase;
let redis: TestRedis;
let model: ModelServer;
let servers: [string, string];
let authorization: string;

async function startServer(): Promise<string> {
  const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_OPTIONS: '',
      PORT: '0',
      DATA_DIR: directory,
      LOG_LEVEL: 'info',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      AUTH_SECRET_KEY: 'k'.repeat(40),
      OPENAI_BASE_URL: `${model.url}/v1`,
      CHATKIT_AGENT_MODEL: 'openai/scripted',
    },
  });
  processes.push(child);
  return new Promise((resolve, reject) => {
    let heard = '';
    child.stdout!.on('data', (chunk) => {
      heard += chunk;
      const ready = /is ready at http:\/\/localhost:(\d+)/.exec(heard);
      if (ready) resolve(`http://127.0.0.1:${ready[1]}`);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${heard}`)));
  });
}

const post = (server: string, url: string, body: object) =>
  fetch(server + url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
    body: JSON.stringify(body),
  });
const input = (text: string) => ({
  content: [{ type: 'input_text', text }],
  attachments: [],
  quoted_text: null,
  inference_options: {},
});

type Frame = {
  id: number | undefined;
  event: { type: string; item?: { id: string; type: string }; thread?: { id: string } };
};
function framesOf(text: string): Frame[] {
  return text.split('\n\n').flatMap((frame) => {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    const id = /^id: (\d+)$/m.exec(frame)?.[1];
    return data ? [{ id: id === undefined ? undefined : Number(id), event: JSON.parse(data) }] : [];
  });
}

/** Follows a thread at one server, and comes back as a browser does when the connection breaks. */
function follow(server: string, thread: string) {
  const leave = new AbortController();
  let text = '';
  const done = (async () => {
    while (!leave.signal.aborted) {
      const after = framesOf(text).findLast((frame) => frame.id !== undefined)?.id ?? 0;
      try {
        const url = `${server}/api/chatkit/threads/${thread}/stream?after=${after}`;
        const response = await fetch(url, { headers: { authorization }, signal: leave.signal });
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
      } catch (error) {
        if (!leave.signal.aborted) throw error;
      }
    }
  })();
  return {
    /** What the log says, in the order it was told. */
    log: () =>
      framesOf(text).flatMap(({ id, event }) =>
        id === undefined ? [] : [`${id} ${event.type} ${event.item?.id ?? ''}`],
      ),
    done: () =>
      framesOf(text)
        .filter(({ id, event }) => id !== undefined && event.type === 'thread.item.done')
        .map(({ event }) => event.item!),
    async close() {
      leave.abort();
      await done;
    },
  };
}

beforeAll(async () => {
  if (!hasRedis) return;
  [database, redis, model] = await Promise.all([
    testDatabase(),
    testRedis(),
    startModelServer({ always: { text: Array.from({ length: 12 }, (_, index) => `word${index} `), paceMs: 8 } }),
  ]);
  servers = await Promise.all([startServer(), startServer()]);
  const made = await post(servers[0], '/api/v1/auth/register', { email: 'a@example.org', password: 'correct horse' });
  authorization = `Bearer ${((await made.json()) as { access_token: string }).access_token}`;
});
afterAll(async () => {
  await Promise.all(
    processes.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
  await model?.close();
  await redis?.kill();
  await database?.close();
  rmSync(directory, { recursive: true, force: true });
});

it.skipIf(!hasRedis)(
  'Redis dies and comes back while messages flow through two processes: all is there, in order, on both',
  { timeout: 90_000 },
  async () => {
    const first = framesOf(
      await (
        await post(servers[0], '/api/chatkit', { type: 'threads.create', params: { input: input('message 0') } })
      ).text(),
    );
    const thread = first.find(({ event }) => event.type === 'thread.created')!.event.thread!.id;
    const feeds = servers.map((server) => follow(server, thread));
    const ready = async (server: string) =>
      ((await (await fetch(`${server}/ready`)).json()) as { status: string }).status;
    for (const server of servers) await vi.waitFor(async () => expect(await ready(server)).toBe('ok'));

    const say = async (number: number) => {
      const params = { thread_id: thread, input: input(`message ${number}`) };
      const response = await post(servers[number % 2]!, '/api/chatkit', { type: 'threads.add_user_message', params });
      expect(response.status).toBe(200);
      return response.text();
    };
    for (let number = 1; number <= 3; number++) await say(number);
    const inFlight = say(4);
    await redis.kill();
    await inFlight;
    for (let number = 5; number <= 8; number++) await say(number);
    for (const server of servers) await vi.waitFor(async () => expect(await ready(server)).toBe('degraded'));
    // Nobody who looks on from the other process has to wait for Redis.
    for (const feed of feeds)
      await vi.waitFor(() => expect(feed.done().filter(({ type }) => type === 'user_message')).toHaveLength(9), {
        timeout: 15_000,
      });
    const back = say(9);
    await redis.start();
    await back;
    for (const server of servers)
      await vi.waitFor(async () => expect(await ready(server)).toBe('ok'), { timeout: 15_000, interval: 100 });
    for (let number = 10; number <= 12; number++) await say(number);

    for (const feed of feeds) {
      await vi.waitFor(() => expect(feed.done().filter(({ type }) => type === 'assistant_message')).toHaveLength(13), {
        timeout: 15_000,
      });
      expect(feed.done().filter(({ type }) => type === 'user_message')).toHaveLength(13);
    }
    // What each was told live is what the log says to one who asks now.
    const replay = follow(servers[0], thread);
    await vi.waitFor(() => expect(replay.log()).toHaveLength(feeds[0]!.log().length));
    expect(feeds[0]!.log()).toEqual(replay.log());
    expect(feeds[1]!.log()).toEqual(replay.log());
    const numbers = replay.log().map((line) => Number.parseInt(line, 10));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(replay.log()).size).toBe(numbers.length);
    await Promise.all([...feeds, replay].map((feed) => feed.close()));

    const list = await post(servers[1], '/api/chatkit', {
      type: 'items.list',
      params: { thread_id: thread, limit: 100, order: 'asc', after: null },
    });
    const { data } = (await list.json()) as { data: { type: string; content: { text: string }[] }[] };
    const spoken = data.filter(({ type }) => type === 'user_message');
    expect(spoken.map(({ content }) => content[0]!.text)).toEqual(
      Array.from({ length: 13 }, (_, number) => `message ${number}`),
    );
  },
);
