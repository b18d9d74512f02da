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
  const line = message.replace(/[#*`>_\s]+/g, ' ').trim();
  if (line === '') return undefined;
  if (line.length <= 48) return capitalise(line.replace(/[.!,;:]+$/, ''));
  const cut = line.slice(0, 48);
  const space = cut.lastIndexOf(' ');
  // Code points, not halves of them: a cut emoji would show as a box.
  return `${capitalise((space > 20 ? cut.slice(0, space) : cut).toWellFormed().replace(/[\s.,;:\uFFFD]+$/u, ''))}…`;
}

function capitalise(text: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase() + rest.join('');
}
