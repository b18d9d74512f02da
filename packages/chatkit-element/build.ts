import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildParts, bundleOptions } from '../widgets/build.ts';
import { writeLicenses } from '../widgets/licenses.ts';
import { widgetMessages } from '../widgets/src/widgets/widget-messages.ts';
import { translatedLocales } from './src/locales/resolve-locale.ts';
import { runtime, runtimeKey } from './src/runtime-for-chunks.ts';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Builds the element: `chatkit.js`, one classic script, and beside it the folder `chatkit/` with what it loads on demand;
 * and `tokens.css`, the colours it has by default, for pages that want to match it.
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
  const common = { ...bundleOptions, absWorkingDir: here, minify: options.minify ?? true };
  const main = await build({
    ...common,
    entryPoints: ['src/main.ts'],
    format: 'iife',
    outfile: join(draft, 'chatkit.js'),
  });
  const inputs = Object.keys(main.metafile.inputs);
  for (const [name, source] of Object.entries(chunks)) {
    const part = await build({
      ...common,
      entryPoints: [source],
      format: 'esm',
      outfile: join(parts, `${name}.js`),
      plugins: [...common.plugins, sharedPreact],
    });
    inputs.push(...Object.keys(part.metafile.inputs));
  }
  inputs.push(...(await buildParts(parts, common)));
  await locales(parts);
  await cp(fileURLToPath(import.meta.resolve('@causerie/widgets/tokens.css')), join(draft, 'tokens.css'));
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

/** The lazy parts that draw: each becomes one self-contained module on the main script's Preact. */
const chunks = {
  widgets: 'src/widgets-chunk.ts',
  chart: '@causerie/widgets/chart',
  questions: 'src/questions-chunk.tsx',
  history: 'src/history-chunk.tsx',
  dictation: 'src/dictation-chunk.tsx',
};

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

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildElement();
