import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endWithoutDatabase, restartDatabaseInMidAnswer } from '../tools/crash/database-outages.ts';
import { freezeProcess } from '../tools/crash/frozen-process.ts';
import { readLargeAnswer } from '../tools/crash/large-answer.ts';
import { loseRedis } from '../tools/crash/redis-outages.ts';
import { resumeOften } from '../tools/crash/resumes.ts';
import { type Stage, startStage } from '../tools/crash/stage.ts';
import { resumeAfterKill } from '../tools/crash/takeovers.ts';

type Print = (line: string) => void;

/** Clients that drop the connection at any byte and come back: alone and with another reader, on one process and on two. */
export async function benchResume(print: Print, times = 500): Promise<void> {
  for (const processes of [1, 2]) {
    await onStage(processes, async (stage) => {
      for (const second of [false, true]) {
        const report = await resumeOften(stage, { resumes: Math.ceil(times / 4), second });
        print(
          `${report.resumes} resumes of ${report.answers} answers, ${second ? 'with a second reader' : 'alone'}, ` +
            `processes: ${processes}: garbled ${report.garbled}, not whole in the end ${report.incomplete.length} (goal 0, 0)`,
        );
        printSome(print, [...report.faults, ...report.incomplete]);
      }
    });
  }
}

/** The database away as answers end, and restarted in the middle of others. */
export async function benchOutages(print: Print, times?: number): Promise<void> {
  await onStage(2, async (stage) => {
    const ended = await endWithoutDatabase(stage, { trials: times ?? 16 });
    print(`database away as an answer ends ×${ended.trials}: text lost ${ended.incomplete.length} (goal 0)`);
    printSome(print, ended.incomplete);
    const restarted = await restartDatabaseInMidAnswer(stage, { trials: times ?? 24 });
    print(
      `database restarted in mid-answer ×${restarted.trials}: a second answer began ${restarted.overtaken.length} times, ` +
        `text lost ${restarted.incomplete.length} (goal 0, 0)`,
    );
    printSome(print, [...restarted.overtaken, ...restarted.incomplete]);
  });
}

/** The process with the answer killed, and its reader at the other one at once. */
export async function benchTakeover(print: Print, times = 24): Promise<void> {
  await onStage(2, async (stage) => {
    for (const [by, report] of Object.entries(await resumeAfterKill(stage, { trials: times }))) {
      const { trials, endedSilently, wrong, missingMs } = report;
      print(
        `killed and resumed at the other process by ${by} ×${trials}: not told of it ${endedSilently.length}, other text than was ` +
          `shown ${wrong.length} (goal 0, 0); missing at most the last ${Math.max(...missingMs)} ms (goal 250)`,
      );
      printSome(print, [...endedSilently, ...wrong]);
    }
  });
}

/** An answer of a million and a half characters. */
export async function benchLarge(print: Print): Promise<void> {
  await onStage(2, async (stage) => {
    const { characters, incomplete } = await readLargeAnswer(stage);
    print(`an answer of ${characters} characters: ${incomplete.length} of 8 readers did not have it whole (goal 0)`);
    printSome(print, incomplete);
  });
}

/** Redis away and back in mid-answer, with followers at the other process. */
export async function benchRedis(print: Print, times = 5): Promise<void> {
  await onStage(2, async (stage) => {
    for (let trial = 0; trial < times; trial++) {
      const { latestMs, wrong, stopMs, stopped } = await loseRedis(stage);
      const lateness = Object.entries(latestMs).map(([name, ms]) => `${name} ${ms} ms`);
      print(
        `Redis away: followers elsewhere late by at most: came ${lateness.join(', ')} (goal < 2000); wrong ${wrong.length} (goal 0)`,
      );
      print(`Stop at the other process while Redis is away: ${stopped} after ${stopMs} ms (goal < 2000)`);
      printSome(print, wrong);
    }
  });
}

/** A process that stands still for a minute in the middle of an answer. */
export async function benchFreeze(print: Print, times = 1): Promise<void> {
  await onStage(2, async (stage) => {
    for (let trial = 0; trial < times; trial++) {
      const { takenOverMs, wrong } = await freezeProcess(stage, { frozenMs: 60_000 });
      print(
        `process frozen for 60 s: another answers after ${takenOverMs} ms; wrong afterwards ${wrong.length} (goal 0)`,
      );
      printSome(print, wrong);
    }
  });
}

async function onStage(processes: number, work: (stage: Stage) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  const stage = await startStage({ dataDir, processes, database: 'external' });
  try {
    await work(stage);
  } finally {
    await stage.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const printSome = (print: Print, faults: string[]) => {
  for (const fault of faults.slice(0, 5)) print(`  ${fault}`);
};
