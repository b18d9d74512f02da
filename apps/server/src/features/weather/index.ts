import { AppError } from '../../errors.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import type { SharedCache } from '../../platform/redis/shared-cache.ts';
import { Cache } from './cache.ts';
import { countryCode, foldName } from './countries.ts';
import { describeWeather, type Language } from './descriptions.ts';
import { fetchWeather, type Observation } from './fetch-weather.ts';
import type { Weather } from './schemas.ts';

export { describeWeather, type Language, pickLanguage } from './descriptions.ts';
export type { Weather } from './schemas.ts';

/** What the weather feature needs to know. */
export type WeatherConfig = {
  /** `OPEN_METEO_URL` */
  url: string;
  /** `OPEN_METEO_GEOCODING_URL` */
  geocodingUrl: string;
  /** For the whole answer; default 5 seconds. */
  timeoutMs?: number;
};

/** Asks for the weather; built by `createWeather`. */
export type WeatherService = {
  /**
   * The weather in a city now, at most ten minutes old. Throws `AppError`: `city_unknown`, or `bad_gateway` when the
   * source fails.
   */
  current(city: string, country?: string, language?: Language): Promise<Weather>;
};

const lifeMs = 10 * 60_000;

/** Builds the weather feature. `now` is the clock of its own cache; `shared` is one with other processes. */
export function createWeather(deps: {
  config: WeatherConfig;
  outbound: Pick<Outbound, 'fetch'>;
  now?: () => number;
  shared?: SharedCache | undefined;
}): WeatherService {
  const { shared } = deps;
  const strip = (url: string) => url.replace(/\/+$/, '');
  const source = {
    url: strip(deps.config.url),
    geocodingUrl: strip(deps.config.geocodingUrl),
    timeoutMs: deps.config.timeoutMs ?? 5_000,
    fetch: deps.outbound.fetch,
  };
  // What comes out of the shared cache may be as old as that allows, and grows older in this one.
  const each = shared ? lifeMs / 2 : lifeMs;
  const cache = new Cache<Observation | undefined>({ size: 1_000, lifeMs: each, ...(deps.now && { now: deps.now }) });

  return {
    async current(city, country, language = 'en') {
      const [name, where] = separate(city, country);
      // Codes and names of the same country share an entry.
      const key = JSON.stringify([foldName(name), where && (countryCode(where) ?? foldName(where)), language]);
      const ask = () => fetchWeather(source, name, where, language);
      const found = await cache.get(key, () => (shared ? shared(`weather:${key}`, each, ask) : ask()));
      if (found === undefined) throw new AppError('city_unknown');
      return {
        ...found,
        description: describeWeather(found.weather_code, language),
        units: { temperature: '°C', wind_speed: 'km/h' },
      };
    },
  };
}

/** People and models write "Paris, France" in one field: what follows the comma is the country or region. */
function separate(city: string, country: string | undefined): [string, string | undefined] {
  const comma = city.indexOf(',');
  if (country || comma <= 0) return [city.trim(), country?.trim() || undefined];
  return [city.slice(0, comma).trim(), city.slice(comma + 1).trim() || undefined];
}
