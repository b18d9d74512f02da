import { loadChunk } from '../assets.ts';
import { type Catalogue, en, type MessageKey } from './en.ts';

export type Params = Record<string, string | number>;
/** Returns a sentence in the reader's language. A key that no catalogue has is returned as it is. */
export type Translate = (key: MessageKey | (string & {}), params?: object) => string;

/** Makes a translator that asks the catalogues in order, and English last. */
export function translator(locale: string, ...catalogues: Catalogue[]): Translate {
  let plural: Intl.PluralRules;
  try {
    plural = new Intl.PluralRules(locale);
  } catch {
    plural = new Intl.PluralRules('en');
  }
  const all: Catalogue[] = [...catalogues, en];
  return (key, params = {}) => {
    const values = params as Params;
    for (const catalogue of all) {
      if (!Object.hasOwn(catalogue, key)) continue;
      const message = catalogue[key];
      if (!message) continue;
      const form = typeof message === 'string' ? message : (message[plural.select(Number(values.n))] ?? message.other);
      return form.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
    }
    return key;
  };
}

/** Loads the catalogue of a locale. English is built in; every other is a file beside the script. */
export async function loadCatalogue(locale: string): Promise<Catalogue> {
  if (/^en\b/.test(locale)) return {};
  const module = await loadChunk(`locales/${locale}`);
  return (module as { default: Catalogue }).default;
}
