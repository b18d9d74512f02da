import { glob, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { widgetMessages } from '@causerie/widgets/messages';
import { describe, expect, it } from 'vitest';
import { type Catalogue, en, type Message } from '../../src/locales/en.ts';
import { translatedLocales } from '../../src/locales/resolve-locale.ts';
import { translator } from '../../src/locales/translate.ts';

const folder = new URL('../../src/locales/data/', import.meta.url);
const files = new Set((await readdir(folder)).map((file) => file.replace(/\.json$/, '')));
const english: Catalogue = { ...en, ...widgetMessages.en };

/** Every string of the source that could be a key; the parts ask for sentences by name. */
const asked = new Set<string>();
const source = new URL('../../src/', import.meta.url);
for await (const file of glob('**/*.{ts,tsx}', { cwd: fileURLToPath(source) })) {
  const text = await readFile(new URL(file, source), 'utf8');
  if (!file.startsWith('locales')) for (const [, key] of text.matchAll(/'([a-z]+(?:\.\w+)+)'/g)) asked.add(key!);
}

const fileOf = (locale: string) => [locale, locale.split('-')[0]!].find((name) => files.has(name));

/** The catalogue as the build puts it together: a region without a file has that of its language. */
async function catalogueOf(locale: string): Promise<Catalogue> {
  const ofWidgets = (widgetMessages as Record<string, object>)[locale.split('-')[0]!] ?? {};
  return { ...ofWidgets, ...JSON.parse(await readFile(new URL(`${fileOf(locale)}.json`, folder), 'utf8')) };
}

const catalogues = await Promise.all(
  translatedLocales.filter(fileOf).map(async (locale) => [locale, await catalogueOf(locale)] as const),
);

const forms = (message: Message): [category: string, text: string][] =>
  typeof message === 'string' ? [['other', message]] : (Object.entries(message) as [string, string][]);
const holes = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
const texts = (catalogue: Catalogue) =>
  Object.entries(catalogue).flatMap(([key, message]) => forms(message!).map(([, text]) => [key, text] as const));

const numbers = Array.from({ length: 201 }, (_, n) => n);

/** Which of the numbers 0 to 200 each plural category of a language stands for. */
function numbersByCategory(locale: string): Map<string, number[]> {
  const rules = new Intl.PluralRules(locale);
  const found = new Map<string, number[]>();
  for (const n of numbers) found.set(rules.select(n), [...(found.get(rules.select(n)) ?? []), n]);
  return found;
}

// What a reader acts on or must understand when something fails: never in a language that was not chosen.
const required = Object.keys(english).filter((key) =>
  /^(error|composer|file|history|message|ask|action|notice|code|widget)\./.test(key),
);

// Words that other languages have too, spelled alike.
const sameInEnglish = new Set(
  'Chat Message Messages Model Menu Code Details Formula Table Diagram Assistant Conversation Suggestions Mention Source List Today Print Button'
    .split(' ')
    .concat('Model: {model}', '{n} source', '{n} sources', 'Diagram: {series}', 'Question {n} of {total}'),
);
const sameAtMost = 8;

it('every locale of the list has a catalogue', () => {
  expect(translatedLocales.filter((locale) => !fileOf(locale))).toEqual([]);
});

it('every file is of a locale in the list, or of a language in it', () => {
  const names = new Set(translatedLocales.flatMap((locale) => [locale, locale.split('-')[0]!]));
  expect([...files].filter((file) => !names.has(file))).toEqual([]);
});

it('no two catalogues are the same', () => {
  const shared = catalogues.filter(([locale]) => !['fr-FR', 'es-ES'].includes(locale));
  expect(new Set(shared.map(([, catalogue]) => JSON.stringify(catalogue))).size).toBe(shared.length);
});

describe.each(catalogues)('%s', (locale, catalogue) => {
  it('says all controls and errors, and nearly everything else', () => {
    expect(required.filter((key) => !catalogue[key])).toEqual([]);
    const said = Object.keys(english).filter((key) => catalogue[key]);
    expect(said.length / Object.keys(english).length).toBeGreaterThan(0.95);
  });

  it('has only keys that are asked for', () => {
    expect(Object.keys(catalogue).filter((key) => !Object.hasOwn(english, key) && !asked.has(key))).toEqual([]);
  });

  it('fills the same holes as English in every form', () => {
    const categories = numbersByCategory(locale);
    for (const [key, message] of Object.entries(catalogue)) {
      const wanted = holes(forms(english[key] ?? key).at(-1)![1]);
      for (const [category, text] of forms(message!)) {
        // A form for one number alone may say it in a word, as Arabic does: “two seconds” is one word there.
        const only = typeof message !== 'string' && categories.get(category)?.length === 1;
        const found = only ? [...new Set([...holes(text), '{n}'])].sort() : holes(text);
        expect(found, `${key} ${category}`).toEqual(wanted);
        // A brace left over would be shown to the reader.
        expect(text.replace(/\{\w+\}/g, ''), key).not.toMatch(/[{}]/);
      }
    }
  });

  it('has a form for each number', () => {
    const categories = new Set([...numbersByCategory(locale).keys(), 'other']);
    const known = new Set(new Intl.PluralRules(locale).resolvedOptions().pluralCategories);
    for (const key of Object.keys(english).filter((name) => typeof english[name] !== 'string')) {
      const named = forms(catalogue[key]!).map(([category]) => category);
      for (const category of categories) expect(named, key).toContain(category);
      for (const category of named) expect(known, key).toContain(category);
    }
    const t = translator(locale, catalogue);
    for (const n of numbers.slice(3)) expect(t('message.sources', { n })).toContain(String(n));
  });

  it('has no empty, untrimmed or typewritten text', () => {
    for (const [key, text] of texts(catalogue)) {
      expect(text, key).not.toBe('');
      expect(text, key).toBe(text.trim());
      // Straight quotes, three dots and doubled spaces are typing, not writing.
      expect(text, key).not.toMatch(/["']|\.\.\.| {2}|[<>]/);
      expect(text, key).toBe(text.normalize('NFC'));
    }
  });

  it('is a translation, but for a few words that are alike', () => {
    const spoken = new Set(texts(english).map(([, text]) => text));
    const alike = texts(catalogue).filter(([key, text]) =>
      forms(english[key] ?? key).some(([, given]) => given === text),
    );
    expect(alike.filter(([, text]) => !sameInEnglish.has(text))).toEqual([]);
    expect(new Set(alike.map(([key]) => key)).size).toBeLessThanOrEqual(sameAtMost);
    // No whole English sentence under another key either.
    const sentences = texts(catalogue).filter(([, text]) => spoken.has(text) && text.includes(' '));
    expect(sentences.filter(([, text]) => !sameInEnglish.has(text))).toEqual([]);
  });

  it('is written in the script of its language', () => {
    const script = new Intl.Locale(locale).maximize().script!;
    const scripts = { Jpan: 'Han|Hira|Kana', Kore: 'Hang', Hans: 'Han', Hant: 'Han' }[script] ?? script;
    const own = new RegExp(
      scripts
        .split('|')
        .map((name) => `\\p{Script=${name}}`)
        .join('|'),
      'gu',
    );
    const all = texts(catalogue)
      .map(([, text]) => text.replace(/\{\w+\}|Markdown|Page (Up|Down)/g, ''))
      .join('');
    const share = (all.match(own)?.length ?? 0) / (all.match(/\p{L}/gu)?.length ?? 1);
    expect(share).toBeGreaterThan(script === 'Latn' ? 0.99 : 0.7);
  });
});
