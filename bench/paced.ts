import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startExternal } from '../apps/server/src/platform/database/testing/external.ts';
import { cpuSeconds, cpuSecondsOfTree, residentMegabytes } from './cpu.ts';
import { percentile, startServer } from './load.ts';
import { sharedClock } from './servers/paced-tokens.ts';
import { signUp } from './sign-up.ts';

const streams = Number(process.env.STREAMS ?? 3000);
const tokens = 40;
const everyMs = 1000;
/** The first questions come over so long, as people come. */
const startsOverMs = 10_000;
/** Many people, each with several answers at once; an account costs a password's hash. */
const people = 50;
/** Answers are looked up after the end, so many at a time. */
const lookUps = 16;

const body = JSON.stringify({
  type: 'threads.create',
  params: { input: { content: [{ type: 'input_text', text: 'go' }], attachments: [], inference_options: {} } },
});

/**
 * Thousands of answers at once, at the speed of a model: how late their tokens are, beside node:http writing the same frames
 * on timers, and whether each answer is stored as it was read. One side after the other, each with the machine to itself.
 */
export async function benchPaced(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const external = await startExternal(path.join(data, 'external'));
  try {
    const bare = await startServer('bench/servers/paced-bare.ts', [String(tokens), String(everyMs)]);
    let beside: Turn;
    try {
      beside = await runTurn(Number(bare.ready.port), '/', bare.process.pid!, () => ({}));
    } finally {
      await bare.close();
    }
    const server = await startServer('bench/servers/causerie.ts', [data], {
      DATABASE_URL: external.url,
      DELTAS: String(tokens),
      TOKEN_MS: String(everyMs),
      ANSWERS_PER_PERSON: '10000',
      ANSWERS_PER_PROCESS: '100000',
    });
    try {
      const port = Number(server.ready.port);
      const headers: Record<string, string>[] = [];
      for (let i = 0; i < people; i++)
        headers.push({ authorization: `Bearer ${await signUp(port, `paced-${i}@example.org`)}` });
      const postgresBefore = cpuSecondsOfTree(external.pid);
      const ours = await runTurn(port, '/api/chatkit', server.process.pid!, (i) => headers[i % people]!);
      const postgres = cpuSecondsOfTree(external.pid) - postgresBefore;
      const lost = await countLost(port, ours.answers);
      print(
        `paced: ${streams} answers of ${tokens} tokens, one a second each: ${ours.failures.size > 0 ? describe(ours.failures) : '0'} failed, ` +
          `${lost} of the ${ours.answers.length} others not stored as they were read (goal 0, 0)`,
      );
      print(
        `paced: tokens late by p50 ${ms(ours.late, 0.5)}, p99 ${ms(ours.late, 0.99)}, at most ${ms(ours.late, 1)} ` +
          `(node:http: ${ms(beside.late, 0.5)}, ${ms(beside.late, 0.99)}, ${ms(beside.late, 1)}); ` +
          `first event after p50 ${ms(ours.first, 0.5)}, p99 ${ms(ours.first, 0.99)} (${ms(beside.first, 0.5)}, ${ms(beside.first, 0.99)})`,
      );
      print(
        `paced: processor ${ours.cpu.toFixed(1)} s of ${ours.seconds.toFixed(0)} s, and ${postgres.toFixed(1)} s of PostgreSQL ` +
          `(node:http: ${beside.cpu.toFixed(1)} s); memory ${ours.megabytes.toFixed(0)} MB (${beside.megabytes.toFixed(0)} MB)`,
      );
    } finally {
      await server.close();
    }
  } finally {
    await external.close();
    rmSync(data, { recursive: true, force: true });
  }
}

type Answer = { thread: string; text: string; headers: Record<string, string> };
type Turn = {
  answers: Answer[];
  /** What went wrong, with how often. */
  failures: Map<string, number>;
  /** Of each token, from when it was due to its arrival, in milliseconds. */
  late: number[];
  /** Of each answer, from the question to its first event. */
  first: number[];
  seconds: number;
  cpu: number;
  /** In the middle of it. */
  megabytes: number;
};

