import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished, TestRunner, vi } from 'vitest';
import { type ModelServer, type RecordedRequest, startModelServer } from '../../../tools/model-server/server.ts';
import type { Overrides } from '../src/app.ts';
import type { Config } from '../src/config.ts';
import { testDatabase } from '../src/platform/database/testing.ts';
import { type TestRedis, testRedis } from '../src/platform/redis/testing.ts';
import type { Person } from './person.ts';
import { type Env, type Server, startServer } from './server.ts';

export type { Person } from './person.ts';
export type { Server } from './server.ts';
export { cookiesOf, type Reply, refusalOf, type Stream } from './stream.ts';

type Options = {
  /** Settings beyond those of a quiet server; a function receives the values it may name. */
  env?: Env | ((parts: { modelUrl: string }) => Env);
  /** Settings finer than the environment allows, such as half a second. */
  config?: Partial<Config>;
  /**
   * What answers: the agents on the scripted model server (`model`, the default), the agents as `env` configures them, even
   * without a model (`agents`), or the test's own responder.
   */
  answers?: 'model' | 'agents' | NonNullable<Overrides['responder']>;
  /** With a Redis of its own; only where `hasRedis`. */
  redis?: boolean;
  /** How many processes share the database; default 1. */
  processes?: number;
  logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** The people with an account; default Ann, the administrator, and Bob. */
  people?: readonly ('ann' | 'bob')[];
  /** The caller closes the world: for a `beforeAll`, which can return `close`. */
  closedByCaller?: boolean;
} & Pick<Overrides, 'roots' | 'liveTimes'>;

/** A whole server with people, on a real database, with a scripted model. */
export type World = {
  ann: Person;
  bob: Person;
  server: Server;
  /** All processes, `server` first. */
  servers: Server[];
  /** Starts one more process on the same database. */
  startProcess(env?: Env, parts?: Pick<Overrides, 'liveTimes'>): Promise<Server>;
  clock: Clock;
  /** Plays the model provider: `model.script({ text: 'Hello' })`. Unused steps fail the test file. */
  model: ModelServer;
  /** Only with `redis: true`. */
  redis: TestRedis;
  /** The directory of the server's files. */
  directory: string;
  /** Closes it before the test or the file ends. */
  close(): Promise<void>;
};

/** The server's clock. */
export type Clock = {
  now(): number;
  /** Advances it by so many milliseconds. */
  advance(ms: number): void;
  /** Returns to the machine's clock. */
  reset(): void;
};

/** Whether a request to the model server asks for a thread's title, as every first answer does in the background. */
export const asksForTitle = (request: RecordedRequest): boolean =>
  JSON.stringify(request.body).includes('Write a title');

/**
 * Makes a world that closes by itself: with the test when a test or its `beforeEach` made it, otherwise with the file, when
 * it is made outside of all hooks (`const { ann, server } = await world()`).
 */
export async function world(options: Options = {}): Promise<World> {
  const { answers = 'model', env, config, logLevel, roots, liveTimes } = options;
  const stops: (() => unknown)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    for (let stop = stops.pop(); stop; stop = stops.pop())
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  };
  if (!options.closedByCaller) TestRunner.getCurrentTest() ? onTestFinished(close) : afterAll(close);

  const directory = mkdtempSync(join(tmpdir(), 'causerie-world-'));
  stops.push(() => rmSync(directory, { recursive: true, force: true }));
  const database = await testDatabase({ poolSize: 8 });
  stops.push(() => database.close());
  const model = await startModelServer({ always: { text: 'A title', when: asksForTitle } });
  stops.push(() => model.verify());
  stops.push(() => model.close());
  const redis = options.redis ? await testRedis() : undefined;
  if (redis) stops.push(() => redis.kill());

  let aheadMs = 0;
  const clock: Clock = {
    now: () => Date.now() + aheadMs,
    advance: (ms) => {
      aheadMs += ms;
    },
    reset: () => {
      aheadMs = 0;
    },
  };
  const settings: Env = {
    ...(answers === 'model' && { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${model.url}/v1` }),
    ...(redis && { REDIS_URL: redis.url }),
    ...(typeof env === 'function' ? env({ modelUrl: model.url }) : env),
  };
  const parts = {
    config,
    roots,
    liveTimes,
    logLevel,
    now: clock.now,
    responder: typeof answers === 'object' ? answers : null,
  };
  const servers: Server[] = [];
  const startProcess: World['startProcess'] = async (more = {}, otherParts = {}) => {
    const setParts = Object.entries({ ...parts, ...otherParts }).filter(
      ([, part]) => part !== undefined && part !== null,
    );
    const server = await startServer(directory, database, { ...settings, ...more }, Object.fromEntries(setParts));
    servers.push(server);
    stops.push(() => server.close());
    return server;
  };
  for (let count = 0; count < (options.processes ?? 1); count++) await startProcess();
  if (redis)
    await vi.waitFor(
      async () => {
        for (const server of servers)
          if ((await server.get('/ready')).body.status !== 'ok') throw new Error('Redis is not heard yet');
      },
      { timeout: 10_000 },
    );
  const server = servers[0]!;
  // One after the other: the first account becomes the administrator's.
  const people: Record<string, Person> = {};
  for (const name of options.people ?? ['ann', 'bob']) people[name] = await server.signUp(name);

  return {
    ann: people.ann!,
    bob: people.bob!,
    server,
    servers,
    startProcess,
    clock,
    model,
    redis: redis!,
    directory,
    close,
  };
}
