import { Reader } from './reader.ts';
import { readAnswer } from './resuming-client.ts';
import type { Stage } from './stage.ts';
import { answerTo, type Plan } from './word-model.ts';

export type ResumeReport = {
  answers: number;
  /** How often a client dropped its connection and came back. */
  resumes: number;
  /** Connections in which something was shown that the model did not say: words repeated, or missing. */
  garbled: number;
  /** The first thing wrong, of each reader that was shown one. */
  faults: string[];
  /** Readers that did not have the whole text in the end. */
  incomplete: string[];
};

/** As fast as models are, and in bursts, so that deltas wait at every place where they can. */
const plan: Plan = { words: 800, burst: 3, paceMs: 2 };
/** Answers at a time: a server with one thing to do has nothing waiting anywhere. */
const width = 4;
/** An answer takes a second; a reader without its end by then never gets it. */
const patienceMs = 30_000;

/**
 * Asks, drops the connection at random bytes, comes back and compares what is on the screen with the model's text after
 * every event, until so many resumes were made. Comes back as a client may: by the number of its last event or by the key of
 * its request, to whichever process. With `second`, another person's eyes follow the same answer all along, at the last process.
 */
export async function resumeOften(stage: Stage, options: { resumes: number; second: boolean }): Promise<ResumeReport> {
  const report: ResumeReport = { answers: 0, resumes: 0, garbled: 0, faults: [], incomplete: [] };
  const { servers, token } = stage;
  const judge = (name: string, reader: Reader, garbled: number) => {
    report.garbled += garbled;
    if (reader.faults.length > 0) report.faults.push(`${name}: ${reader.faults[0]}`);
    if (!reader.isWhole)
      report.incomplete.push(
        `${name}: ${reader.threadId}, ${reader.text.length} characters, event ${reader.lastEvent}, ${reader.runs} ${reader.errors}`,
      );
  };
  const readOne = async () => {
    const signal = AbortSignal.timeout(patienceMs);
    const second = new Reader(answerTo(plan));
    let following: ReturnType<typeof readAnswer> | undefined;
    const reader = new Reader(answerTo(plan), () => {
      if (following || !options.second) return;
      second.threadId = reader.threadId;
      following = readAnswer(second, { token, signal, server: () => servers.at(-1)!.url });
    });
    const { drops, garbled } = await readAnswer(reader, {
      token,
      signal,
      server: () => servers[Math.floor(Math.random() * servers.length)]!.url,
      request: stage.request(plan),
      // From one byte to 64 KB, small ones as often as large ones: the whole answer, told in one event, has 8.
      dropAfter: () => Math.floor(2 ** (16 * Math.random())),
      asksAgain: () => Math.random() < 0.25,
    });
    report.answers++;
    report.resumes += drops;
    judge('who comes and goes', reader, garbled);
    if (following) judge('who stays', second, (await following).garbled);
  };
  const readOnAndOn = async () => {
    while (report.resumes < options.resumes) await readOne();
  };
  await Promise.all(Array.from({ length: width }, readOnAndOn));
  return report;
}
