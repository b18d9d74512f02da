import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type TestDatabase, testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { freePort } from '../tools/free-port.ts';
import { type ModelServer, startModelServer } from '../tools/model-server/server.ts';
import { call, say, signUp, threadIn } from './testing/caller.ts';
import {
  type Nginx,
  nginxBinary,
  type Running,
  redisBinary,
  startNginx,
  startRedis,
  startServer,
} from './testing/processes.ts';

// Two server processes with one PostgreSQL and one Redis behind a real nginx with each of the shipped site files.

const words = Array.from({ length: 40 }, (_, i) => `word${i} `);

// Each answer takes its time on purpose, and processes start in between.
vi.setConfig({ testTimeout: 90_000 });

describe.skipIf(!nginxBinary || !redisBinary)('behind nginx', () => {
  let database: TestDatabase;
  let redis: Running;
  let model: ModelServer;
  let env: Record<string, string>;
  let servers: Running[];
  const directory = mkdtempSync(join(tmpdir(), 'causerie-deploy-'));
  const started: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    redis = await startRedis();
    model = await startModelServer({ always: { text: words, paceMs: 50 } });
    env = {
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '4',
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      AUTH_SECRET_KEY: 'a secret that both processes know, long enough',
      PUBLIC_URL: 'https://chat.example.com',
      TRUSTED_PROXIES: '127.0.0.1',
      OPENAI_BASE_URL: `${model.url}/v1`,
      MODEL_API: 'responses',
      RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'info',
    };
    // One after the other: the first brings the tables up to date.
    servers = [await startServer(env)];
    servers.push(await startServer(env));
  });
  afterAll(async () => {
    for (const stop of started.reverse()) await stop();
    await Promise.all(servers.map((server) => server.stop('SIGKILL')));
    await model.close();
    await redis.stop('SIGKILL');
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const nginxOver = async (site: string, ports = servers.map(({ port }) => port)) => {
    const nginx = await startNginx(site, ports);
    started.push(() => nginx.stop());
    return nginx;
  };

  describe.each(['causerie.conf', 'causerie-split.conf'])('%s', (site) => {
    let nginx: Nginx;
    let person: Record<string, string>;
    beforeAll(async () => {
      nginx = await nginxOver(site);
      person = await signUp(nginx, `nina-${site.replace('.conf', '')}`);
    });

    it('sends plain HTTP to HTTPS, and lets certbot answer', async () => {
      const reply = await call({ port: nginx.httpPort, host: 'chat.example.com' }, '/some/page?a=b');
      expect(reply.status).toBe(308);
      expect(reply.headers.location).toBe('https://chat.example.com/some/page?a=b');
      const challenge = await call(
        { port: nginx.httpPort, host: 'chat.example.com' },
        '/.well-known/acme-challenge/token',
      );
      expect(await challenge.whole).toBe('proof');
    });

    it('serves nothing under another host name, and no metrics to the public', async () => {
      await expect(call({ port: nginx.httpPort, host: 'other.example' }, '/')).rejects.toThrow();
      await expect(call({ ...nginx, host: 'other.example' }, '/')).rejects.toThrow();
      const metrics = await call(nginx, '/metrics');
      expect(metrics.status).toBe(404);
      expect(metrics.headers.server).toBe('nginx');
    });

    it('signs a browser in, with a cookie for HTTPS only, on whichever process', async () => {
      const name = `mia-${site.replace('.conf', '')}`;
      await signUp(nginx, name);
      const cookie = await cookieOf(nginx, name);
      expect(cookie).toMatch(/; Secure/i);
      for (let i = 0; i < 4; i++) {
        const session = await call(nginx, '/api/auth/session', { headers: { cookie: cookie.split(';')[0]! } });
        expect(await session.json()).toMatchObject({ user: { email: `${name}@example.org` } });
      }
    });

    it('passes on the first byte of an answer while the model still writes', async () => {
      const reply = await call(nginx, '/api/chatkit', { body: say('Hi'), headers: person });
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toMatch('text/event-stream');
      const soFar = await reply.until('word1 ');
      expect(soFar).not.toContain('word30 ');
      expect(await reply.whole).toContain('word39 ');
    });

    it('lets a feed of one process follow an answer in the other', async () => {
      const feeds = await call(nginx, '/api/chatkit', {
        body: say('Hi'),
        headers: { ...person, 'causerie-resume': '1' },
      });
      const thread = threadIn(await feeds.until('thr_'));
      const replies = await Promise.all(
        servers.map(({ port }) =>
          call({ port }, `/api/chatkit/threads/${thread}/stream?until=idle`, {
            headers: {
              ...person,
              host: 'chat.example.com',
            },
          }),
        ),
      );
      for (const reply of replies) expect(await reply.whole).toContain('word39');
    });

    it('carries an upload near the limit, and refuses one beyond it', async () => {
      const upload = (bytes: number) =>
        call(nginx, '/api/v1/auth/refresh', {
          method: 'POST',
          body: Buffer.alloc(bytes, 0x20),
          headers: { ...person, 'content-type': 'application/json' },
        });
      // A file as the composer sends it, through both processes: what one stored, the other serves.
      const file = Buffer.concat([Buffer.from('text '.repeat(1000)), Buffer.alloc(9_900_000, 'a')]);
      const sent = await call(nginx, '/api/attachments', {
        method: 'POST',
        body: Buffer.concat([
          Buffer.from(
            '--edge\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: text/plain\r\n\r\n',
          ),
          file,
          Buffer.from('\r\n--edge--\r\n'),
        ]),
        headers: { ...person, 'content-type': 'multipart/form-data; boundary=edge' },
      });
      expect(sent.status, sent.text()).toBe(200);
      const { id } = await sent.json<{ id: string }>();
      for (const { port } of servers) {
        const content = await call({ port }, `/api/attachments/${id}/content`, {
          headers: { ...person, host: 'chat.example.com' },
        });
        expect((await content.whole).length).toBe(file.length);
      }
      // Blank JSON of a whole megabyte: all of it arrived when the server says what is wrong with it.
      const near = await upload(1_048_576);
      expect(near.status).toBe(400);
      expect(await near.json()).toMatchObject({ error: { code: 'bad_request' } });
      // Over the server's limit and within nginx's: the server refuses it before it has read it, each time.
      for (let i = 0; i < 20; i++) {
        const beyond = await upload(11 * 1_048_576);
        expect(beyond.status).toBe(413);
        expect(await beyond.json()).toMatchObject({ error: { code: 'payload_too_large' } });
      }
      expect((await upload(13 * 1_048_576)).status).toBe(413);
    });

    it('opens the live socket for signed-in people, from pages of the site only', async () => {
      // The address of a person has no port in it.
      const open = (headers: Record<string, string>) =>
        connect(nginx, '/ws/live', { host: 'chat.example.com', ...headers });
      const refused = (headers: Record<string, string>) =>
        new Promise<number | undefined>((resolve) =>
          open(headers).once('unexpected-response', (request, { statusCode }) => {
            request.destroy();
            resolve(statusCode);
          }),
        );
      expect(await refused({})).toBe(401);
      const name = `lena-${site.replace('.conf', '')}`;
      await signUp(nginx, name);
      const cookie = (await cookieOf(nginx, name)).split(';')[0]!;
      expect(await refused({ cookie, origin: 'https://evil.example' })).toBe(403);
      const socket = open({ cookie, origin: 'https://chat.example.com' });
      await once(socket, 'open');
      const answer = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
      socket.send('{"type":"hello","id":1,"protocol":1}');
      expect(await answer).toMatchObject({ type: 'hello', id: 1 });
      socket.terminate();
    });

    it('upgrades sockets on /api/ and /ws/, and the log says so', async () => {
      // Not all of them have a door in the server yet; what is tested is that each location upgrades.
      const port = await freePort();
      const echo = new WebSocketServer({ port, host: '127.0.0.1' });
      const asked: IncomingMessage[] = [];
      echo.on('connection', (socket, request) => {
        asked.push(request);
        socket.on('message', (data, binary) => socket.send(data, { binary }));
      });
      started.push(async () => echo.close());
      const other = await nginxOver(site, [port]);
      const paths = ['/api/frontend-audio', '/api/call-events', '/api/audio-stream', '/ws/chat'];
      for (const path of paths) {
        const socket = connect(other, `${path}?token=secret`);
        await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
        const answer = new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)));
        socket.send(Buffer.from([0, 1, 2, 255]));
        expect(Buffer.from(await answer)).toEqual(Buffer.from([0, 1, 2, 255]));
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.close();
        await closed;
      }
      expect(asked.map(({ url }) => url?.split('?')[0])).toEqual(paths);
      // The address is the caller's own, not the one it claims.
      expect(asked[0]!.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
      for (let i = 0; i < 40 && other.accessLog().split('\n').length <= paths.length; i++) await sleep(50);
      for (const path of paths) expect(other.accessLog()).toMatch(new RegExp(`GET ${path} 101 .*upgrade=websocket`));
      expect(other.accessLog()).not.toContain('secret');
    });
  });

  it('causerie-dev.conf takes pages and the hot reload from Vite, the API from the server', async () => {
    const vite = createServer((_request, response) => response.end('a page of Vite'));
    const sockets = new WebSocketServer({ server: vite });
    await new Promise<void>((resolve) => vite.listen(0, '127.0.0.1', resolve));
    const nginx = await startNginx(
      'causerie-dev.conf',
      servers.map(({ port }) => port),
      (vite.address() as AddressInfo).port,
    );
    started.push(() => nginx.stop());
    expect(await (await call(nginx, '/')).whole).toBe('a page of Vite');
    expect((await call(nginx, '/api/auth/session')).status).toBe(200);
    const socket = connect(nginx, '/');
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.terminate();
    sockets.close();
    vite.closeAllConnections();
    vite.close();
  });

  it('continues through the other process when one is killed in mid-answer', async () => {
    const nginx = await nginxOver('causerie.conf');
    const person = await signUp(nginx, 'kim');
    const headers = { ...person, 'causerie-resume': '1' };
    const before = await Promise.all(servers.map(runningAnswers));
    const reply = await call(nginx, '/api/chatkit', { body: say('Tell me much'), headers });
    const thread = threadIn(await reply.until('word15 '));
    const after = await Promise.all(servers.map(runningAnswers));
    const victim = servers.findIndex((_, i) => after[i]! > before[i]!);
    expect(victim).toBeGreaterThanOrEqual(0);
    await servers[victim]!.stop('SIGKILL');
    await expect(reply.whole).rejects.toThrow();

    // The other notices within seconds that the process is gone.
    let feed = '';
    for (let i = 0; i < 40 && !feed.includes('"state":"interrupted"'); i++) {
      const again = await call(nginx, `/api/chatkit/threads/${thread}/stream?until=idle`, { headers });
      expect(again.status).toBe(200);
      feed = await again.whole.catch(() => '');
      await sleep(500);
    }
    expect(feed).toContain('run.interrupted');
    expect(feed).toContain('"state":"interrupted"');
    expect(feed).toContain('Tell me much');
    expect(feed).toContain('word10 ');

    // The conversation continues.
    const next = await call(nginx, '/api/chatkit', { body: say('Go on', thread), headers });
    expect(await next.whole).toContain('word39 ');
    servers[victim] = await startServer(env);
  });
});

/** A socket through nginx, under its own name. */
/** The cookie that a browser of this person is given. */
async function cookieOf(nginx: Nginx, name: string): Promise<string> {
  const signIn = await call(nginx, '/api/auth/sign-in/email', {
    body: { email: `${name}@example.org`, password: 'a long enough password' },
    headers: { origin: 'https://chat.example.com', 'sec-fetch-site': 'same-origin' },
  });
  expect(signIn.status).toBe(200);
  return signIn.headers['set-cookie']!.find((one) => one.includes('session_token'))!;
}

const connect = (nginx: Nginx, path: string, headers: Record<string, string> = {}) =>
  new WebSocket(`wss://chat.example.com:${nginx.port}${path}`, {
    ca: nginx.certificate,
    headers: { 'x-forwarded-for': '8.8.8.8', ...headers },
    lookup: (_name, _options, done) =>
      (done as (error: null, found: object[]) => void)(null, [{ address: '127.0.0.1', family: 4 }]),
  });

async function runningAnswers({ port }: Running): Promise<number> {
  const figures = await (await call({ port }, '/metrics')).whole;
  return Number(/^causerie_answers_running (\d+)$/m.exec(figures)?.[1]);
}
