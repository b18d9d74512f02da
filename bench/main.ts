/**
 * `npm run bench [-- name …]`: the figures that are promised, measured here and now. Both sides of every ratio run in the
 * same minutes on the same machine; a figure alone says little on a machine that others use. With `--times N`, what happens
 * by chance (kills, resumes, outages) is tried so often.
 */
import { parseArgs } from 'node:util';
import { benchCrash } from './crash.ts';
import { benchElement } from './element.ts';
import { benchFanOut } from './fan-out.ts';
import { benchFollowers } from './followers.ts';
import { benchMigration } from './migration.ts';
import { benchModelPath, benchRelay } from './model-path.ts';
import { benchPaced } from './paced.ts';
import { benchRows } from './rows.ts';
import { benchStart } from './start.ts';
import { benchStreams } from './streams.ts';
import { benchThreadSize } from './thread-size.ts';
import { benchFreeze, benchLarge, benchOutages, benchRedis, benchResume, benchTakeover } from './unfinished-answer.ts';

const print = (line: string) => console.log(line);

const all: Record<string, (print: (line: string) => void, times?: number) => Promise<void>> = {
  start: benchStart,
  streams: benchStreams,
  model: benchModelPath,
  relay: benchRelay,
  thread: benchThreadSize,
  paced: benchPaced,
  'fan-out': benchFanOut,
  followers: benchFollowers,
  element: (print) => benchElement(print),
  migration: benchMigration,
  crash: benchCrash,
  resume: benchResume,
  outages: benchOutages,
  takeover: benchTakeover,
  large: benchLarge,
  redis: benchRedis,
  freeze: benchFreeze,
  rows: benchRows,
};

const { positionals: wanted, values } = parseArgs({ allowPositionals: true, options: { times: { type: 'string' } } });
const times = values.times === undefined ? undefined : Number(values.times);
const unknown = wanted.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) {
  console.error(`No bench is named ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}.`);
  process.exit(1);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(all)) await all[name]!(print, times);
