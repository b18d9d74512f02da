import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { cssText } from './css-text.ts';
import { writeLicenses } from './licenses.ts';
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

/** The modules of the published package, by the names of `exports`. */
const doors = {
  widgets: 'src/widgets/index.ts',
  chart: 'src/widgets/chart/drawn-chart.tsx',
  controls: 'src/controls/index.ts',
  icons: 'src/icons/index.ts',
  markdown: 'src/markdown/index.ts',
  messages: 'src/messages.ts',
  theme: 'src/theme/index.ts',
  tokens: 'src/tokens.ts',
};

/** Builds the published package into `dist`: modules and style sheets, and in `parts/` what is loaded on demand. */
async function buildPackage(): Promise<void> {
  const outDir = join(here, 'dist');
  const draft = `${outDir}.new`;
  await rm(draft, { recursive: true, force: true });
  const modules = await build({
    ...bundleOptions,
    absWorkingDir: here,
    entryPoints: doors,
    outdir: draft,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[hash]',
    // Who bundles it minifies it too; of Preact there must be one on a page.
    minify: false,
    external: ['preact', 'preact/*'],
  });
  await build({
    ...bundleOptions,
    absWorkingDir: here,
    entryPoints: ['controls', 'markdown', 'widgets'].map((name) => `src/${name}/${name}.css`),
    outdir: draft,
    entryNames: '[name]',
    target: 'esnext',
    plugins: [],
  });
  const parts = join(draft, 'parts');
  const inputs = await buildParts(parts);
  inputs.push(...Object.keys(modules.metafile.inputs).map((file) => join(here, file)));
  await writeLicenses(join(parts, 'LICENSES.txt'), here, inputs);
  await rm(outDir, { recursive: true, force: true });
  await rename(draft, outDir);
}

/**
 * Builds what Markdown, icons and the theme load on demand: a self-contained module for each lazy part, fonts, and Lucide's
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
  for (const name of ['inter', 'jetbrains-mono']) {
    const manifest = require.resolve(`@fontsource-variable/${name}/package.json`);
    await cp(join(dirname(manifest), `files/${name}-latin-wght-normal.woff2`), join(outDir, `${name}.woff2`));
    inputs.push(manifest);
  }
  return inputs;
}

async function copyAssets(outDir: string, { from, extension, to }: ChunkAssets): Promise<void> {
  const folder = join(dirname(require.resolve(`${from.package}/package.json`)), from.folder);
  await mkdir(join(outDir, to), { recursive: true });
  for (const file of await readdir(folder))
    if (file.endsWith(extension)) await cp(join(folder, file), join(outDir, to, file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage();
