import { chooseLanguage } from '../../i18n/i18n.ts';
import { type Language, languages } from '../../i18n/languages.ts';
import { Icon } from '../../ui/icon.tsx';
import type { MenuItem } from '../../ui/menu.tsx';

/** One entry for each language, in that language. */
export function languageItems(current: string): MenuItem[] {
  return (Object.keys(languages) as Language[]).map((language) => ({
    label: languages[language],
    lang: language,
    checked: language === current,
    onSelect: () => void chooseLanguage(language),
    icon: language === current ? <Icon name="check" size={16} /> : undefined,
  }));
}
