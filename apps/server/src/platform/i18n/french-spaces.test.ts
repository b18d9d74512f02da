import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFrenchSpaces } from './french-spaces.ts';

it('spaces before and inside French marks do not break', () => {
  expect(withFrenchSpaces('Quoi ? Non ; oui ! Voici : « là »')).toBe(
    'Quoi\u202f? Non\u202f; oui\u202f! Voici\u00a0: «\u00a0là\u00a0»',
  );
  expect(withFrenchSpaces('`a ? b : c` et http://x\n\n```sh\nls ; ls\n```\n:)')).toBe(
    '`a ? b : c` et http://x\n\n```sh\nls ; ls\n```\n:)',
  );
});

// The texts of the server stand in its sources, by language. Those of the guide get their spaces as they are said.
describe('the catalogues in the sources', () => {
  const root = join(import.meta.dirname, '../..');
  const texts = globSync('**/*.ts', { cwd: root })
    .filter((file) => !/\.test\.ts$|models\/offline\//.test(file))
    .flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /\b(fr|es): (?:\{[\s\S]*?\n {2}\}|(['"`])(?:\\.|(?!\2).)*\2)/g,
        ),
      ].flatMap(([block, language]) =>
        [...block.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , text]) => ({ file, language, text: text! })),
      ),
    );

  it('are found', () => {
    expect(texts.filter(({ language }) => language === 'fr').length).toBeGreaterThan(15);
    expect(texts.filter(({ language }) => language === 'es').length).toBeGreaterThan(15);
  });

  it('French has its spaces', () => {
    for (const { file, language, text } of texts)
      if (language === 'fr') expect(withFrenchSpaces(text), file).toBe(text);
  });

  it('Spanish opens its questions and exclamations', () => {
    const count = (text: string, mark: string) => text.split(mark).length;
    for (const { file, language, text } of texts)
      if (language === 'es')
        for (const [opening, closing] of ['¿?', '¡!'].map((pair) => [...pair] as [string, string]))
          expect(count(text, opening), `${file}: ${text}`).toBe(count(text, closing));
  });
});
