import { withFrenchSpaces } from './french-spaces.ts';
import type { Language } from './languages.ts';

/** Returns a text of a catalogue in a language; `{name}` in it stands for the value of that name. */
export type Say<Key extends string> = (
  language: Language,
  key: Key,
  values?: Readonly<Record<string, string>>,
) => string;

/**
 * Loads the catalogues of a feature (`texts/en.ts`, `texts/fr.ts`, `texts/es.ts`), all of which have the same keys. French
 * is written with ordinary spaces there and returned with its own.
 */
export function createSay<Key extends string>(catalogues: Readonly<Record<Language, Record<Key, string>>>): Say<Key> {
  const texts = { ...catalogues, fr: { ...catalogues.fr } };
  for (const key of Object.keys(texts.fr) as Key[]) texts.fr[key] = withFrenchSpaces(texts.fr[key]);
  return (language, key, values = {}) =>
    texts[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? values[name]! : whole,
    );
}
