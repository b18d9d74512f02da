import { setTimeout as sleep } from 'node:timers/promises';
import { Reader } from './reader.ts';
import { readAnswer } from './resuming-client.ts';
import type { ServerProcess } from './server-process.ts';
import type { Stage } from './stage.ts';
import { answerTo, type Plan } from './word-model.ts';

export type FrozenReport = {
  /** When the other process could answer in the thread, in milliseconds after the first stood still; null when not at all. */
  takenOverMs: number | null;
  /** What is wrong in the thread afterwards, a line each. */
  wrong: string[];
};

const plan: Plan = { words: 200, paceMs: 20 };
const second: Plan = { words: 30, paceMs: 5 };
const patienceMs = 30_000;
/** By then the other process considers the first dead, on any machine. */
const verdictMs = 90_000;
/** What a process that is thawed still writes, it writes by then: its answer came to an end meanwhile. */
const lateMs = 2500;

/**
 * The process that writes an answer stands still (SIGSTOP) for so long at least. Another answers in the thread meanwhile; what the
 * first still has to write when it goes on is refused.
 */
export async function freezeProcess(stage: Stage, { frozenMs }: { frozenMs: number }): Promise<FrozenReport> {
  const { token } = stage;
  const [frozen, other] = stage.servers as [ServerProcess, ServerProcess];
  const report: FrozenReport = { takenOverMs: null, wrong: [] };
  let frozenAt = 0;
  const reader = new Reader(answerTo(plan), ({ progress }) => {
    if (frozenAt || progress < 0.4) return;
    frozenAt = performance.now();
    frozen.signal('SIGSTOP');
  });
  const giveUp = new AbortController();
  const reading = readAnswer(reader, {
    token,
    server: () => frozen.url,
    request: stage.request(plan),
    signal: giveUp.signal,
  });
  while (!frozenAt) await sleep(10);

  while (report.takenOverMs === null && performance.now() < frozenAt + Math.max(frozenMs, verdictMs)) {
    const answer = new Reader(answerTo(second));
    const request = stage.request(second, reader.threadId);
    const asked = performance.now();
    const refused = await readAnswer(answer, {
      token,
      server: () => other.url,
      request,
      signal: AbortSignal.timeout(patienceMs),
    }).then(
      () => !answer.isWhole,
      () => true,
    );
    if (!refused) report.takenOverMs = Math.round(asked - frozenAt);
    else await sleep(500);
  }
  const logOf = async () => (report.takenOverMs === null ? [] : stage.log(other, reader.threadId));
  const tell = async () => JSON.stringify([await stage.items(other, reader.threadId), await logOf()]);
  const before = await tell();
  await sleep(Math.max(0, frozenAt + frozenMs - performance.now()));
  frozen.signal('SIGCONT');
  await sleep(lateMs);
  giveUp.abort();
  await reading;
  if (report.takenOverMs === null) {
    report.wrong.push('nobody else could answer');
    return report;
  }
  if ((await tell()) !== before) report.wrong.push('the thread was changed by the process that had stood still');
  const log = await logOf();
  const runs = log.flatMap(({ state }) => state ?? []).join();
  if (runs !== 'started,interrupted,started,done') report.wrong.push(`runs: ${runs}`);
  if (new Set(log.map(({ n }) => n)).size < log.length) report.wrong.push('an event is there twice');
  if (reader.faults.length > 0) report.wrong.push(reader.faults[0]!);
  return report;
}
