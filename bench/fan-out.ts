import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startExternal } from '../apps/server/src/platform/database/testing/external.ts';
import type { Audience, Heard, Talk } from './audience.ts';
import { cpuSeconds, cpuSecondsOfTree, residentMegabytes } from './cpu.ts';
import { median, percentile, startServer } from './load.ts';

const listeners = 1000;
const messages = 200;
const warmUp = 40;
const rounds = 3;
/** Each has as many sockets; an account costs a password's hash. */
const people = 20;
/** How many times as many deliveries we want to make. */
const goals: Record<string, number> = { ws: 1.3, 'Socket.IO': 1.8 };

type Side = { hear(talk: Talk): Promise<Heard>; pid: number; close(): Promise<void> };

/** A server with its audience in place. */
async function gather(
  server: Awaited<ReturnType<typeof startServer>>,
  audience: Omit<Audience, 'port'>,
): Promise<Side> {
  const people = await startServer(
    'bench/audience.ts',
    [],
    {},
    JSON.stringify({ port: server.ready.port, ...audience }),
  ).catch(async (error) => {
    await server.close();
    throw error;
  });
  const answers = createInterface({ input: people.process.stdout! });
  const gone = once(people.process, 'exit').then(() => Promise.reject(new Error('the audience has left')));
  gone.catch(() => {});
  return {
    pid: server.process.pid!,
    async hear(talk) {
      const line = once(answers, 'line');
      people.process.stdin!.write(`${JSON.stringify(talk)}\n`);
      const [answer] = (await Promise.race([line, gone])) as [string];
      return JSON.parse(answer) as Heard;
    },
    async close() {
      await people.close();
      await server.close();
    },
  };
}

const strangers = { listeners: Array.from({ length: listeners }, () => ({ headers: {}, hello: [] as string[] })) };

const startWs = async () =>
  gather(await startServer('bench/servers/fan-out-ws.ts'), { ...strangers, path: '/', say: { frame: '{text}' } });

const startSocketIo = async () =>
  gather(await startServer('bench/servers/fan-out-socket-io.ts'), {
    path: '/socket.io/?EIO=4&transport=websocket',
    listeners: strangers.listeners.map(({ headers }) => ({ headers, hello: ['40'] })),
    readyMark: '40{',
    say: { frame: '42["message","{text}"]' },
  });

/** The whole server on a PostgreSQL of its own; every person has the conversation and their list open. */
async function startCauserie(data: string, databaseUrl: string): Promise<Side> {
  const server = await startServer('bench/servers/fan-out-causerie.ts', [data, String(people)], {
    DATABASE_URL: databaseUrl,
    SOCKETS_PER_PERSON: String(listeners),
  });
  const { tokens, conversation, speaking } = server.ready as { tokens: string[]; [key: string]: unknown };
  const hello = [
    JSON.stringify({ type: 'hello', protocol: 1, cursor: null }),
    JSON.stringify({ type: 'open', conversation, after: 0 }),
  ];
  return gather(server, {
    path: '/ws/live',
    listeners: Array.from({ length: listeners }, (_, i) => ({
      headers: { authorization: `Bearer ${tokens[i % people]}` },
      hello,
    })),
    readyMark: '"caught_up"',
    say: { url: `http://127.0.0.1:${speaking}/` },
  });
}

type Figures = { rates: number[]; lastMs: number[]; postgres: number };

/** One message to a thousand sockets: how many deliveries a second of the processor makes, and when the last one has it. */
export async function benchFanOut(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const external = await startExternal(path.join(data, 'external'));
  const sides = new Map<string, Side>();
  try {
    sides.set('causerie', await startCauserie(data, external.url));
    sides.set('ws', await startWs());
    sides.set('Socket.IO', await startSocketIo());
    for (const speakers of [1, 8]) {
      const figures = new Map<string, Figures>();
      for (const name of sides.keys()) figures.set(name, { rates: [], lastMs: [], postgres: 0 });
      for (let round = -1; round < rounds; round++) {
        for (const [name, side] of sides) {
          const [before, postgresBefore] = [cpuSeconds(side.pid), cpuSecondsOfTree(external.pid)];
          const heard = await side.hear({ messages: round < 0 ? warmUp : messages, speakers });
          const { rates, lastMs, ...rest } = figures.get(name)!;
          if (round < 0) continue;
          rates.push(heard.deliveries / (cpuSeconds(side.pid) - before));
          lastMs.push(...heard.lastMs);
          const postgres = rest.postgres + cpuSecondsOfTree(external.pid) - postgresBefore;
          figures.set(name, { rates, lastMs, postgres });
        }
      }
      const ours = median(figures.get('causerie')!.rates);
      for (const [name, { rates, lastMs, postgres }] of figures) {
        const rate = median(rates);
        const beside =
          name === 'causerie'
            ? `messages stored, which takes PostgreSQL ${((postgres / rounds / messages) * 1000).toFixed(1)} ms of a processor each`
            : `${(ours / rate).toFixed(2)} times that of this is ours (goal ≥ ${goals[name]})`;
        print(
          `fan-out ×${listeners}, ${speakers} at once, ${name}: ${Math.round(rate)} deliveries a CPU-second, ${beside}; ` +
            `the last one has it after p50 ${percentile(lastMs, 0.5).toFixed(1)} ms, p99 ${percentile(lastMs, 0.99).toFixed(1)} ms; ` +
            `${residentMegabytes(sides.get(name)!.pid).toFixed(0)} MB`,
        );
      }
    }
  } finally {
    for (const side of sides.values()) await side.close();
    await external.close();
    rmSync(data, { recursive: true, force: true });
  }
}
