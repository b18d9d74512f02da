import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A place the geocoder knows, with the weather there. */
export type Place = {
  name: string;
  /** Names it is found by, besides `name`; matched without regard to case. */
  aliases?: string[];
  country?: string;
  country_code?: string;
  admin1?: string;
  latitude: number;
  longitude: number;
  timezone?: string;
  population?: number;
  weather?: { time: string; temperature_2m: number; wind_speed_10m: number; weather_code: number };
};

/** What the next request meets instead of an ordinary answer. */
export type Trouble =
  | { status: number; body?: string }
  | { raw: string }
  | { silence: true }
  | { drop: true }
  | { delayMs: number };

/** A running scripted Open-Meteo: geocoding at `/v1/search`, forecast at `/v1/forecast`. */
export type OpenMeteoServer = {
  url: string;
  /** Paths with their query, in order of arrival. */
  requests: string[];
  /** The next requests to `search` or `forecast` meet this trouble, in order. */
  trouble(endpoint: 'search' | 'forecast', ...troubles: Trouble[]): void;
  /** Throws when a trouble was not met; forgets it. */
  verify(): void;
  close(): Promise<void>;
};

const defaults = { time: '2026-11-20T12:15', temperature_2m: 11.3, wind_speed_10m: 14.8, weather_code: 3 };

/** The places known unless others are given. */
export const places: Place[] = [
  {
    name: 'Paris',
    aliases: ['París', 'Parigi'],
    country: 'France',
    country_code: 'FR',
    admin1: 'Île-de-France',
    latitude: 48.85341,
    longitude: 2.3488,
    timezone: 'Europe/Paris',
    population: 2138551,
  },
  {
    name: 'Paris',
    country: 'United States',
    country_code: 'US',
    admin1: 'Texas',
    latitude: 33.66094,
    longitude: -95.55551,
    timezone: 'America/Chicago',
    population: 24782,
    weather: { time: '2026-11-20T05:15', temperature_2m: 21.5, wind_speed_10m: 9.1, weather_code: 0 },
  },
  {
    name: 'Lyon',
    country: 'France',
    country_code: 'FR',
    latitude: 45.74846,
    longitude: 4.84671,
    timezone: 'Europe/Paris',
    population: 522969,
    weather: { time: '2026-11-20T12:15', temperature_2m: 8.4, wind_speed_10m: 6, weather_code: 61 },
  },
  {
    name: 'Madrid',
    country: 'Spain',
    country_code: 'ES',
    latitude: 40.4165,
    longitude: -3.70256,
    timezone: 'Europe/Madrid',
    population: 3255944,
  },
];

/** Starts a server that answers as Open-Meteo does (`anchors`: open-meteo.com/en/docs and /docs/geocoding-api). */
export async function startOpenMeteoServer(
  options: { port?: number; places?: Place[] } = {},
): Promise<OpenMeteoServer> {
  const known = options.places ?? places;
  const requests: string[] = [];
  const troubles: Record<'search' | 'forecast', Trouble[]> = { search: [], forecast: [] };

  const search = (query: URLSearchParams) => {
    const name = (query.get('name') ?? '').toLowerCase();
    const code = query.get('countryCode')?.toUpperCase();
    const results = known.filter(
      (place) =>
        [place.name, ...(place.aliases ?? [])].some((alias) => alias.toLowerCase() === name) &&
        (code === undefined || place.country_code === code),
    );
    // Empty fields are left out, `results` too.
    return {
      ...(name.length >= 2 && results.length > 0
        ? { results: results.map(({ weather: _, aliases: __, ...place }, id) => ({ id, ...place })) }
        : {}),
      generationtime_ms: 0.4,
    };
  };

  const forecast = (query: URLSearchParams) => {
    const latitude = Number(query.get('latitude'));
    const longitude = Number(query.get('longitude'));
    const place = known.find((p) => Math.abs(p.latitude - latitude) < 0.01 && Math.abs(p.longitude - longitude) < 0.01);
    return {
      latitude,
      longitude,
      generationtime_ms: 0.05,
      utc_offset_seconds: 3600,
      timezone: place?.timezone ?? 'GMT',
      timezone_abbreviation: 'GMT+1',
      elevation: 38,
      current_units: {
        time: 'iso8601',
        interval: 'seconds',
        temperature_2m: '°C',
        wind_speed_10m: 'km/h',
        weather_code: 'wmo code',
      },
      current: { interval: 900, ...defaults, ...place?.weather },
    };
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://open-meteo');
    requests.push(url.pathname + url.search);
    const endpoint =
      url.pathname === '/v1/search' ? 'search' : url.pathname === '/v1/forecast' ? 'forecast' : undefined;
    if (endpoint === undefined) return void response.writeHead(404).end('{"error":true,"reason":"Not Found"}');
    const trouble = troubles[endpoint].shift();
    if (trouble && 'silence' in trouble) return;
    if (trouble && 'drop' in trouble) return void request.socket.destroy();
    if (trouble && 'delayMs' in trouble) await new Promise((resolve) => setTimeout(resolve, trouble.delayMs));
    const status = trouble && 'status' in trouble ? trouble.status : 200;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    if (trouble && 'raw' in trouble) return void response.end(trouble.raw);
    if (trouble && 'status' in trouble) {
      return void response.end(trouble.body ?? '{"error":true,"reason":"Scripted refusal."}');
    }
    response.end(JSON.stringify(endpoint === 'search' ? search(url.searchParams) : forecast(url.searchParams)));
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    trouble: (endpoint, ...more) => {
      troubles[endpoint].push(...more);
    },
    verify() {
      const left = troubles.search.length + troubles.forecast.length;
      troubles.search = [];
      troubles.forecast = [];
      if (left > 0) throw new Error(`${left} trouble(s) of the Open-Meteo server were not met.`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
