import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadConfig } from '../apps/server/src/config.ts';
import { createConversations, type Following } from '../apps/server/src/features/conversations/index.ts';
import { createMemoryBus } from '../apps/server/src/platform/bus/index.ts';
import { openDatabase } from '../apps/server/src/platform/database/index.ts';
import { median } from './load.ts';

const many = 10_000;
const messages = 50;
const person = 'usr_bench';

/** What a message to a conversation costs that ten thousand follow in one process, without sockets. */
export async function benchFollowers(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const log = { info() {}, warn() {}, error() {} };
  const database = await openDatabase(loadConfig({ DATA_DIR: directory }, '/'), log);
  const { pool } = database;
  let statements = 0;
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  pool.query = ((...args: unknown[]) => {
    statements++;
    return query(...args);
  }) as typeof pool.query;
  const engine = createConversations({
    pool,
    bus: createMemoryBus(),
    process: { key: '1', verdictOn: async () => 'alive' },
    log,
    unfinished: {},
    wordsOf: () => '',
  });
  try {
    const id = 'thr_bench';
    const status = { type: 'active' };
    await engine.create(person, { id, kind: 'group', title: null, status, metadata: {}, createdAt: new Date() });
    const before = heapMegabytes();
    const began = performance.now();
    let caughtUp = 0;
    let told = 0;
    let onAll = () => {};
    const wire = { encode: (output: unknown) => JSON.stringify(output) };
    const following: Following[] = [];
    const reader = {
      wire,
      send(_: string, { kind }: { kind: string }) {
        if (kind === 'caught-up' && ++caughtUp === many) onAll();
        if (kind === 'event' && ++told === many) onAll();
      },
      onError(error: unknown) {
        throw error;
      },
    };
    await new Promise<void>((resolve) => {
      onAll = resolve;
      void (async () => {
        for (let n = 0; n < many; n += 100)
          following.push(
            ...(await Promise.all(Array.from({ length: 100 }, () => engine.follow(person, id, 1, { ...reader })))),
          );
      })();
    });
    const comeMs = performance.now() - began;
    const each = heapMegabytes() - before;
    const times: number[] = [];
    statements = 0;
    for (let n = 0; n < messages; n++) {
      told = 0;
      const all = new Promise<void>((resolve) => {
        onAll = resolve;
      });
      const sent = performance.now();
      const payload = { text: 'hello' };
      await engine.putItem(person, id, {
        id: `msg_${n}`,
        type: 'message',
        hidden: false,
        payload,
        createdAt: new Date(),
      });
      await all;
      times.push(performance.now() - sent);
    }
    print(
      `${many} followers of one conversation in one process: ${(statements / messages).toFixed(1)} statements a message (goal ≤ 3), ` +
        `all told after ${median(times).toFixed(1)} ms, at the worst ${Math.max(...times).toFixed(1)} ms (goal < 1000); ` +
        `they came in ${(comeMs / 1000).toFixed(1)} s and take ${each.toFixed(1)} MB, ${((each * 1024) / many).toFixed(2)} kB each`,
    );
    for (const one of following) one.close();
  } finally {
    engine.close();
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
