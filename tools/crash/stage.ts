import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ThreadItem } from '@causerie/chatkit';
import { signalCluster, startExternal } from '../../apps/server/src/platform/database/testing/external.ts';
import { type TestRedis, testRedis } from '../../apps/server/src/platform/redis/testing.ts';
import { signUp } from '../../bench/sign-up.ts';
import type { ModelServer } from '../model-server/server.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { type Plan, promptOf, startWordModel } from './word-model.ts';

/** A database that can be stopped: a separate one, or the embedded one of the first server. */
type StageDatabase = {
  /** `postgresql://…`; for the embedded one, that of the socket that its server opens. */
  url: string;
  /** Restarts it as an operator does, and waits for it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** SIGKILL; its supervisor starts it again. */
  kill(): void;
};

/** One event of a thread's log. */
export type LogEntry = { n: number; type: string; state?: string; itemId?: string };

/** An installation as it is run: one or more server processes, PostgreSQL, Redis where there are two, a model, a person. */
export type Stage = {
  servers: ServerProcess[];
  database: StageDatabase;
  redis: TestRedis | null;
  model: ModelServer;
  token: string;
  /** A request that begins an answer, in a new thread or in one that is there. */
  request(plan: Plan, threadId?: string): { body: object; key: string };
  post(server: ServerProcess, body: object): Promise<Response>;
  items(server: ServerProcess, threadId: string): Promise<ThreadItem[]>;
  /** The thread's log, as a new reader receives it, once no answer is in progress. */
  log(server: ServerProcess, threadId: string): Promise<LogEntry[]>;
  /** Waits until every process reports `ok`, not just `degraded`. */
  allReady(): Promise<void>;
  close(): Promise<void>;
};

const readyPatienceMs = 30_000;

export async function startStage(options: {
  dataDir: string;
  processes: number;
  database: 'embedded' | 'external';
}): Promise<Stage> {
  const { dataDir, processes } = options;
  await mkdir(dataDir, { recursive: true });
  const external = options.database === 'external' ? await startExternal(path.join(dataDir, 'external')) : null;
  const [redis, model] = await Promise.all([processes > 1 ? testRedis() : null, startWordModel()]);
  const settings = {
    DATA_DIR: path.join(dataDir, 'data'),
    AUTH_SECRET_KEY: 'k'.repeat(40),
    OPENAI_BASE_URL: `${model.url}/v1`,
    CHATKIT_AGENT_MODEL: 'openai/scripted',
    RATE_LIMIT_PER_MINUTE: '0',
    RATE_LIMIT_CHAT_PER_MINUTE: '0',
    RATE_LIMIT_ADDRESS_PER_MINUTE: '0',
    ANSWERS_PER_PERSON: '1000',
    ANSWERS_PER_PROCESS: '1000',
    FEEDS_PER_PERSON: '1000',
    ...(redis ? { REDIS_URL: redis.url } : {}),
  };
  const database = external ? ownDatabase(external) : embeddedDatabase(settings.DATA_DIR);
  // The first one, alone, makes the tables; where the database is embedded, it brings it, and another only connects.
  const servers = [await startServerProcess(external ? { ...settings, DATABASE_URL: database.url } : settings)];
  for (let other = 1; other < processes; other++) {
    const own = { DATA_DIR: path.join(dataDir, `data-${other}`), DATABASE_URL: database.url };
    servers.push(await startServerProcess({ ...settings, ...own }));
  }
  const token = await signUp(Number(new URL(servers[0]!.url).port), 'ann@example.org');
  const authorization = `Bearer ${token}`;
  let requests = 0;

  const stage: Stage = {
    servers,
    database,
    redis,
    model,
    token,
    request(plan, threadId) {
      const content = [{ type: 'input_text', text: promptOf(plan) }];
      const input = { content, attachments: [], quoted_text: null, inference_options: {} };
      const body = threadId
        ? { type: 'threads.add_user_message', params: { thread_id: threadId, input } }
        : { type: 'threads.create', params: { input } };
      return { body, key: `request-${requests++}` };
    },
    post: (server, body) =>
      fetch(`${server.url}/api/chatkit`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'causerie-resume': '1' },
        body: JSON.stringify(body),
      }),
    async items(server, threadId) {
      const params = { thread_id: threadId, limit: 100, order: 'asc' };
      let response = await stage.post(server, { type: 'items.list', params });
      // A process that has too much to do says so, and means "come back".
      for (const deadline = performance.now() + readyPatienceMs; response.status === 503; await sleep(200)) {
        if (performance.now() > deadline) break;
        await response.body?.cancel();
        response = await stage.post(server, { type: 'items.list', params });
      }
      if (!response.ok) throw new Error(`items.list: HTTP ${response.status} ${await response.text()}`);
      return ((await response.json()) as { data: ThreadItem[] }).data;
    },
    async log(server, threadId) {
      const url = `${server.url}/api/chatkit/threads/${threadId}/stream?after=0&until=idle`;
      const text = await (await fetch(url, { headers: { authorization } })).text();
      return readLog(text);
    },
    async allReady() {
      for (const { url } of servers) {
        for (const deadline = performance.now() + readyPatienceMs; ; await sleep(50)) {
          const ready = (await (await fetch(`${url}/ready`)).json()) as { status: string };
          if (ready.status === 'ok') break;
          if (performance.now() > deadline) throw new Error(`${url} is not ready: ${JSON.stringify(ready)}`);
        }
      }
    },
    async close() {
      // The one with the database goes last, and takes it along.
      for (const server of servers.toReversed()) {
        server.signal('SIGCONT');
        await server.end('SIGTERM');
      }
      await external?.close();
      await redis?.kill();
      await model.close();
    },
  };
  return stage;
}

const readLog = (text: string): LogEntry[] =>
  text.split('\n\n').flatMap((frame) => {
    const n = /^id: (\d+)$/m.exec(frame)?.[1];
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (n === undefined || data === undefined) return [];
    const { type, state, item } = JSON.parse(data) as { type: string; state?: string; item?: { id: string } };
    return [{ n: Number(n), type, ...(state && { state }), ...(item && { itemId: item.id }) }];
  });

const ownDatabase = (external: Awaited<ReturnType<typeof startExternal>>): StageDatabase => ({
  url: external.url,
  stop: () => external.close(),
  start: () => external.start(),
  kill: () => external.kill(),
});

const embeddedDatabase = (dataDir: string): StageDatabase => ({
  url: `postgresql://causerie@${encodeURIComponent(path.join(dataDir, 'postgres'))}/causerie`,
  stop: () => Promise.reject(new Error('The embedded database is started again at once; kill it.')),
  start: () => Promise.resolve(),
  kill: () => signalCluster(dataDir, 'SIGKILL'),
});
