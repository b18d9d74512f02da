import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crash } from '../tools/crash/crash.ts';
import { startStage } from '../tools/crash/stage.ts';

const targets = ['server', 'database', 'both'] as const;
const stages = (['embedded', 'external'] as const).flatMap((database) =>
  ([1, 2] as const).map((processes) => ({ database, processes })),
);

/** So many kills in all: of server, database and both, on either database, with one and two processes. */
export async function benchCrash(print: (line: string) => void, times = 204): Promise<void> {
  const rounds = Math.ceil(times / stages.length / targets.length);
  for (const { database, processes } of stages) {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'causerie-crash-'));
    const stage = await startStage({ dataDir, database, processes });
    try {
      for (const target of targets) {
        const report = await crash(stage, { rounds, target });
        const { lost, doubled, dishonest, broken } = report;
        const late = report.missingMs.filter((ms) => ms > 250);
        print(
          `kill -9 ×${rounds} of ${target}, ${database} database, processes: ${processes}: ${report.done} items done, ` +
            `${report.cut} answers cut; lost ${lost.length}, doubled ${doubled.length}, dishonest ${dishonest.length}, ` +
            `not whole though their server lived ${broken.length} (goal 0, 0, 0, 0); missing of what was shown: at most ` +
            `the last ${Math.max(0, ...report.missingMs)} ms, over 250 ms ${late.length} times (goal 0)`,
        );
        for (const fault of [...lost, ...doubled, ...dishonest, ...broken].slice(0, 5)) print(`  ${fault}`);
      }
    } finally {
      await stage.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}
