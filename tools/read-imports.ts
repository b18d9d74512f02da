import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Path to text, of every source and manifest. Paths begin at the root of the repository. */
export type Sources = Map<string, string>;
/** `target` is a path for a relative import, else the specifier. */
export type Import = { from: string; specifier: string; target: string };

const root = path.resolve(import.meta.dirname, '..');

/** Whether a file is a test, or serves tests only. */
export const isTest = (file: string) => /\.test\.tsx?$|(^|\/)testing(\.ts$|\/)|(^|\/)test\//.test(file);

export const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(^|[^:'"`])\/\/.*$/gm, '$1');

const importPattern =
  /(?:^|[\n;])\s*(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*(?:\/\*.*?\*\/\s*)?['"]([^'"\n]+)['"]\s*\)/g;

/** The imports of all sources, types and `import()` included. */
export function importsOf(sources: Sources): Import[] {
  const found: Import[] = [];
  for (const [from, text] of sources) {
    if (!/\.tsx?$/.test(from)) continue;
    for (const match of withoutComments(text).matchAll(importPattern)) {
      const specifier = (match[1] ?? match[2])!;
      const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : specifier;
      found.push({ from, specifier, target });
    }
  }
  return found;
}

/** Reads every source that git knows or would take. */
export function readSources(): Sources {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const files = listed
    .split('\n')
    .filter((file) => /\.tsx?$|(^|\/)package\.json$/.test(file) && !/\/fixtures\//.test(file));
  return new Map(
    files
      .filter((file) => existsSync(path.join(root, file)))
      .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]),
  );
}
