import { setTimeout as sleep } from 'node:timers/promises';
import { Reader } from './reader.ts';
import { readAnswer } from './resuming-client.ts';
import type { ServerProcess } from './server-process.ts';
import type { Stage } from './stage.ts';
import { answerTo, type Plan } from './word-model.ts';

export type RedisReport = {
  /** How late followers at the other process saw the text at most, in milliseconds, by when they came. */
  latestMs: Record<string, number>;
  /** Followers who were shown something else than the model said, or did not have the whole text in the end. */
  wrong: string[];
  /** How long Stop at the other process took while Redis was away. */
  stopMs: number;
  stopped: string;
};

const plan: Plan = { words: 600, burst: 2, paceMs: 20 };
const awayMs = 2500;
const patienceMs = 60_000;

/** Redis dies in the middle of an answer and comes back, while people at the other process follow the answer. */
export async function loseRedis(stage: Stage): Promise<RedisReport> {
  const report: RedisReport = { latestMs: {}, wrong: [], stopMs: 0, stopped: '' };
  const { token } = stage;
  const redis = stage.redis!;
  const [here, there] = stage.servers as [ServerProcess, ServerProcess];
  const ask = (reader: Reader) =>
    readAnswer(reader, {
      token,
      server: () => here.url,
      request: stage.request(plan),
      signal: AbortSignal.timeout(patienceMs),
    });
  const firstWords = async (reader: Reader) => {
    while (reader.text === '') await sleep(10);
  };

  const asker = new Reader(answerTo(plan));
  const asking = ask(asker);
  await firstWords(asker);
  const followers: Promise<void>[] = [];
  const follow = (name: string) => {
    const reader = new Reader(answerTo(plan));
    reader.threadId = asker.threadId;
    const came = performance.now();
    const reading = readAnswer(reader, { token, server: () => there.url, signal: AbortSignal.timeout(patienceMs) });
    followers.push(
      reading.then(() => {
        report.latestMs[name] = latestMs(asker, reader, came);
        if (!reader.isWhole || reader.faults.length > 0)
          report.wrong.push(`${name}: ${reader.text.length} characters ${reader.faults[0] ?? ''}`);
      }),
    );
  };
  follow('before');
  await sleep(500);
  await redis.kill();
  await sleep(awayMs / 2);
  follow('while Redis is away');
  await sleep(awayMs / 2);
  await redis.start();
  follow('when Redis is just back');
  await asking;
  await Promise.all(followers);

  await stage.allReady();
  await redis.kill();
  const stopped = new Reader(answerTo(plan));
  const reading = ask(stopped);
  await firstWords(stopped);
  await sleep(300);
  const asked = performance.now();
  const url = `${there.url}/api/chatkit/threads/${stopped.threadId}/stop`;
  await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  await reading;
  report.stopMs = Math.round(performance.now() - asked);
  report.stopped = (await stage.log(there, stopped.threadId)).findLast(({ state }) => state)?.state ?? '';
  await redis.start();
  await stage.allReady();
  return report;
}

/** For all that the asker was shown since the follower came: how much later, at most, the follower was. */
function latestMs(asker: Reader, follower: Reader, came: number): number {
  let latest = 0;
  for (const { at, length } of asker.shown) {
    const seen = follower.shownBeyond(length - 1) ?? Number.POSITIVE_INFINITY;
    latest = Math.max(latest, seen - Math.max(at, came));
  }
  return Math.round(latest);
}
