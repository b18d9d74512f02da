import type { Outbound } from '../../platform/outbound/index.ts';
import type { SharedCache } from '../../platform/redis/shared-cache.ts';
import { createCache } from './cache.ts';
import { lookUpWeather } from './look-up-weather.ts';

export type WeatherService = ReturnType<typeof createWeather>;

const lifeMs = 10 * 60_000;

/**
 * The weather, from Open-Meteo. `timeoutMs` is for a whole answer, by default 5 seconds; `now` is the clock of this
 * process's cache; `shared` is a cache that all processes have in common.
 */
export function createWeather(given: {
  config: { url: string; geocodingUrl: string; timeoutMs?: number };
  outbound: Outbound;
  now?: () => number;
  shared?: SharedCache | undefined;
}) {
  const { config, now, shared } = given;
  const withoutSlash = (url: string) => url.replace(/\/+$/, '');
  // An entry of the shared cache may already be as old as that cache allows, and ages further in this one.
  const each = shared ? lifeMs / 2 : lifeMs;
  return {
    lookUp: lookUpWeather({
      source: {
        url: withoutSlash(config.url),
        geocodingUrl: withoutSlash(config.geocodingUrl),
        timeoutMs: config.timeoutMs ?? 5_000,
        fetch: given.outbound.client({ name: 'weather', allow: [config.url, config.geocodingUrl] }).fetch,
      },
      cache: createCache({ size: 1_000, lifeMs: each, now }),
      shared: shared && { ask: shared, lifeMs: each },
    }),
  };
}
