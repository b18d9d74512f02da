import type { Language } from '../../../platform/i18n/index.ts';
import { plainTitle } from '../plain-title.ts';
import { understand } from './intents.ts';
import { say } from './say.ts';

/** A title for a conversation that begins with this message, made by rules: the subject, or the first words. */
export function offlineTitle(message: string, fallback: Language): string | undefined {
  const { intent, language } = understand([message], fallback);
  if (intent.kind === 'weather') return say(language, 'weather.title', { city: capitalise(intent.city) });
  const words = plainTitle(message, 48);
  return words === undefined || /^[a-z]+:\/\//.test(words) ? words : capitalise(words);
}

function capitalise(text: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase() + rest.join('');
}
