import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildElement } from '../build.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatkit-build-'));
  await buildElement(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('chatkit.js is one classic script of at most 75 kB gzip', async () => {
  const script = await readFile(join(folder, 'chatkit.js'));
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(75_000);
  expect(() => new Function(script.toString())).not.toThrow();
});

it('every part that is loaded later is there, and none brings a second Preact', async () => {
  const parts = await readdir(join(folder, 'chatkit'));
  expect(parts).toEqual(
    expect.arrayContaining([
      'chart.js',
      'dictation.js',
      'highlight.js',
      'history.js',
      'inter.woff2',
      'jetbrains-mono.woff2',
      'katex.js',
      'locales',
      'lucide',
      'mermaid.js',
      'questions.js',
      'widgets.js',
    ]),
  );
  expect(await readdir(join(folder, 'chatkit/locales'))).toEqual(
    expect.arrayContaining(['es-419.js', 'es-ES.js', 'fr-CA.js', 'fr-FR.js']),
  );
  // The event table every copy of Preact has.
  for (const part of ['widgets.js', 'chart.js', 'history.js', 'questions.js', 'dictation.js']) {
    expect(await readFile(join(folder, 'chatkit', part), 'utf8')).not.toContain('dangerouslySetInnerHTML');
  }
});

it('a catalogue speaks for widgets too', async () => {
  const french = await readFile(join(folder, 'chatkit/locales/fr-FR.js'), 'utf8');
  expect(french).toContain('"widget.card.confirm":"Confirmer"');
  expect(french).toContain('"composer.send":"Envoyer le message"');
});

it('the licences of all that is bundled or copied lie beside it', async () => {
  const text = await readFile(join(folder, 'chatkit/LICENSES.txt'), 'utf8');
  const manifests = ['../package.json', '../../widgets/package.json'].map(
    async (file) => JSON.parse(await readFile(join(import.meta.dirname, file), 'utf8')) as { devDependencies: object },
  );
  const bundled = (await Promise.all(manifests)).flatMap(({ devDependencies }) => Object.keys(devDependencies));
  const shipped = [...new Set(bundled)].filter((name) =>
    /^(d3-shape|highlight\.js|katex|lucide-static|mermaid|preact|@fontsource-variable\/.*)$/.test(name),
  );
  expect(shipped.length).toBe(8);
  for (const name of shipped) expect(text, name).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ · \\S+$`, 'm'));
  // Of what those bring with them as well.
  expect(text).toMatch(/^d3-array \d/m);
  expect(text).toContain('SIL OPEN FONT LICENSE');
});
