import { setTimeout as sleep } from 'node:timers/promises';
import { Reader, textOf } from './reader.ts';
import { readAnswer } from './resuming-client.ts';
import type { Stage } from './stage.ts';
import { missingMs } from './takeovers.ts';
import { answerTo, type Plan } from './word-model.ts';

/** What is killed: a process of the server, the database, or both at once. */
export type Target = 'server' | 'database' | 'both';

export type CrashReport = {
  rounds: number;
  /** How many items clients received as done. */
  done: number;
  /** Answers that were cut off by a kill. */
  cut: number;
  lost: string[];
  doubled: string[];
  /** Threads whose cut answer was neither kept nor called interrupted. */
  dishonest: string[];
  /** Of each cut answer: how long before the kill the first word that is missing was shown, in milliseconds. */
  missingMs: number[];
  /** Answers of processes that lived on, and are not whole all the same. */
  broken: string[];
};

/** Long enough to be cut in the middle, short enough that some end. */
const plan: Plan = { words: 100, burst: 2, paceMs: 14 };
const clients = 4;
const patienceMs = 60_000;

type OpenAnswer = { reader: Reader; server: number };

/**
 * Kills with SIGKILL in mid-stream at random moments, again and again on the same data, and checks each time that everything a
 * client received is stored once. Clients come back as soon as they can: to the same process, or to the other one.
 * Rejects when a start fails.
 */
export async function crash(stage: Stage, options: { rounds: number; target: Target }): Promise<CrashReport> {
  const { servers } = stage;
  const report: CrashReport = {
    ...{ rounds: options.rounds, done: 0, cut: 0, lost: [], doubled: [], dishonest: [], missingMs: [], broken: [] },
  };
  for (let round = 0; round < options.rounds; round++) {
    let killed: { at: number; server: number | null } | undefined;
    const open: OpenAnswer[] = [];
    /** The server that a client uses: its own, unless that one is dead and there is another. */
    const serverOf = (own: number) => servers[killed?.server === own ? (own + 1) % servers.length : own]!.url;
    const talk = async (server: number) => {
      while (!killed) {
        const reader = new Reader(answerTo(plan));
        open.push({ reader, server });
        await readAnswer(reader, {
          token: stage.token,
          server: () => serverOf(server),
          request: stage.request(plan),
          signal: AbortSignal.timeout(patienceMs),
        });
      }
    };
    const talking = Promise.all(Array.from({ length: clients }, (_, client) => talk(client % servers.length)));
    // A process that has just been started loads what it answers with; nothing is in mid-stream before.
    while (open.some(({ reader }) => reader.text === '')) await sleep(10);
    await sleep(Math.random() * 1000);
    const victim = options.target === 'database' ? null : Math.floor(Math.random() * servers.length);
    // Noted before the kill: finding the processes of a database takes a moment, in which no client gets new text.
    const at = performance.now();
    const ending = victim === null ? undefined : servers[victim]!.end();
    if (options.target !== 'server') stage.database.kill();
    killed = { at, server: victim };
    await ending;
    if (victim !== null) await servers[victim]!.start();
    await talking;
    await stage.allReady();
    for (const answer of open) await check(stage, answer, killed, report);
  }
  return report;
}

async function check(
  stage: Stage,
  { reader, server }: OpenAnswer,
  killed: { at: number; server: number | null },
  report: CrashReport,
): Promise<void> {
  const { threadId } = reader;
  if (threadId === '') {
    report.dishonest.push(`no answer to a request: ${reader.errors} ${reader.faults}`);
    return;
  }
  const items = await stage.items(stage.servers.at(-1)!, threadId);
  const ids = items.map(({ id }) => id);
  const ofType = (wanted: string) => items.filter(({ type }) => type === wanted);
  if (new Set(ids).size < ids.length || ofType('user_message').length > 1 || ofType('assistant_message').length > 1)
    report.doubled.push(threadId);
  report.done += reader.done.size;
  for (const [id, text] of reader.done) {
    const found = items.find((item) => item.id === id);
    if (!found || textOf(found) !== text) report.lost.push(`${threadId} ${id}`);
  }
  const kept = items.map(textOf).join('');
  if (reader.isWhole && kept === reader.text) return;
  const name = `${threadId}: ${kept.length} characters kept, ${reader.text.length} shown, ${reader.errors} ${reader.faults}`;
  report.cut++;
  // The client received no text and an error, so the person sends the message again.
  if (reader.shown.length === 0 && kept === '' && reader.errors.length > 0) return;
  if (killed.server !== server) {
    report.broken.push(name);
    return;
  }
  report.missingMs.push(missingMs(reader, kept, killed.at));
  const isHonest =
    reader.errors.includes('run.interrupted') &&
    reader.faults.length === 0 &&
    reader.text.startsWith(kept) &&
    answerTo(plan).startsWith(kept);
  if (!isHonest) report.dishonest.push(name);
}