async function runTurn(
  port: number,
  target: string,
  pid: number,
  headersOf: (index: number) => Record<string, string>,
): Promise<Turn> {
  const agent = new http.Agent({ keepAlive: true });
  const turn: Turn = { answers: [], failures: new Map(), late: [], first: [], seconds: 0, cpu: 0, megabytes: 0 };
  const fail = (reason: string) => turn.failures.set(reason, (turn.failures.get(reason) ?? 0) + 1);
  const [began, cpuBefore] = [performance.now(), cpuSeconds(pid)];
  const weighing = setTimeout(() => {
    turn.megabytes = residentMegabytes(pid);
  }, startsOverMs + 5000);
  await Promise.all(
    Array.from({ length: streams }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, (i / streams) * startsOverMs));
      await ask({ port, path: target, agent, headers: headersOf(i) }, turn).catch((error: Error) =>
        fail(error.message),
      );
    }),
  );
  clearTimeout(weighing);
  agent.destroy();
  turn.seconds = (performance.now() - began) / 1000;
  turn.cpu = cpuSeconds(pid) - cpuBefore;
  return turn;
}

/** Asks once and reads the answer to its end. Rejects with a few words where it is not whole. */
function ask(to: http.RequestOptions & { headers: Record<string, string> }, turn: Turn): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = performance.now();
    const headers = { ...to.headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = http.request({ host: '127.0.0.1', method: 'POST', ...to, headers }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        return reject(new Error(`HTTP ${response.statusCode}`));
      }
      let rest = '';
      let text = '';
      let thread = '';
      let isDone = false;
      response.setEncoding('latin1').on('data', (chunk: string) => {
        const now = sharedClock();
        if (thread === '') turn.first.push(performance.now() - asked);
        const frames = (rest + chunk).split('\n\n');
        rest = frames.pop()!;
        for (const frame of frames) {
          const token = /"delta":"(at=([\d.]+) )"/.exec(frame);
          if (token) {
            text += token[1];
            turn.late.push(now - Number(token[2]));
          } else if (frame.includes('"thread.created"')) thread = /"id":"(thr_\w+)"/.exec(frame)![1]!;
          else if (frame.includes('"thread.item.done"')) isDone ||= frame.includes('"assistant_message"');
          else if (frame.includes('"type":"error"')) reject(new Error('an error in the stream'));
        }
      });
      response.on('end', () => {
        const heard = text.split(' ').length - 1;
        if (!isDone || heard !== tokens) return reject(new Error(`${heard} tokens, ${isDone ? '' : 'not '}done`));
        turn.answers.push({ thread, text, headers: to.headers });
        resolve();
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** How many of these answers are not in their threads, or otherwise than they were read. */
async function countLost(port: number, answers: readonly Answer[]): Promise<number> {
  const left = [...answers];
  let lost = 0;
  await Promise.all(
    Array.from({ length: lookUps }, async () => {
      for (let answer = left.pop(); answer; answer = left.pop()) {
        const response = await fetch(`http://127.0.0.1:${port}/api/chatkit`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...answer.headers },
          body: JSON.stringify({ type: 'items.list', params: { thread_id: answer.thread } }),
        });
        const { data } = (await response.json()) as { data: { type: string; content: { text: string }[] }[] };
        const stored = data.filter(({ type }) => type === 'assistant_message');
        if (stored.length !== 1 || stored[0]!.content[0]?.text !== answer.text) lost++;
      }
    }),
  );
  return lost;
}

const ms = (values: number[], part: number) => `${percentile(values, part).toFixed(part < 1 ? 1 : 0)} ms`;

const describe = (failures: Map<string, number>) =>
  `${[...failures.values()].reduce((sum, count) => sum + count, 0)} (${[...failures].map(([reason, count]) => `${reason}: ${count}`).join('; ')})`;
