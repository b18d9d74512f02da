import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSay, languages } from './index.ts';

const source = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(source, file), 'utf8');
const folders = globSync('**/texts/en.ts', { cwd: source }).map(dirname).sort();
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

type Texts = Record<string, string>;
const textsOf = async (folder: string, language: string): Promise<Texts> =>
  (await import(join(source, folder, `${language}.ts`)))[language];

describe.each(folders)('%s', (folder) => {
  it('has the same texts with the same values in every language', async () => {
    const english = await textsOf(folder, 'en');
    for (const language of languages) {
      const texts = await textsOf(folder, language);
      expect(Object.keys(texts).sort(), language).toEqual(Object.keys(english).sort());
      for (const [key, text] of Object.entries(texts)) {
        expect(text.trim(), `${language} ${key}`).not.toBe('');
        expect(placeholders(text), `${language} ${key}`).toEqual(placeholders(english[key]!));
        // Its own spaces are put in where it is read.
        expect(text, `${language} ${key}`).not.toMatch(/[\u00a0\u202f]/);
      }
    }
  });

  it('is translated', async () => {
    const english = await textsOf(folder, 'en');
    for (const language of ['fr', 'es']) {
      const same = Object.entries(await textsOf(folder, language)).filter(
        ([key, text]) => text === english[key] && /\p{L}{2}/u.test(text.replace(/\{\w+\}/g, '')),
      );
      expect(same, language).toEqual([]);
    }
  });

  it('opens the questions and exclamations of Spanish', async () => {
    for (const [key, text] of Object.entries(await textsOf(folder, 'es')))
      for (const pair of ['¿?', '¡!']) expect(text.split(pair[0]!).length, key).toBe(text.split(pair[1]!).length);
  });

  it('holds no text that nobody says', async () => {
    const files = globSync(`${dirname(folder)}/*.ts`, { cwd: source }).filter((file) => !file.endsWith('.test.ts'));
    const written = files.flatMap((file) => read(file).match(/'[^'\n]*'|`[^`]*`/g) ?? []);
    const said = written.map((literal) => {
      const parts = literal.slice(1, -1).split(/\$\{[^}]*\}/);
      return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.+')}$`);
    });
    // A template that is nothing but a value names no text.
    const telling = said.filter((pattern) => pattern.source !== '^.+$');
    const unsaid = Object.keys(await textsOf(folder, 'en')).filter(
      (key) => !telling.some((pattern) => pattern.test(key)),
    );
    expect(unsaid).toEqual([]);
  });
});

it('there are catalogues, and sentences in three languages are kept nowhere else', () => {
  expect(folders.length).toBeGreaterThan(2);
  // These are read, not said: what the offline model understands, and the names of languages for a model.
  const understood = /^features\/agents\/(offline-model\/(language|stems|synonyms|user-guide)|instructions)\.ts$/;
  const elsewhere = globSync('**/*.ts', { cwd: source })
    .filter((file) => !/\.test\.ts$|\/testing\/|\/texts\//.test(file) && !understood.test(file))
    .filter((file) => /\bfr: *(['"`(]|\{ \w+: *['"`]|\{?$)/m.test(read(file)));
  expect(elsewhere).toEqual([]);
  for (const folder of folders) expect(existsSync(join(source, dirname(folder), 'say.ts')), folder).toBe(true);
});

describe('say', () => {
  const say = createSay({
    en: { hello: 'Hello {name}: {what}!', plain: 'Plain' },
    fr: { hello: 'Bonjour {name} : {what} !', plain: 'Simple' },
    es: { hello: '¡Hola {name}: {what}!', plain: 'Llano' },
  });

  it('puts values in, once, and leaves those alone that it does not know', () => {
    expect(say('en', 'hello', { name: '{what}', what: '$& $1' })).toBe('Hello {what}: $& $1!');
    expect(say('es', 'hello', { name: 'Ana' })).toBe('¡Hola Ana: {what}!');
    expect(say('en', 'hello', {})).toBe('Hello {name}: {what}!');
  });

  it('writes French with its spaces, and values as they are', () => {
    expect(say('fr', 'hello', { name: 'a : b', what: 'oui' })).toBe('Bonjour a : b\u00a0: oui\u202f!');
  });
});
