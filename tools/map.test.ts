import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, isTest, readSources } from './read-imports.ts';

const root = path.resolve(import.meta.dirname, '..');
const page = readFileSync(path.join(root, 'docs/develop/map.md'), 'utf8');
const blocks = [...page.matchAll(/```\n([\s\S]*?)```/g)].map((match) => match[1]!);
const sources = readSources();

/** Every path of a tree that is drawn by two spaces a level, its words left out. */
function pathsOf(tree: string): string[] {
  const above: string[] = [];
  return tree
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, indent, name] = /^( *)(\S+)/.exec(line)!;
      above.length = indent!.length / 2;
      above.push(name!.replace(/\/$/, ''));
      return above.join('/');
    });
}

/** The folders of sources, but for those that only serve tests or hold words. */
function foldersOf(pattern: RegExp): string[] {
  const found = [...sources.keys()].filter((file) => !isTest(file)).flatMap((file) => pattern.exec(file)?.[0] ?? []);
  return [...new Set(found)].filter((folder) => !/\/(testing|texts|catalogues|fixtures)$/.test(folder)).sort();
}

describe('the tree of the map', () => {
  const drawn = pathsOf(blocks[0]!);

  it('names what exists', () => {
    expect(drawn.length).toBeGreaterThan(80);
    expect(drawn.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });

  it('names every package, every feature, every folder of the platform and of the pages', () => {
    const houses = [
      /^(packages|apps)\/[^/]+(?=\/)/,
      /^packages\/(chatkit|chatkit-element|widgets)\/src\/[^/]+(?=\/)/,
      /^apps\/server\/src\/(http|features|platform)(?=\/)/,
      /^apps\/server\/src\/(features|platform)\/[^/]+(?=\/)/,
      /^apps\/server\/src\/features\/[^/]+\/[^/]+(?=\/)/,
      /^apps\/server\/src\/features\/accounts\/[^/]+\/[^/]+(?=\/)/,
      /^apps\/web\/src\/[^/]+(?=\/)/,
      /^apps\/web\/src\/features\/[^/]+(?=\/)/,
      /^(tools|bench|e2e|deploy)(?=\/)/,
      /^tools\/[^/]+(?=\/)/,
    ];
    const folders = houses.flatMap(foldersOf);
    expect(folders.length).toBeGreaterThan(70);
    expect(folders.filter((folder) => !drawn.includes(folder))).toEqual([]);
  });
});

describe('the arrows of the map', () => {
  const imports = importsOf(sources).filter(({ from }) => !isTest(from));

  /** "a → b c" for each part that `nodeOf` finds in a file, in the order of the alphabet. */
  function arrowsOf(nodeOf: (file: string) => string | undefined): string[] {
    const nodes = new Map<string, Set<string>>();
    for (const file of sources.keys()) {
      const node = isTest(file) ? undefined : nodeOf(file);
      if (node && !nodes.has(node)) nodes.set(node, new Set());
    }
    for (const { from, target } of imports) {
      const [a, b] = [nodeOf(from), nodeOf(target)];
      if (a && b && a !== b) nodes.get(a)?.add(b);
    }
    return [...nodes].map(([from, to]) => `${from} → ${[...to].sort().join(' ')}`.trimEnd()).sort();
  }
  const drawnIn = (block: number) =>
    blocks[block]!.trimEnd()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '))
      .sort();
  const withArrows = (lines: string[]) => lines.filter((line) => !line.endsWith('→'));

  it('between packages and applications are those of the sources', () => {
    const workspace = (file: string) =>
      /^(?:packages|apps)\/([^/]+)\/src\//.exec(file)?.[1] ?? /^@causerie\/([^/]+)/.exec(file)?.[1];
    expect(drawnIn(1)).toEqual(withArrows(arrowsOf(workspace)));
  });

  it('between features of the server are those of the sources', () => {
    expect(drawnIn(2)).toEqual(arrowsOf((file) => /^apps\/server\/src\/features\/([^/]+)\//.exec(file)?.[1]));
  });

  it('between folders of the platform are those of the sources', () => {
    const arrows = arrowsOf((file) => /^apps\/server\/src\/platform\/([^/]+)\//.exec(file)?.[1]);
    expect(drawnIn(3)).toEqual(withArrows(arrows));
  });

  it('between features of the web application are those of the sources', () => {
    expect(drawnIn(4)).toEqual(arrowsOf((file) => /^apps\/web\/src\/features\/([^/]+)\//.exec(file)?.[1]));
  });
});
