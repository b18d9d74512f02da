import type { Language } from '../../../platform/i18n/index.ts';
import { say } from './say.ts';

/** Puts a WMO weather code in words. */
export type DescribeWeather = (code: number, language: Language) => string;

/**
 * Tells the outcome of `get_weather` in words. `output` is what the client sent back: the weather as our own route
 * answers it, or anything else for a failure.
 */
export function tellWeather(
  output: unknown,
  asked: { city: string; later: boolean },
  language: Language,
  describe: DescribeWeather | undefined,
): string {
  const weather = (typeof output === 'object' && output !== null ? output : {}) as Record<string, unknown>;
  if (typeof weather.temperature !== 'number') {
    return say(language, isUnknownCity(output) ? 'weather.unknown' : 'weather.failed', { city: asked.city });
  }
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const described =
    describe && typeof weather.weather_code === 'number'
      ? describe(weather.weather_code, language)
      : weather.description;
  const place = [typeof weather.city === 'string' ? weather.city : asked.city, weather.country]
    .filter((name): name is string => typeof name === 'string' && name !== '')
    .map(escapeMarkdown)
    .join(', ');
  const time = typeof weather.observed_at === 'string' ? /T(\d\d:\d\d)/.exec(weather.observed_at)?.[1] : undefined;
  const zone =
    typeof weather.timezone === 'string' ? ` (${escapeMarkdown(weather.timezone.replaceAll('_', ' '))})` : '';
  const hasSky = typeof described === 'string' && described !== '';
  const hasWind = typeof weather.wind_speed === 'number';
  return [
    say(language, 'weather.now', {
      place,
      temperature: number.format(weather.temperature),
      sky: hasSky ? say(language, 'weather.sky', { description: escapeMarkdown(described) }) : '',
      wind: hasWind ? say(language, 'weather.wind', { speed: number.format(weather.wind_speed as number) }) : '',
    }),
    time ? say(language, 'weather.seen', { time, zone }) : '',
    asked.later ? say(language, 'weather.later') : '',
  ].join('');
}

function isUnknownCity(output: unknown): boolean {
  // The code or the words of our route, in whatever a page's own tool handler wrapped them, or the bare status.
  return /city_unknown|No city of that name|\b404\b|not[ _]found/i.test(
    typeof output === 'string' ? output : (JSON.stringify(output) ?? ''),
  );
}

/** What comes from outside is text, not markup. */
function escapeMarkdown(text: string): string {
  return text.slice(0, 200).replace(/[\\`*_[\]<>|~]/g, '\\$&');
}
