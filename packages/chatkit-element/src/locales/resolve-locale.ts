/** The locales that ChatKit has translations for, and the shorter names that it takes for them. */
export const translatedLocales: readonly string[] =
  'am ar bg-BG bn-BD bs-BA ca-ES cs-CZ da-DK de-DE el-GR es-419 es-ES et-EE fi-FI fr-CA fr-FR gu-IN hi-IN hr-HR hu-HU hy-AM id-ID is-IS it-IT ja-JP ka-GE kk kn-IN ko-KR lt lv-LV mk-MK ml mn mr-IN ms-MY my-MM nb-NO nl-NL pa pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI so-SO sq-AL sr-RS sv-SE sw-TZ ta-IN te-IN th-TH tl tr-TR uk-UA ur vi-VN zh-CN zh-HK zh-TW'.split(
    ' ',
  );

/** The locale of a language whose region is absent or unknown. */
const byLanguage: Record<string, string> = {
  en: 'en',
  es: 'es-ES',
  fr: 'fr-FR',
  pt: 'pt-BR',
  zh: 'zh-CN',
  no: 'nb-NO',
};
for (const locale of translatedLocales) byLanguage[locale.split('-')[0]!] ??= locale;

/**
 * Chooses the locale of the element from those asked for, in order of preference; English when it has none of them. A
 * region of English is kept, so that the server knows it.
 */
export function resolveLocale(asked: readonly (string | undefined)[]): string {
  for (const tag of asked) {
    if (!tag) continue;
    const [language = '', ...rest] = tag.replace(/_/g, '-').split('-');
    const exact = translatedLocales.find((locale) => locale.toLowerCase() === tag.toLowerCase());
    if (exact) return exact;
    const code = language.toLowerCase();
    if (code === 'en') return rest.length ? tag : 'en';
    if (code === 'zh' && rest.some((part) => /^(hant|tw|hk|mo)$/i.test(part)))
      return rest.some((p) => /^(hk|mo)$/i.test(p)) ? 'zh-HK' : 'zh-TW';
    if (code === 'es' && rest.length && !/^(es|gq)$/i.test(rest.at(-1)!)) return 'es-419';
    const found = byLanguage[code];
    if (found) return found;
  }
  return 'en';
}

const rightToLeft = /^(ar|he|fa|ur|ps|sd|ug|yi)\b/;

export function directionOf(locale: string): 'ltr' | 'rtl' {
  return rightToLeft.test(locale) ? 'rtl' : 'ltr';
}
