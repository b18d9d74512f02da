import { spawnSync } from 'node:child_process';
import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './processes.ts';

/** What npm reads of a checkout before anything is installed: the lockfile, its settings, and every workspace's manifest. */
export function copyManifests(to: string): void {
  const files = [
    'package.json',
    'package-lock.json',
    '.npmrc',
    ...globSync('{apps,packages}/*/package.json', { cwd: repository }),
  ];
  for (const file of files) cpSync(join(repository, file), join(to, file));
}

/** Runs npm in `directory` as on a stranger's machine: no settings but the folder's own, and without the network. */
export function npm(directory: string, ...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--offline', '--ignore-scripts'], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: directory },
  });
  return { code: status, output: stdout + stderr };
}
