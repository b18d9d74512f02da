import { useTranslation } from 'react-i18next';
import { regionalTag } from './languages.ts';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Formats a number of bytes in the current language, in the shortest unit: 1.5 MB, 1,5 Mo. */
export function useBytes(): (bytes: number) => string {
  const { i18n } = useTranslation();
  const tag = regionalTag(i18n.language, navigator.languages);
  return (bytes) => {
    const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
    const format = { style: 'unit', unit: units[step]!, unitDisplay: step === 0 ? 'long' : 'short' } as const;
    return new Intl.NumberFormat(tag, { ...format, maximumFractionDigits: 1 }).format(bytes / 1024 ** step);
  };
}
