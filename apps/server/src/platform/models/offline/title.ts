import { plainTitle } from '../plain-title.ts';
import { understand } from './intents.ts';
import type { Language } from './language.ts';

const weather: Record<Language, (city: string) => string> = {
  en: (city) => `Weather in ${city}`,
  fr: (city) => `Météo à ${city}`,
  es: (city) => `El tiempo en ${city}`,
};

/** A title for a conversation that begins with this message, made by rules: the subject, or the first words. */
export function offlineTitle(message: string, fallback: Language): string | undefined {
  const { intent, language } = understand([message], fallback);
  if (intent.kind === 'weather') return weather[language](capitalise(intent.city));
  const words = plainTitle(message, 48);
  return words === undefined || /^[a-z]+:\/\//.test(words) ? words : capitalise(words);
}

function capitalise(text: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase() + rest.join('');
}
