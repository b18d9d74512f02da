/** The languages of the interface, each by its own name. */
export const languages = { en: 'English', fr: 'Français', es: 'Español' } as const;

export type Language = keyof typeof languages;

/** The language that stands where none of ours was asked for. */
const defaultLanguage: Language = 'en';

/** Reads a tag such as `fr-CA` or `ES`; undefined for what we do not speak. */
export function asLanguage(tag: string | null | undefined): Language | undefined {
  const base = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return base !== undefined && Object.hasOwn(languages, base) ? (base as Language) : undefined;
}

/** Where a wish for a language may come from, strongest first. */
export type LanguageWishes = {
  /** `?lang=` of the address. */
  address?: string | null;
  /** What was chosen in this browser. */
  chosen?: string | null;
  /** The account's language. */
  account?: string | undefined;
  /** What the browser asks for, best first. */
  browser?: readonly string[];
};

/** The first wish that we can fulfil, else English. */
export function pickLanguage({ address, chosen, account, browser = [] }: LanguageWishes): Language {
  for (const wish of [address, chosen, account, ...browser]) {
    const language = asLanguage(wish);
    if (language) return language;
  }
  return defaultLanguage;
}

/** A language as the browser's owner writes it: `en-GB` for `en` where the browser asks for British English. */
export function regionalTag(language: string, browser: readonly string[]): string {
  // Some browsers ask for what is no language tag (`en-US@posix`), which Intl refuses.
  return browser.find((tag) => asLanguage(tag) === language && /^[a-z]+(-[a-z0-9]+)*$/i.test(tag)) ?? language;
}
