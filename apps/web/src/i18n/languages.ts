/** The languages of the interface, each by its own name. */
export const languages = { en: 'English', fr: 'Français', es: 'Español' } as const;

export type Language = keyof typeof languages;

/** The language when no supported one is requested. */
const defaultLanguage: Language = 'en';

/** Reads a tag such as `fr-CA` or `ES`; undefined for an unsupported language. */
export function asLanguage(tag: string | null | undefined): Language | undefined {
  const base = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return base !== undefined && Object.hasOwn(languages, base) ? (base as Language) : undefined;
}

/** The sources of a preferred language, strongest first. */
export type LanguageWishes = {
  /** `?lang=` of the address. */
  address?: string | null;
  /** The choice in this browser. */
  chosen?: string | null;
  /** The account's language. */
  account?: string | undefined;
  /** The languages of the browser, best first. */
  browser?: readonly string[];
};

/** The first supported language, else English. */
export function pickLanguage({ address, chosen, account, browser = [] }: LanguageWishes): Language {
  for (const wish of [address, chosen, account, ...browser]) {
    const language = asLanguage(wish);
    if (language) return language;
  }
  return defaultLanguage;
}

/** A language as the browser's owner writes it: `en-GB` for `en` where the browser asks for British English. */
export function regionalTag(language: string, browser: readonly string[]): string {
  // Some browsers send an invalid language tag (`en-US@posix`), which Intl refuses.
  return browser.find((tag) => asLanguage(tag) === language && /^[a-z]+(-[a-z0-9]+)*$/i.test(tag)) ?? language;
}
