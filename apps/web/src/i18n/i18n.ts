import i18next, { type BackendModule, type i18n as I18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type en from './catalogues/en.json';
import { type Language, pickLanguage } from './languages.ts';

declare module 'i18next' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface CustomTypeOptions {
    // The English catalogue is the type of every key: a misspelt one does not compile.
    resources: { translation: typeof en };
  }
}

const key = 'causerie.language';

// One chunk per language; only the current one is loaded.
const catalogues: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('./catalogues/en.json'),
  fr: () => import('./catalogues/fr.json'),
  es: () => import('./catalogues/es.json'),
};

const lazyCatalogues: BackendModule = {
  type: 'backend',
  init() {},
  read(language, _namespace, done) {
    catalogues[language as Language]().then(
      (module) => done(null, module.default as never),
      (error: unknown) => done(error as Error, null),
    );
  },
};

/** The current language. */
export function currentLanguage(): Language {
  return (i18next.resolvedLanguage ?? i18next.language ?? 'en') as Language;
}

let started: Promise<unknown> = Promise.resolve();

/** Loads the catalogue for `?lang=`, the earlier choice, or the browser, and keeps `<html lang>` in step. */
export async function startI18n(): Promise<I18n> {
  const address = new URLSearchParams(location.search).get('lang');
  const language = pickLanguage({ address, chosen: chosenLanguage(), browser: navigator.languages });
  i18next.on('languageChanged', (next) => {
    document.documentElement.lang = next;
  });
  started = i18next
    .use(lazyCatalogues)
    .use(initReactI18next)
    .init({
      lng: language,
      supportedLngs: Object.keys(catalogues),
      // Each catalogue is complete (a test checks it), so no second one is loaded as a fallback.
      fallbackLng: false,
      interpolation: { escapeValue: false },
      react: { useSuspense: false },
    });
  await started;
  return i18next;
}

/** Applies the account's language unless the address or this browser has chosen another one. */
export async function followAccount(account: string): Promise<void> {
  await started;
  const address = new URLSearchParams(location.search).get('lang');
  const language = pickLanguage({ address, chosen: chosenLanguage(), account, browser: navigator.languages });
  if (language !== currentLanguage()) await i18next.changeLanguage(language);
}

/** Changes the language at once and for the next visits of this browser. */
export async function chooseLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(key, language);
  } catch {
    // The browser may refuse storage; the choice then lasts as long as the page.
  }
  await i18next.changeLanguage(language);
}

function chosenLanguage(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
