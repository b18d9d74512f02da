import { Reader, textOf } from './reader.ts';
import { readAnswer } from './resuming-client.ts';
import type { Stage } from './stage.ts';
import { answerTo, type Plan } from './word-model.ts';

/** How a client comes back: follows the thread, or asks again with the same key. */
export type Return = 'stream' | 'key';

export type TakeoverReport = {
  trials: number;
  /** Readers whose stream ended without saying that the answer was interrupted. */
  endedSilently: string[];
  /** Answers of which the reader, or the thread, has something else in the end than the beginning that was shown. */
  wrong: string[];
  /** How long before the kill the first word that is missing was shown, in milliseconds; an entry for each reader. */
  missingMs: number[];
};

const plan: Plan = { words: 600, paceMs: 8 };
const patienceMs = 60_000;

/**
 * Kills a process that writes two answers, and comes back to the other process at once, for one by following the thread, for
 * the other by asking again: the stream must say `run.interrupted` behind the text so far.
 */
export async function resumeAfterKill(
  stage: Stage,
  { trials }: { trials: number },
): Promise<Record<Return, TakeoverReport>> {
  const newReport = (): TakeoverReport => ({ trials, endedSilently: [], wrong: [], missingMs: [] });
  const reports = { stream: newReport(), key: newReport() };
  const [writing, other] = stage.servers as [Stage['servers'][number], Stage['servers'][number]];
  for (let trial = 0; trial < trials; trial++) {
    const killAt = 0.15 + 0.4 * Math.random();
    let killedAt = 0;
    const killWhenBothSpeak = () => {
      if (killedAt || Object.values(readers).some(({ progress }) => progress < killAt)) return;
      killedAt = performance.now();
      writing.signal('SIGKILL');
    };
    const newReader = () => new Reader(answerTo(plan), killWhenBothSpeak);
    const readers: Record<Return, Reader> = { stream: newReader(), key: newReader() };
    const read = (by: Return) =>
      readAnswer(readers[by], {
        token: stage.token,
        server: () => (killedAt ? other.url : writing.url),
        request: stage.request(plan),
        asksAgain: () => by === 'key',
        signal: AbortSignal.timeout(patienceMs),
      });
    await Promise.all([read('stream'), read('key')]);
    for (const by of ['stream', 'key'] as const) await check(stage, readers[by], killedAt, reports[by]);
    await writing.end();
    await writing.start();
  }
  return reports;
}

async function check(stage: Stage, reader: Reader, killedAt: number, report: TakeoverReport): Promise<void> {
  const kept = (await stage.items(stage.servers[1]!, reader.threadId)).map(textOf).join('');
  const name = `${reader.threadId}: ${kept.length} characters kept`;
  if (!reader.errors.includes('run.interrupted')) report.endedSilently.push(`${name}, ${reader.errors}`);
  if (reader.text !== kept || !answerTo(plan).startsWith(kept) || reader.faults.length > 0)
    report.wrong.push(`${name}, ${reader.text.length} on the screen ${reader.faults[0] ?? ''}`);
  report.missingMs.push(missingMs(reader, kept, killedAt));
}

/** How long before `endAt` the first of what is not kept was shown; 0 when all that was shown is kept. */
export const missingMs = (reader: Reader, kept: string, endAt: number): number =>
  Math.max(0, Math.round(endAt - (reader.shownBeyond(kept.length) ?? endAt)));
