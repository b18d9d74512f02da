// `npm run vectors -- DIR` plays every recording below a folder and ends with `N passed, N failed`.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { playAgents } from './play-agents.ts';
import { playServer } from './play-server.ts';
import type { ServerVector } from './vector.ts';

// npm runs scripts from the root of the repository; a relative folder is resolved from where the command was typed.
const from = process.env.INIT_CWD ?? process.cwd();
const folder = resolve(from, process.argv[2] ?? 'packages/chatkit/vectors');
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
let passed = 0;
let failed = 0;
for (const name of files) {
  const faults = await play(join(folder, name));
  if (faults.length === 0) {
    passed++;
    continue;
  }
  failed++;
  console.log(`✗ ${relative(from, join(folder, name))}`);
  for (const fault of faults) console.log(`    ${fault.replaceAll('\n', '\n    ')}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || files.length === 0 ? 1 : 0;

async function play(path: string): Promise<string[]> {
  try {
    const vector: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof vector !== 'object' || vector === null) return ['not a recording'];
    if ('agent' in vector || 'upstream' in vector) return await playAgents(vector as Parameters<typeof playAgents>[0]);
    if ('steps' in vector) return await playServer(vector as ServerVector);
    return ['not a recording: it has neither `steps` nor `agent`'];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}
