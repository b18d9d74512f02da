import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hasRedis } from '../../apps/server/src/platform/redis/testing.ts';
import { crash } from './crash.ts';
import { startStage } from './stage.ts';

// `npm run bench -- crash` does it two hundred times, and is strict about the last quarter of a second.
const directory = mkdtempSync(path.join(tmpdir(), 'causerie-crash-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A machine that does ten things at once saves late: the bench asks for 250 ms. */
const missableMs = 2500;

it.each([
  ['embedded', 1],
  ['external', 2],
] as const)(
  'loses and doubles nothing when server, database or both are killed in mid-stream: %s database, processes: %i',
  async (database, processes) => {
    if (processes === 2 && !hasRedis) return;
    const stage = await startStage({ dataDir: path.join(directory, database), processes, database });
    try {
      for (const target of ['server', 'database', 'both'] as const) {
        const report = await crash(stage, { rounds: 1, target });
        expect(report, target).toMatchObject({ lost: [], doubled: [], dishonest: [], broken: [] });
        expect(Math.max(0, ...report.missingMs)).toBeLessThan(missableMs);
      }
    } finally {
      await stage.close();
    }
  },
  120_000,
);
