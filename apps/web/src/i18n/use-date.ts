import { useTranslation } from 'react-i18next';
import { regionalTag } from './languages.ts';

/** Writes dates (ISO 8601) in the language in use, the way it is written where the reader is. */
export function useDate(options: Intl.DateTimeFormatOptions): (date: string) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(regionalTag(i18n.language, navigator.languages), options);
  return (date) => format.format(new Date(date));
}
