import type { Weather } from '@causerie/api';
import { AppError } from '../../errors.ts';
import type { Language } from '../../platform/i18n/index.ts';
import type { SharedCache } from '../../platform/redis/shared-cache.ts';
import type { Cache } from './cache.ts';
import { countryCode, foldName } from './countries.ts';
import { describeWeather } from './descriptions.ts';
import { fetchWeather, type Observation, type OpenMeteo } from './fetch-weather.ts';

/** The dependencies of the weather lookup. */
export type WeatherDeps = {
  source: OpenMeteo;
  cache: Cache<Observation | undefined>;
  /** A cache that all processes share, and how long it keeps an answer. */
  shared?: { ask: SharedCache; lifeMs: number } | undefined;
};

/**
 * Looks up the weather in a city now, at most ten minutes old. Throws `city_unknown`, and `bad_gateway` when the source
 * fails.
 */
export const lookUpWeather =
  ({ source, cache, shared }: WeatherDeps) =>
  async (city: string, country?: string, language: Language = 'en'): Promise<Weather> => {
    const [name, where] = separate(city, country);
    // Codes and names of the same country share an entry.
    const key = JSON.stringify([foldName(name), where && (countryCode(where) ?? foldName(where)), language]);
    const ask = () => fetchWeather(source, name, where, language);
    const found = await cache.get(key, () => (shared ? shared.ask(`weather:${key}`, shared.lifeMs, ask) : ask()));
    if (found === undefined) throw new AppError('city_unknown');
    return {
      ...found,
      description: describeWeather(found.weather_code, language),
      units: { temperature: '°C', wind_speed: 'km/h' },
    };
  };

/** People and models write "Paris, France" in one field: what follows the comma is the country or region. */
function separate(city: string, country: string | undefined): [string, string | undefined] {
  const comma = city.indexOf(',');
  if (country || comma <= 0) return [city.trim(), country?.trim() || undefined];
  return [city.slice(0, comma).trim(), city.slice(comma + 1).trim() || undefined];
}
