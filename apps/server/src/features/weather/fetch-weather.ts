import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { countryCode, foldName } from './countries.ts';

/** The addresses of Open-Meteo, without a trailing path; settings can replace both. */
export type OpenMeteo = {
  /** `OPEN_METEO_URL`, such as `https://api.open-meteo.com`. */
  url: string;
  /** `OPEN_METEO_GEOCODING_URL`, such as `https://geocoding-api.open-meteo.com`. */
  geocodingUrl: string;
  /** For both requests together, in milliseconds. */
  timeoutMs: number;
  /** The HTTP client. */
  fetch: typeof fetch;
};

/** The weather at a place, independent of language except for the place's own names. */
export type Observation = {
  city: string;
  region: string | undefined;
  country: string | undefined;
  country_code: string | undefined;
  latitude: number;
  longitude: number;
  temperature: number;
  wind_speed: number;
  weather_code: number;
  timezone: string;
  /** ISO 8601 with the offset of the place. */
  observed_at: string;
};

const searchReply = z.object({
  results: z
    .array(
      z.object({
        name: z.string(),
        latitude: z.number(),
        longitude: z.number(),
        country: z.string().optional(),
        country_code: z.string().optional(),
        admin1: z.string().optional(),
        timezone: z.string().optional(),
      }),
    )
    .optional(),
});

const forecastReply = z.object({
  timezone: z.string(),
  utc_offset_seconds: z.number().int(),
  current: z.object({
    time: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/),
    temperature_2m: z.number(),
    wind_speed_10m: z.number(),
    weather_code: z.number().int(),
  }),
});

/**
 * Asks Open-Meteo for a city and its current weather. Returns undefined for an unknown city. Throws
 * `AppError('bad_gateway')` when Open-Meteo fails, is slow, or answers something undocumented.
 *
 * `country` may be an ISO code, a country's name in English, French or Spanish, or a region ("Texas").
 */
export async function fetchWeather(
  at: OpenMeteo,
  city: string,
  country: string | undefined,
  language: string,
): Promise<Observation | undefined> {
  const signal = AbortSignal.timeout(at.timeoutMs);
  const code = country === undefined ? undefined : countryCode(country);
  const search = new URLSearchParams({ name: city, count: '10', language, format: 'json' });
  if (code) search.set('countryCode', code);
  const { results = [] } = await ask(at, `${at.geocodingUrl}/v1/search?${search}`, searchReply, signal);

  const region = country !== undefined && code === undefined ? foldName(country) : undefined;
  const place = results.find((result) => {
    if (code) return result.country_code === undefined || result.country_code.toUpperCase() === code;
    return region === undefined || [result.admin1, result.country].some((name) => name && foldName(name) === region);
  });
  if (place === undefined) return undefined;

  const query = new URLSearchParams({
    latitude: String(place.latitude),
    longitude: String(place.longitude),
    current: 'temperature_2m,weather_code,wind_speed_10m',
    temperature_unit: 'celsius',
    wind_speed_unit: 'kmh',
    timezone: 'auto',
  });
  const forecast = await ask(at, `${at.url}/v1/forecast?${query}`, forecastReply, signal);
  return {
    city: place.name,
    region: place.admin1,
    country: place.country,
    country_code: place.country_code,
    latitude: place.latitude,
    longitude: place.longitude,
    temperature: forecast.current.temperature_2m,
    wind_speed: forecast.current.wind_speed_10m,
    weather_code: forecast.current.weather_code,
    timezone: place.timezone ?? forecast.timezone,
    observed_at: `${forecast.current.time}${offset(forecast.utc_offset_seconds)}`,
  };
}

async function ask<T>({ fetch }: OpenMeteo, url: string, shape: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  try {
    const response = await fetch(url, { signal, headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return shape.parse(await response.json());
  } catch (cause) {
    throw new AppError('bad_gateway', 'The weather service gave no usable answer. Try again shortly.', { cause });
  }
}

function offset(seconds: number): string {
  const minutes = Math.abs(Math.round(seconds / 60));
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
