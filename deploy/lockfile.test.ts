import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { copyManifests, npm } from './testing/npm.ts';
import { repository } from './testing/processes.ts';

// The first commands of a new user. npm itself checks the lockfile; nothing is installed or downloaded, since the lockfile
// must contain everything that these commands need.

type Lockfile = {
  packages: Record<string, { optionalDependencies?: Record<string, string>; engines?: Record<string, string> }>;
};
const read = (directory: string) => readFileSync(join(directory, 'package-lock.json'), 'utf8');

const made: string[] = [];
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'causerie-lockfile-'));
  made.push(checkout);
  copyManifests(checkout);
});
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

it('holds the build of every platform that it names', () => {
  // npm leaves out what an installed node_modules lacks, and `npm ci` then refuses on the machines that would need it.
  const { packages } = JSON.parse(read(repository)) as Lockfile;
  const holds = (from: string, name: string): boolean => {
    if (packages[join(from, 'node_modules', name)]) return true;
    return (
      from !== '' &&
      holds(from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : '', name)
    );
  };
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !holds(from, name)),
  );
  expect(missing).toEqual([]);
});

it('npm ci takes it', () => {
  expect(npm(checkout, 'ci', '--dry-run')).toMatchObject({ code: 0 });
});

it('npm install leaves it as it is', () => {
  expect(npm(checkout, 'install', '--package-lock-only')).toMatchObject({ code: 0 });
  expect(read(checkout)).toBe(read(repository));
});

it('a package for another Node version prints no page of warnings', () => {
  const lockfile = JSON.parse(read(checkout)) as Lockfile;
  lockfile.packages['node_modules/fastify']!.engines = { node: '>=999' };
  writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify(lockfile));
  const { code, output } = npm(checkout, 'ci', '--dry-run');
  expect(code).toBe(0);
  expect(output).not.toMatch(/EBADENGINE/);
});
