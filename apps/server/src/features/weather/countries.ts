import { withoutPiles } from '../../platform/full-text/marks.ts';

// The browser-independent source of country names is the ICU data Node carries: no list of our own to keep.
const languages = ['en', 'fr', 'es'] as const;

/** Everyday names that are not the official ones of any of the three languages. */
const everyday: Record<string, string> = {
  america: 'US',
  'etats unis d amerique': 'US',
  'estados unidos de america': 'US',
  'united states of america': 'US',
  usa: 'US',
  uk: 'GB',
  'great britain': 'GB',
  'grande bretagne': 'GB',
  'gran bretana': 'GB',
  england: 'GB',
  angleterre: 'GB',
  inglaterra: 'GB',
  scotland: 'GB',
  ecosse: 'GB',
  escocia: 'GB',
  wales: 'GB',
  holland: 'NL',
  hollande: 'NL',
  holanda: 'NL',
  'czech republic': 'CZ',
  'republique tcheque': 'CZ',
  'republica checa': 'CZ',
};

let byName: Map<string, string> | undefined;

/** Lower case, without accents, punctuation as single spaces: how names are compared. */
export function foldName(name: string): string {
  return withoutPiles(name)
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * The ISO 3166-1 alpha-2 code for a code or a country's name in English, French or Spanish; undefined when the text
 * names no country.
 */
export function countryCode(text: string): string | undefined {
  byName ??= buildNames();
  const folded = foldName(text);
  return byName.get(folded) ?? byName.get(folded.replaceAll(' ', ''));
}

function buildNames(): Map<string, string> {
  const names = new Map<string, string>(Object.entries(everyday));
  const displays = languages.map((language) => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }));
  for (let first = 65; first <= 90; first++) {
    for (let second = 65; second <= 90; second++) {
      const code = String.fromCharCode(first, second);
      // A withdrawn code (DD, SU) is renamed by the locale to today's and must not take its name.
      if (displays[0]!.of(code) === undefined || new Intl.Locale(`und-${code}`).region !== code) continue;
      names.set(code.toLowerCase(), code);
      for (const display of displays) names.set(foldName(display.of(code)!), code);
    }
  }
  return names.set('uk', 'GB');
}
