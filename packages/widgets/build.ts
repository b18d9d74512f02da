import { cp, mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { cssText } from './css-text.ts';
import { buildLucideShards } from './src/icons/build-shards.ts';
import { type ChunkAssets, chunkEntries } from './src/markdown/chunks/entries.ts';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);

/** How scripts for browsers are bundled: the views of this package, and the elements made of them. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  target: ['es2022', 'chrome119', 'firefox128', 'safari17'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // Our own packages from their sources; `module` is what esbuild adds by itself where no condition is named.
  conditions: ['@causerie/source', 'module'],
  // Their place is LICENSES.txt, which holds all of them.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  supported: { 'dynamic-import': true },
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [cssText],
} as const satisfies BuildOptions;

/**
 * Builds what Markdown and icons load on demand: a self-contained module for each lazy part, KaTeX's fonts, and Lucide's
 * icons by their first letter. The files are served from one folder.
 * @returns the files of packages that went into it, for `writeLicenses`.
 */
export async function buildParts(outDir: string, options: BuildOptions = bundleOptions): Promise<string[]> {
  const inputs: string[] = [];
  await mkdir(outDir, { recursive: true });
  for (const { name, source, assets, plugins = [] } of chunkEntries) {
    const part = await build({
      ...options,
      absWorkingDir: here,
      entryPoints: [join(here, 'src/markdown/chunks', source)],
      format: 'esm',
      metafile: true,
      outfile: join(outDir, `${name}.js`),
      plugins: [cssText, ...plugins],
    });
    inputs.push(...Object.keys(part.metafile.inputs).map((file) => join(here, file)));
    if (assets) await copyAssets(outDir, assets);
  }
  await buildLucideShards(join(outDir, 'lucide'));
  inputs.push(require.resolve('lucide-static/package.json'));
  return inputs;
}

async function copyAssets(outDir: string, { from, extension, to }: ChunkAssets): Promise<void> {
  const folder = join(dirname(require.resolve(`${from.package}/package.json`)), from.folder);
  await mkdir(join(outDir, to), { recursive: true });
  for (const file of await readdir(folder))
    if (file.endsWith(extension)) await cp(join(folder, file), join(outDir, to, file));
}
