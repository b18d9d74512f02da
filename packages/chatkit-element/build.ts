import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { writeLicenses } from './licenses.ts';
import { minifyStyles } from './minify-styles.ts';
import { translatedLocales } from './src/locales/resolve-locale.ts';
import { runtime, runtimeKey } from './src/runtime-for-chunks.ts';
import { paletteSheet } from './src/theme/palette.ts';
import { widgetMessages } from './src/widgets/messages.ts';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Builds the element: `chatkit.js`, one classic script, and beside it the folder `chatkit/` with what it loads on demand;
 * and `palette.css`, the colours it has by default, for pages that want to match it.
 * @param outDir where to; `dist` by default. @returns the folder.
 */
export async function buildElement(
  outDir: string = join(here, 'dist'),
  options: { minify?: boolean } = {},
): Promise<string> {
  // Made beside and moved into place: a build that fails leaves what was there, which is served meanwhile.
  const draft = `${outDir}.new`;
  const parts = join(draft, 'chatkit');
  await rm(draft, { recursive: true, force: true });
  await mkdir(parts, { recursive: true });
  const common: BuildOptions = {
    absWorkingDir: here,
    bundle: true,
    minify: options.minify ?? true,
    target: ['es2022', 'chrome119', 'firefox128', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Their place is LICENSES.txt, which holds all of them.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    supported: { 'dynamic-import': true },
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  const main = await build({
    ...common,
    entryPoints: ['src/main.ts'],
    format: 'iife',
    outfile: join(draft, 'chatkit.js'),
    plugins: [minifyStyles],
  });
  const inputs = Object.keys(main.metafile!.inputs);
  for (const { name, source, assets, plugins = [] } of await chunks()) {
    const part = await build({
      ...common,
      entryPoints: [source],
      format: 'esm',
      outfile: join(parts, `${name}.js`),
      loader: { '.css': 'text' },
      plugins: [sharedPreact, ...plugins],
    });
    inputs.push(...Object.keys(part.metafile!.inputs));
    if (assets) await copyAssets(parts, assets);
  }
  await locales(parts);
  await fonts(parts);
  await writeFile(join(draft, 'palette.css'), paletteSheet());
  const shards = join(here, 'src/icons/build-shards.ts');
  const { buildLucideShards } = (await import(
    pathToFileURL(shards).href
  )) as typeof import('./src/icons/build-shards.ts');
  await buildLucideShards(join(parts, 'lucide'));
  for (const name of ['lucide-static', '@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono'])
    inputs.push(require.resolve(`${name}/package.json`));
  await writeLicenses(join(parts, 'LICENSES.txt'), here, inputs);
  await rm(outDir, { recursive: true, force: true });
  await rename(draft, outDir);
  return outDir;
}

/** Lets a lazy part use the main script's Preact instead of bringing its own. */
const sharedPreact: Plugin = {
  name: 'shared-preact',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^preact(\/hooks|\/jsx-runtime)?$/ }, () => ({ path: 'preact', namespace: 'shared' }));
    onLoad({ filter: /.*/, namespace: 'shared' }, () => {
      const names = Object.keys(runtime).join(', ');
      return { contents: `export const { ${names} } = globalThis[Symbol.for(${JSON.stringify(runtimeKey)})];` };
    });
  },
};

type Assets = { from: { package: string; folder: string }; extension: string; to: string };
type Chunk = { name: string; source: string; assets?: Assets; plugins?: Plugin[] };

/** Each lazy part becomes one self-contained module. */
async function chunks(): Promise<Chunk[]> {
  const { chunkEntries } = await import('./src/markdown/chunks/entries.ts');
  const all: Chunk[] = chunkEntries.map((entry) => ({
    ...entry,
    source: join(here, 'src/markdown/chunks', entry.source),
  }));
  all.push({ name: 'widgets', source: join(here, 'src/widgets-chunk.ts') });
  all.push({ name: 'questions', source: join(here, 'src/questions-chunk.tsx') });
  all.push({ name: 'history', source: join(here, 'src/history-chunk.tsx') });
  all.push({ name: 'dictation', source: join(here, 'src/dictation-chunk.tsx') });
  all.push({ name: 'chart', source: join(here, 'src/widgets/chart/chunk.ts') });
  return all;
}

async function copyAssets(parts: string, { from, extension, to }: Assets): Promise<void> {
  const folder = join(dirname(require.resolve(`${from.package}/package.json`)), from.folder);
  await mkdir(join(parts, to), { recursive: true });
  for (const file of await readdir(folder))
    if (file.endsWith(extension)) await cp(join(folder, file), join(parts, to, file));
}

/**
 * A catalogue is data, and becomes a module, so that a page's policy needs to allow nothing but its own scripts. A region
 * without a catalogue of its own (`fr-CA`) gets that of its language (`fr`).
 */
async function locales(parts: string): Promise<void> {
  const folder = join(here, 'src/locales/data');
  const files = new Set((await readdir(folder)).map((file) => file.replace(/\.json$/, '')));
  await mkdir(join(parts, 'locales'), { recursive: true });
  for (const locale of translatedLocales) {
    const language = locale.split('-')[0]!;
    const name = files.has(locale) ? locale : language;
    if (!files.has(name)) continue;
    const data: unknown = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
    const ofWidgets = (widgetMessages as Record<string, object>)[language] ?? {};
    const catalogue = JSON.stringify({ ...ofWidgets, ...(data as object) });
    await writeFile(join(parts, 'locales', `${locale}.js`), `export default ${catalogue};\n`);
  }
}

async function fonts(parts: string): Promise<void> {
  for (const name of ['inter', 'jetbrains-mono']) {
    const folder = dirname(require.resolve(`@fontsource-variable/${name}/package.json`));
    await cp(join(folder, `files/${name}-latin-wght-normal.woff2`), join(parts, `${name}.woff2`));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildElement();
