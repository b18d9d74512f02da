import { setTimeout as sleep } from 'node:timers/promises';
import { Reader, textOf } from './reader.ts';
import { readAnswer } from './resuming-client.ts';
import type { Stage } from './stage.ts';
import { answerTo, type Plan } from './word-model.ts';

export type OutageReport = {
  trials: number;
  /** Answers of which the reader, the item or a later reader does not have the whole text. */
  incomplete: string[];
  /** Threads in which a second answer began while the first was in progress. */
  overtaken: string[];
};

const patienceMs = 60_000;

/** Takes the database away in the last quarter of a second of an answer, and brings it back so many milliseconds later. */
export async function endWithoutDatabase(
  stage: Stage,
  { trials, awayMs = 2500 }: { trials: number; awayMs?: number },
): Promise<OutageReport> {
  const plan: Plan = { words: 60, paceMs: 20 };
  const report: OutageReport = { trials, incomplete: [], overtaken: [] };
  for (let trial = 0; trial < trials; trial++) {
    const leaveAt = 0.8 + 0.2 * Math.random();
    let away: Promise<void> | undefined;
    const reader = new Reader(answerTo(plan), ({ progress }) => {
      if (progress >= leaveAt) away ??= outage(stage, awayMs);
    });
    await readAnswer(reader, {
      token: stage.token,
      server: () => stage.servers[0]!.url,
      request: stage.request(plan),
      signal: AbortSignal.timeout(patienceMs),
    });
    await away;
    await stage.allReady();
    await checkWhole(stage, reader, plan, report);
  }
  return report;
}

/**
 * Restarts the database in the middle of an answer, while a client keeps sending messages to the same thread at the other
 * process. The answer must continue, and no other answer may begin before its end.
 */
export async function restartDatabaseInMidAnswer(stage: Stage, { trials }: { trials: number }): Promise<OutageReport> {
  const plan: Plan = { words: 200, paceMs: 20 };
  const report: OutageReport = { trials, incomplete: [], overtaken: [] };
  const { servers, token } = stage;
  for (let trial = 0; trial < trials; trial++) {
    const leaveAt = 0.15 + 0.4 * Math.random();
    let away: Promise<void> | undefined;
    let intruding: Promise<void> | undefined;
    const intrude = async () => {
      while (reader.progress < 0.9 && reader.errors.length === 0) {
        const { body } = stage.request({ words: 3, paceMs: 1 }, reader.threadId);
        await (await stage.post(servers[1]!, body)).text();
        await sleep(100);
      }
    };
    const reader = new Reader(answerTo(plan), ({ progress }) => {
      intruding ??= intrude();
      if (progress >= leaveAt) away ??= outage(stage, 0);
    });
    await readAnswer(reader, {
      token,
      server: () => servers[0]!.url,
      request: stage.request(plan),
      signal: AbortSignal.timeout(patienceMs),
    });
    await Promise.all([away, intruding]);
    await stage.allReady();
    const log = await stage.log(servers[1]!, reader.threadId);
    const runs = log.flatMap(({ state }) => state ?? []);
    if (runs[0] !== 'started' || runs[1] !== 'done') report.overtaken.push(`${reader.threadId}: ${runs}`);
    await checkWhole(stage, reader, plan, report);
  }
  return report;
}

async function outage({ database }: Stage, awayMs: number): Promise<void> {
  await database.stop();
  await sleep(awayMs);
  await database.start();
}

/** Whether the text is whole for its reader, in the log, and for a later reader. */
async function checkWhole(stage: Stage, reader: Reader, plan: Plan, report: OutageReport): Promise<void> {
  const later = new Reader(answerTo(plan));
  later.threadId = reader.threadId;
  const server = stage.servers.at(-1)!;
  await readAnswer(later, {
    token: stage.token,
    server: () => server.url,
    signal: AbortSignal.timeout(patienceMs),
  });
  const items = await stage.items(server, reader.threadId);
  const stored = items.map(textOf).find((text) => text !== '') ?? '';
  const has = {
    reader: reader.isWhole,
    item: stored === answerTo(plan),
    // Somebody may have asked once more by then, so that this answer is not the last.
    later: [...later.done.values()].includes(answerTo(plan)),
  };
  if (has.reader && has.item && has.later && reader.faults.length === 0) return;
  report.incomplete.push(`${reader.threadId}: ${JSON.stringify(has)} ${reader.errors} ${reader.faults[0] ?? ''}`);
}
