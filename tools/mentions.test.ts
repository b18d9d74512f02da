import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

// What a page names is there: files, folders, links, and the functions of the page that follows one message.

const root = path.resolve(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && existsSync(path.join(root, file)));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** All files and folders, and the ends of their paths: `platform/bus` as well as `apps/server/src/platform/bus`. */
const known = new Set<string>();
for (const file of files) {
  const parts = file.split('/');
  for (let from = 0; from < parts.length; from++) {
    for (let to = from + 1; to <= parts.length; to++) known.add(parts.slice(from, to).join('/'));
  }
}

// The changelog names files of the past, and the pages of the gallery are samples.
const pages = files.filter((file) => file.endsWith('.md') && !/^CHANGELOG\.md$|\/(gallery|fixtures)\//.test(file));
const isPath =
  /^(?:[\w.-]+\/)*[\w.-]+\.(?:tsx?|css|sql|md|json|ya?ml)$|^(?:apps|packages|tools|deploy|bench|e2e|docs|src|features|platform|http|conversations)\/[\w./-]*$/;
/** A path that begins at the root, or in the package whose page names it. */
const isWhole = /^(?:apps|packages|tools|deploy|bench|e2e|docs)\//;
/** Names of what a reader makes, not of what is here. */
const isMadeByReader = /^(?:FILE|server|page|chat)\.tsx?$/;

it('every file and folder that a page names is there', () => {
  let seen = 0;
  const missing: string[] = [];
  for (const page of pages) {
    for (const [, code] of read(page).matchAll(/`([^`\n]+)`/g)) {
      for (const word of code!.split(/[\s,]+/)) {
        const name = word.replace(/\/$/, '');
        if (!isPath.test(name) || name.startsWith('.') || isMadeByReader.test(name)) continue;
        seen++;
        const isThere = isWhole.test(name)
          ? existsSync(path.join(root, name)) || existsSync(path.join(root, path.dirname(page), name))
          : known.has(name);
        if (!isThere) missing.push(`${page}: ${word}`);
      }
    }
  }
  expect(seen).toBeGreaterThan(150);
  expect(missing).toEqual([]);
});

it('every link between the pages leads to a file', () => {
  const missing: string[] = [];
  for (const page of pages) {
    for (const [, address] of read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:|^\//.test(address!)) continue;
      if (!existsSync(path.join(root, path.dirname(page), address!))) missing.push(`${page}: ${address}`);
    }
  }
  expect(missing).toEqual([]);
});

it('every file of ours that a source names by its whole path is there', () => {
  const missing: string[] = [];
  for (const file of files.filter(
    (name) => /\.(tsx?|css|ya?ml)$/.test(name) && !/check-boundaries|\.test\./.test(name),
  )) {
    for (const [name] of read(file).matchAll(
      /(?<![\w./-])(?:apps|packages|tools|deploy|bench|e2e)\/[\w./-]+\.(?:tsx?|css|sql|md)\b|(?<![\w./-])docs\/[\w./-]+\.md\b/g,
    )) {
      const own = /^packages\/[^/]+\//.exec(file)?.[0] ?? '';
      if (!existsSync(path.join(root, name)) && !existsSync(path.join(root, own, name)))
        missing.push(`${file}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});

it('every function that the way of one message names is in the sources', () => {
  const text = files
    .filter((file) => /^(apps|packages)\/[^/]+\/src\/.*\.tsx?$/.test(file) && !/\.test\./.test(file))
    .map(read)
    .join('\n');
  const names = [...read('docs/develop/one-message-end-to-end.md').matchAll(/`(?:\w+\.)?([a-z]\w*)(?:\(\))?`/g)];
  expect(names.length).toBeGreaterThan(12);
  expect(names.map(([, name]) => name!).filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

it('CONTRIBUTING.md numbers the rules that the boundaries check', () => {
  const numbers = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, number]) => Number(number));
  const [, rules] = /## House rules[^\n]*\n([\s\S]*?)\n## /.exec(read('CONTRIBUTING.md'))!;
  const checked = numbers(read('tools/check-boundaries.ts'), /^\s+name: ['"`](\d+)\./gm);
  expect(checked.length).toBeGreaterThan(10);
  expect(numbers(rules!, /^(\d+)\. /gm)).toEqual(checked);
});
