import type { Language } from '../../platform/i18n/index.ts';
import { say } from './say.ts';
import { en } from './texts/en.ts';

/** The weather code in words; a code the WMO table does not have gets a neutral phrase. */
export function describeWeather(code: number, language: Language): string {
  const key = `code.${code}`;
  return say(language, isKey(key) ? key : 'code.unknown');
}

const isKey = (key: string): key is keyof typeof en => Object.hasOwn(en, key);
