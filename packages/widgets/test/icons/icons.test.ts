import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildLucideShards } from '../../src/icons/build-shards.ts';
import { builtInIcons } from '../../src/icons/built-in.ts';
import { builtInSource, headerIcons, widgetIcons } from '../../src/icons/generate.ts';
import { shardOf } from '../../src/icons/lucide.ts';
import { shapesOfSvg, shapesToPath } from '../../src/icons/outline.ts';

const widgetIconNames = Object.keys(widgetIcons);
const headerIconNames = Object.keys(headerIcons);

const path = /^!?M[-\d. ]+[-\d.,\sMmLlHhVvCcSsQqTtAaZz]*$/;

it('every name of the contract has a drawing', () => {
  expect(widgetIconNames).toHaveLength(64);
  expect(headerIconNames).toHaveLength(46);
  for (const name of [...widgetIconNames, ...headerIconNames]) expect(builtInIcons[name], name).toMatch(path);
});

it('the drawings are those the generator makes', async () => {
  expect(await readFile(new URL('../../src/icons/built-in.ts', import.meta.url), 'utf8')).toBe(builtInSource());
});

it('names that mean different things look different', () => {
  const drawings = widgetIconNames.map((name) => builtInIcons[name]);
  expect(new Set(drawings).size).toBe(drawings.length);
});

it('all shapes become one path that starts where they do', () => {
  const svg =
    '<svg a="b"><path d="m2 3 4 5" /><circle cx="5" cy="6" r="2"/><line x1="1" x2="2" y1="3" y2="4" /><rect x="1" y="2" width="6" height="4" rx="1"/><polyline points="1 2, 3 4"/></svg>';
  expect(shapesToPath(shapesOfSvg(svg))).toBe(
    'M2 3l4 5M3 6a2 2 0 1 0 4 0a2 2 0 1 0 -4 0zM1 3L2 4M2 2h4a1 1 0 0 1 1 1v2a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1v-2a1 1 0 0 1 1 -1zM1 2 3 4',
  );
  expect(() => shapesToPath([['text', {}]])).toThrow('<text>');
});

it('shards hold every Lucide icon, old names too, and none is large', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shards-'));
  try {
    const count = await buildLucideShards(folder);
    expect(count).toBeGreaterThan(1500);
    let found = 0;
    for (const file of await readdir(folder)) {
      expect((await stat(join(folder, file))).size).toBeLessThan(80_000);
      const shard = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, string>;
      for (const [name, d] of Object.entries(shard)) {
        expect(`${shardOf(name)}.json`).toBe(file);
        expect(d, name).toMatch(path);
        found++;
      }
    }
    expect(found).toBe(count);
  } finally {
    await rm(folder, { recursive: true });
  }
});
