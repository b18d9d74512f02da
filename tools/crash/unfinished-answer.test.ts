import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasRedis } from '../../apps/server/src/platform/redis/testing.ts';
import { endWithoutDatabase, restartDatabaseInMidAnswer } from './database-outages.ts';
import { type FrozenReport, freezeProcess } from './frozen-process.ts';
import { readLargeAnswer } from './large-answer.ts';
import { loseRedis } from './redis-outages.ts';
import { resumeOften } from './resumes.ts';
import { type Stage, startStage } from './stage.ts';
import { resumeAfterKill } from './takeovers.ts';

// Servers as they are run, PostgreSQL, Redis and a model over real HTTP, and clients that compare what they show with
// what the model said after every event. `npm run bench -- resume outages` does each as often as it takes to believe it.

const directory = mkdtempSync(path.join(tmpdir(), 'causerie-unfinished-'));
/** "Within two seconds", on a machine that does ten things at once. */
const promptMs = 5000;
/** Longer than it takes until a frozen process counts as dead. */
const frozenMs = 20_000;
let stage: Stage;
/** Of a third process, which stands still while the first proofs use the others: most of it is waiting. */
let freezing: Promise<FrozenReport>;

beforeAll(async () => {
  if (!hasRedis) return;
  const three = await startStage({ dataDir: directory, processes: 3, database: 'external' });
  stage = { ...three, servers: three.servers.slice(0, 2) };
  freezing = freezeProcess({ ...three, servers: three.servers.slice(1).reverse() }, { frozenMs });
  freezing.catch(() => {});
});
afterAll(async () => {
  await stage?.close();
  rmSync(directory, { recursive: true, force: true });
});

const proof = (name: string, prove: () => Promise<void>) => it.skipIf(!hasRedis)(name, { timeout: 150_000 }, prove);

proof('repeats and loses no word for a client that drops the connection at any byte and resumes', async () => {
  const alone = await resumeOften({ ...stage, servers: [stage.servers[0]!] }, { resumes: 40, second: false });
  expect(alone).toMatchObject({ garbled: 0, faults: [], incomplete: [] });
  expect(alone.resumes).toBeGreaterThanOrEqual(40);
  const inTwo = await resumeOften(stage, { resumes: 40, second: true });
  expect(inTwo).toMatchObject({ garbled: 0, faults: [], incomplete: [] });
});

proof('lets clients follow, resume and repeat an answer of more than a megabyte', async () => {
  const report = await readLargeAnswer(stage);
  expect(report.characters).toBeGreaterThan(1_500_000);
  expect(report.incomplete).toEqual([]);
});

proof('serves followers and Stop at the other process while Redis is away and just back', async () => {
  const report = await loseRedis(stage);
  expect(report.wrong).toEqual([]);
  for (const [name, ms] of Object.entries(report.latestMs)) expect(ms, name).toBeLessThan(promptMs);
  expect(report.stopped).toBe('stopped');
  expect(report.stopMs).toBeLessThan(promptMs);
});

proof('refuses the writes of a frozen process after another has answered in the thread', async () => {
  expect((await freezing).wrong).toEqual([]);
});

proof('keeps the whole text of an answer that ends while the database is away', async () => {
  expect(await endWithoutDatabase(stage, { trials: 1 })).toMatchObject({ incomplete: [] });
});

proof('continues an answer after a restart of the database, and lets no other answer begin', async () => {
  expect(await restartDatabaseInMidAnswer(stage, { trials: 1 })).toMatchObject({ incomplete: [], overtaken: [] });
});

proof('shows the interrupted answer of a killed process, with its text, at the other process at once', async () => {
  for (const [by, report] of Object.entries(await resumeAfterKill(stage, { trials: 1 }))) {
    expect(report, by).toMatchObject({ endedSilently: [], wrong: [] });
    expect(Math.max(...report.missingMs)).toBeLessThan(promptMs);
  }
});
