import { expect, it } from 'vitest';
import { directionOf, resolveLocale, translatedLocales } from '../../src/locales/resolve-locale.ts';
import { translator } from '../../src/locales/translate.ts';

it('all 63 locales of the official list are known', () => expect(new Set(translatedLocales).size).toBe(63));

// The shorter names that `SupportedLocale` of @openai/chatkit lists, and what each is resolved to.
const aliases =
  'bg=bg-BG bn=bn-BD bs=bs-BA ca=ca-ES cs=cs-CZ da=da-DK de=de-DE el=el-GR en=en es=es-ES et=et-EE fi=fi-FI fr=fr-FR gu=gu-IN hi=hi-IN hr=hr-HR hu=hu-HU hy=hy-AM id=id-ID is=is-IS it=it-IT ja=ja-JP ka=ka-GE kn=kn-IN ko=ko-KR lv=lv-LV mk=mk-MK mr=mr-IN ms=ms-MY my=my-MM nb=nb-NO nl=nl-NL pl=pl-PL pt=pt-BR ro=ro-RO ru=ru-RU sk=sk-SK sl=sl-SI so=so-SO sq=sq-AL sr=sr-RS sv=sv-SE sw=sw-TZ ta=ta-IN te=te-IN th=th-TH tr=tr-TR uk=uk-UA vi=vi-VN zh-Hant=zh-TW zh=zh-CN';

it('all 51 shorter names of the official list are taken, and the locales themselves, however they are spelled', () => {
  const pairs = aliases.split(' ').map((pair) => pair.split('=') as [string, string]);
  expect(pairs.length).toBe(51);
  for (const [alias, locale] of pairs) {
    expect(resolveLocale([alias]), alias).toBe(locale);
    expect(resolveLocale([alias.toUpperCase()]), alias).toBe(locale);
  }
  for (const locale of translatedLocales) {
    expect(resolveLocale([locale])).toBe(locale);
    expect(resolveLocale([locale.toLowerCase()])).toBe(locale);
  }
});

it.each([
  [['fr'], 'fr-FR'],
  [['fr-CA'], 'fr-CA'],
  [['fr-BE', 'en'], 'fr-FR'],
  [['es-MX'], 'es-419'],
  [['es'], 'es-ES'],
  [['zh-Hant'], 'zh-TW'],
  [['zh-HK'], 'zh-HK'],
  [['zh'], 'zh-CN'],
  [['pt'], 'pt-BR'],
  [['no'], 'nb-NO'],
  [['fil', 'tl'], 'tl'],
  [['de-AT'], 'de-DE'],
  [['en-GB', 'fr'], 'en-GB'],
  [['tlh', 'de'], 'de-DE'],
  [['xx'], 'en'],
  [[undefined], 'en'],
])('%j speaks %s', (asked, locale) => expect(resolveLocale(asked as string[])).toBe(locale));

it('right to left is known by language', () => {
  // Hebrew and Persian are not in the list.
  expect(translatedLocales.filter((locale) => directionOf(locale) === 'rtl')).toEqual(['ar', 'ur']);
  expect(['ar-EG', 'arn', 'he'].map(directionOf)).toEqual(['rtl', 'ltr', 'rtl']);
});

it('numbers choose the form, holes are filled, and unknown keys come back', () => {
  const t = translator('fr-FR', { 'message.sources': { one: '{n} source', other: '{n} sources' } });
  expect([0, 1, 2].map((n) => t('message.sources', { n }))).toEqual(['0 source', '1 source', '2 sources']);
  expect(t('file.remove', { name: 'a.png' })).toBe('Remove a.png');
  expect(t('constructor')).toBe('constructor');
});
