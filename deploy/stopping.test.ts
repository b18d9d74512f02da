import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { type ModelServer, type Step, startModelServer } from '../tools/model-server/server.ts';
import { call, say, signUp, threadIn } from './testing/caller.ts';
import { nginxBinary, type Running, redisBinary, startNginx, startRedis, startServer } from './testing/processes.ts';

// Each test starts server processes, which takes seconds where the processor is busy.
vi.setConfig({ testTimeout: 90_000 });

let database: TestDatabase;
let env: Record<string, string>;
const directory = mkdtempSync(join(tmpdir(), 'causerie-stopping-'));

beforeAll(async () => {
  database = await testDatabase();
  env = {
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '4',
    AUTH_SECRET_KEY: 'a secret that both processes know, long enough',
    RATE_LIMIT_PER_MINUTE: '0',
    MODEL_API: 'responses',
  };
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const modelOf = (always: Step): Promise<ModelServer> => startModelServer({ always });

describe('SIGTERM', () => {
  it('closes its listening socket, lets answers finish, disconnects followers and exits 0', async () => {
    const model = await modelOf({ text: Array.from({ length: 60 }, (_, i) => `word${i} `), paceMs: 100 });
    const server = await startServer({ ...env, OPENAI_BASE_URL: `${model.url}/v1` });
    const person = await signUp(server, 'ann');
    const answer = await call(server, '/api/chatkit', { body: say('Hi'), headers: person });
    const thread = threadIn(await answer.until('word2 '));
    const feed = await call(server, `/api/chatkit/threads/${thread}/stream`, { headers: person });
    await feed.until('data: ');
    const kept = await keptConnection(server.port);

    const gone = server.stop('SIGTERM');
    // The follower gets the time to reconnect, and its stream ends properly.
    expect(await feed.whole).toContain('retry: ');
    expect(answer.text()).not.toContain('word59 ');

    // New connections are refused, and a proxy uses another process.
    let refused: unknown;
    for (let wait = 0; wait < 100 && !refused; wait++) {
      await sleep(20);
      refused = await call(server, '/health').then(
        (reply) => void reply.leave(),
        (error) => error,
      );
    }
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
    // Over a connection that was open already a message is taken, and answered to its end.
    const [reply] = await kept.send('POST', '/api/chatkit', say('More'), person);
    expect(reply.statusCode).toBe(200);
    expect(reply.headers.connection).toBe('close');
    expect(await text(reply)).toContain('word59 ');

    expect(await answer.whole).toContain('word59 ');
    expect(await gone).toBe(0);
    await model.close();
  });

  it('reports for STOP_DELAY that it is not ready, and answers meanwhile', async () => {
    const server = await startServer({ ...env, STOP_DELAY: '2' });
    const person = await signUp(server, 'dan');
    const gone = server.stop('SIGTERM');
    let ready = 200;
    for (let wait = 0; wait < 100 && ready === 200; wait++) {
      await sleep(10);
      ready = (await call(server, '/ready')).status;
    }
    expect(ready).toBe(503);
    const answer = await call(server, '/api/chatkit', { body: say('Hi'), headers: person });
    expect(await answer.whole).toContain('thread.item.done');
    expect(await gone).toBe(0);
  });

  it('does not wait for an idle feed or an idle connection', async () => {
    const server = await startServer(env);
    const person = await signUp(server, 'bea');
    // The offline model: no key, no address.
    const answer = await call(server, '/api/chatkit', { body: say('Hi'), headers: person });
    const thread = threadIn(await answer.whole);
    const feed = await call(server, `/api/chatkit/threads/${thread}/stream`, { headers: person });
    await feed.until('data: ');
    await fetch(`http://127.0.0.1:${server.port}/health`, { headers: { connection: 'keep-alive' } });
    const asked = performance.now();
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    await feed.whole;
  });

  it('keeps the text of an answer that does not end in time, and marks it as interrupted', async () => {
    const model = await modelOf({ text: ['half of ', 'a sentence'], paceMs: 50, ending: 'hang' });
    const own = { ...env, OPENAI_BASE_URL: `${model.url}/v1`, STOP_TIMEOUT: '1' };
    const server = await startServer(own);
    const person = await signUp(server, 'cleo');
    const answer = await call(server, '/api/chatkit', { body: say('Hi'), headers: person });
    const thread = threadIn(await answer.until('a sentence'));
    const asked = performance.now();
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(performance.now() - asked).toBeGreaterThan(900);
    expect(performance.now() - asked).toBeLessThan(10_000);
    // A plain client, which does not resume, reads that the answer is not complete.
    const [last] = (await answer.whole).trim().split('\n\n').slice(-1);
    expect(last).toBe('data: {"type":"error","code":"run.interrupted","allow_retry":true}');

    const again = await startServer(own);
    const feed = await call(again, `/api/chatkit/threads/${thread}/stream?until=idle`, { headers: person });
    const told = await feed.whole;
    expect(told).toContain('half of a sentence');
    expect(told).toContain('run.interrupted');
    expect(await again.stop()).toBe(0);
    await model.close();
  });
});

/** Measured with nine, in which the first of these would have been refused. */
const restarts = 3;

describe.skipIf(!nginxBinary || !redisBinary)('a rolling restart under load', () => {
  it('shows no error to clients that never try again', async () => {
    const model = await modelOf({ text: ['one ', 'two ', 'three ', 'end.'], paceMs: 100 });
    const redis = await startRedis();
    const own = {
      ...env,
      OPENAI_BASE_URL: `${model.url}/v1`,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      PUBLIC_URL: 'https://chat.example.com',
      TRUSTED_PROXIES: '127.0.0.1',
    };
    const servers: Running[] = [await startServer(own), await startServer(own)];
    const nginx = await startNginx(
      'causerie.conf',
      servers.map(({ port }) => port),
    );
    const people = await Promise.all(Array.from({ length: 6 }, (_, i) => signUp(nginx, `dora${i}`)));
    let over = false;
    const talks = Promise.all(
      people.map(async (person, who) => {
        let thread: string | undefined;
        const said: string[] = [];
        while (!over) {
          const words = `message ${who}-${said.length}`;
          const reply = await call(nginx, '/api/chatkit', { body: say(words, thread), headers: person });
          const stream = await reply.whole;
          expect(reply.status, `${stream}\n${nginx.errorLog()}`).toBe(200);
          expect(stream, words).toContain('end.');
          expect(stream, words).not.toContain('"type":"error"');
          thread ??= threadIn(stream);
          said.push(words);
        }
        return { person, thread: thread!, said };
      }),
    );
    // Awaited below; a rejection before that must not be unhandled.
    talks.catch(() => {});

    for (let restart = 0; restart < restarts; restart++) {
      await sleep(700);
      const i = restart % servers.length;
      const { port } = servers[i]!;
      expect(await servers[i]!.stop('SIGTERM')).toBe(0);
      servers[i] = await startServer({ ...own, PORT: String(port) });
    }
    await sleep(700);
    over = true;
    const told = await talks;
    // Every message is there once, in its order, and each has its answer.
    for (const { person, thread, said } of told) {
      expect(said.length).toBeGreaterThan(2);
      const reply = await call(nginx, '/api/chatkit', {
        body: { type: 'items.list', params: { thread_id: thread, limit: 100, order: 'asc' } },
        headers: person,
      });
      const { data } = await reply.json<{ data: { type: string; content: { text: string }[] }[] }>();
      const texts = (type: string) =>
        data.filter((item) => item.type === type).map((item) => item.content.map((part) => part.text).join(''));
      expect(texts('user_message')).toEqual(said);
      expect(texts('assistant_message')).toEqual(said.map(() => 'one two three end.'));
    }

    expect(await nginx.stop()).toBe(0);
    for (const server of servers) expect(await server.stop()).toBe(0);
    await redis.stop('SIGKILL');
    await model.close();
  });
});

/** A connection that has carried a request already, and may carry another. */
async function keptConnection(port: number) {
  const agent = new Agent({ keepAlive: true });
  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, path, agent, headers: { ...headers, ...json } });
    request.end(body && JSON.stringify(body));
    return (await once(request, 'response')) as [IncomingMessage];
  };
  const [first] = await send('GET', '/health');
  await text(first);
  return { send };
}
const json = { 'content-type': 'application/json' };
