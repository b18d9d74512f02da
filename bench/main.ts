/**
 * `npm run bench [-- name …]`: the figures that are promised, measured here and now. Both sides of every ratio run in the
 * same minutes on the same machine; a figure alone says little on a machine that others use.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crash } from '../tools/crash/crash.ts';
import { benchElement } from './element.ts';
import { benchModelPath, benchRelay } from './model-path.ts';
import { benchPaced } from './paced.ts';
import { benchStart } from './start.ts';
import { benchStreams } from './streams.ts';
import { benchThreadSize } from './thread-size.ts';

const print = (line: string) => console.log(line);

async function benchCrash(): Promise<void> {
  const { startExternal } = await import('../apps/server/src/platform/database/testing/external.ts');
  for (const kind of ['embedded', 'external']) {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'causerie-crash-'));
    const external = kind === 'external' ? await startExternal(path.join(dataDir, 'external')) : null;
    try {
      const report = await crash({ rounds: 50, dataDir, databaseUrl: external?.url });
      print(
        `kill -9 ×50, ${kind} database: ${report.told} items told, ${report.cut} answers cut; ` +
          `lost ${report.lost.length}, doubled ${report.doubled.length}, dishonest ${report.dishonest.length} (goal 0, 0, 0)`,
      );
    } finally {
      await external?.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

const all: Record<string, (print: (line: string) => void) => Promise<void>> = {
  start: benchStart,
  streams: benchStreams,
  model: benchModelPath,
  relay: benchRelay,
  thread: benchThreadSize,
  paced: benchPaced,
  element: (print) => benchElement(print),
  crash: benchCrash,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  console.error(`No bench is named ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}.`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(all)) await all[name]!(print);
