/**
 * The Node versions that the published packages promise to run on. `node tools/older-nodes.ts` (`npm test` does it)
 * installs those that the machine does not have below node_modules/.cache, and says which cannot be had here.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const older = [20, 22];

const folderOf = (major: number) => path.join(root, 'node_modules/.cache/nodes', String(major));
const binaryOf = (major: number) =>
  path.join(folderOf(major), `node_modules/node-${process.platform}-${process.arch}/bin/node`);

/** Every version that can be run here: the one of this process, and the older ones that were installed. */
export function installedNodes(): { major: number; binary: string }[] {
  const found = older.filter((major) => existsSync(binaryOf(major)));
  const here = { major: Number.parseInt(process.versions.node, 10), binary: process.execPath };
  return [...found.map((major) => ({ major, binary: binaryOf(major) })), here];
}

function installOlderNodes(): void {
  for (const major of older.filter((one) => !existsSync(binaryOf(one)))) {
    mkdirSync(folderOf(major), { recursive: true });
    const name = `node-${process.platform}-${process.arch}@${major}`;
    try {
      execFileSync('npm', ['install', '--prefix', folderOf(major), '--no-save', '--ignore-scripts', name], {
        stdio: 'ignore',
        timeout: 120_000,
        shell: process.platform === 'win32',
      });
    } catch {
      console.log(`Node ${major} cannot be installed here (${name}): the packages are not tried on it.`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installOlderNodes();
