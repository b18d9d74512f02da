import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { shardOf } from './lucide.ts';
import { shapesOfSvg, shapesToPath } from './outline.ts';

/**
 * Writes all Lucide icons, old names included, as `<outDir>/<shard>.json`: objects of name → path data. Part of the build;
 * `loadLucide` reads them in the browser.
 * @returns how many icons were written.
 */
export async function buildLucideShards(outDir: string): Promise<number> {
  const icons = join(dirname(createRequire(import.meta.url).resolve('lucide-static/package.json')), 'icons');
  const files = (await readdir(icons)).filter((file) => file.endsWith('.svg')).sort();
  const shards = new Map<string, Record<string, string>>();
  for (const file of files) {
    const name = file.slice(0, -'.svg'.length);
    const shard = shards.get(shardOf(name)) ?? {};
    shard[name] = shapesToPath(shapesOfSvg(await readFile(join(icons, file), 'utf8')));
    shards.set(shardOf(name), shard);
  }
  await mkdir(outDir, { recursive: true });
  for (const [shard, paths] of shards) await writeFile(join(outDir, `${shard}.json`), JSON.stringify(paths));
  return files.length;
}
