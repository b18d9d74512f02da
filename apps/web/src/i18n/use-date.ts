import { useTranslation } from 'react-i18next';
import { regionalTag } from './languages.ts';

/** Formats dates (ISO 8601) in the current language, with the conventions of the reader's region. */
export function useDate(options: Intl.DateTimeFormatOptions): (date: string) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(regionalTag(i18n.language, navigator.languages), options);
  return (date) => format.format(new Date(date));
}
