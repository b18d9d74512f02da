import { Reader } from './reader.ts';
import { type Reading, readAnswer } from './resuming-client.ts';
import type { Stage } from './stage.ts';
import { answerTo, type Plan } from './word-model.ts';

/** 1.7 million characters in thirty deltas. */
const plan: Plan = { words: 150_000, inDelta: 5000, paceMs: 60 };
const patienceMs = 60_000;

export type LargeReport = {
  characters: number;
  /** Who did not have it whole in the end, or at some moment something else. */
  incomplete: string[];
};

/** An answer of more than a megabyte, read in every way there is, by clients at both processes. */
export async function readLargeAnswer(stage: Stage): Promise<LargeReport> {
  const expected = answerTo(plan);
  const report: LargeReport = { characters: expected.length, incomplete: [] };
  const [here, there] = stage.servers as [Stage['servers'][number], Stage['servers'][number]];
  const request = stage.request(plan);
  const read = async (name: string, threadId: string, reading: Partial<Reading>, given?: Reader) => {
    const reader = given ?? new Reader(expected);
    reader.threadId = threadId;
    const signal = AbortSignal.timeout(patienceMs);
    await readAnswer(reader, { token: stage.token, server: () => here.url, signal, ...reading }).catch((error: Error) =>
      reader.faults.push(error.message),
    );
    if (reader.isWhole && reader.faults.length === 0 && reader.errors.length === 0) return;
    const { length } = reader.text;
    report.incomplete.push(`${name}: ${length} characters ${reader.errors} ${reader.faults[0] ?? ''}`);
  };
  const server = () => there.url;
  const dropAfter = () => Math.floor(2 ** (24 * Math.random()));
  const meanwhile: Promise<void>[] = [];
  const asker = new Reader(expected, ({ threadId, progress }) => {
    if (meanwhile.length === 0) meanwhile.push(read('follows at the other process', threadId, { server }));
    if (meanwhile.length > 1 || progress < 0.6) return;
    meanwhile.push(
      read('comes in the middle', threadId, { server }),
      read('comes and goes', threadId, { server, dropAfter }),
      read('asks again in the middle', threadId, { request }),
      read('asks again at the other process', threadId, { server, request }),
    );
  });
  await read('asks', '', { request }, asker);
  await Promise.all(meanwhile);
  await read('comes afterwards', asker.threadId, { server });
  await read('asks again afterwards', asker.threadId, { server, request });
  return report;
}
