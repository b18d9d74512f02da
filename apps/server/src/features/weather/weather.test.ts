import { errorCodes } from '@causerie/api/error-codes';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type OpenMeteoServer, startOpenMeteoServer } from '../../../../../tools/open-meteo-server/server.ts';
import { AppError } from '../../errors.ts';
import { pickLanguage } from '../../platform/i18n/index.ts';
import { createOutbound } from '../../platform/outbound/index.ts';
import { createWeather, describeWeather } from './index.ts';
import { registerWeatherRoutes } from './routes.ts';

const outbound = createOutbound();
let meteo: OpenMeteoServer;
let app: FastifyInstance;
let now: number;

beforeAll(async () => {
  meteo = await startOpenMeteoServer();
});
afterAll(() => {
  outbound.close();
  return meteo.close();
});

beforeEach(() => {
  meteo.requests.length = 0;
  now = 0;
  app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof AppError ? error : new AppError('internal');
    const { code, message, details } = known;
    return reply.status(errorCodes[code].status).send({ error: { code, message, details } });
  });
  const config = { url: meteo.url, geocodingUrl: `${meteo.url}/`, timeoutMs: 300 };
  registerWeatherRoutes(app, { weather: createWeather({ config, outbound, now: () => now }) });
});
afterEach(async () => {
  await app.close();
  meteo.verify();
});

const get = async (query: string, headers: Record<string, string> = {}) => {
  const response = await app.inject({ url: `/api/tools/weather${query}`, headers });
  return { status: response.statusCode, body: response.json(), headers: response.headers };
};

it('says the weather of a city', async () => {
  const { status, body } = await get('?city=Lyon&country=FR');
  expect(status).toBe(200);
  expect(body).toEqual({
    city: 'Lyon',
    country: 'France',
    country_code: 'FR',
    latitude: 45.74846,
    longitude: 4.84671,
    temperature: 8.4,
    wind_speed: 6,
    weather_code: 61,
    description: 'light rain',
    timezone: 'Europe/Paris',
    observed_at: '2026-11-20T12:15+01:00',
    units: { temperature: '°C', wind_speed: 'km/h' },
  });
  expect(meteo.requests[0]).toContain('countryCode=FR');
  expect(meteo.requests[1]).toContain('wind_speed_unit=kmh');
});

it.each([
  ['FR', 'Île-de-France'],
  ['France', 'Île-de-France'],
  ['Francia', 'Île-de-France'],
  ['us', 'Texas'],
  ['USA', 'Texas'],
  ['U.S.', 'Texas'],
  ['États-Unis', 'Texas'],
  ['Estados Unidos', 'Texas'],
  ['Texas', 'Texas'],
])('understands the country %s', async (country, region) => {
  const { body } = await get(`?city=paris&country=${encodeURIComponent(country)}`);
  expect(body.region).toBe(region);
});

it('takes a country written behind the city', async () => {
  expect((await get('?city=Paris,%20Texas')).body.region).toBe('Texas');
  expect((await get('?city=Paris,%20France')).body.region).toBe('Île-de-France');
});

it('answers in the language asked for', async () => {
  expect((await get('?city=Lyon', { 'accept-language': 'de, fr-CA;q=0.8, en;q=0.5' })).body.description).toBe(
    'pluie faible',
  );
  expect((await get('?city=Lyon&lang=es', { 'accept-language': 'fr' })).body.description).toBe('lluvia débil');
  expect(
    meteo.requests.filter((path) => path.startsWith('/v1/search')).map((p) => /language=(..)/.exec(p)?.[1]),
  ).toEqual(['fr', 'es']);
});

it.each([
  '?city=Nowhereville',
  '?city=Lyon&country=US',
  '?city=Paris&country=Atlantis',
  '?city=%F0%9F%8C%A7',
  '?city=,',
])('does not know %s', async (query) => {
  const { status, body } = await get(query);
  expect(status).toBe(404);
  expect(body.error.code).toBe('city_unknown');
});

it.each(['', '?city=', '?city=%20%20', `?city=${'x'.repeat(101)}`, '?city=a&city=b', '?city=Lyon&lang=xx'])(
  'refuses %s',
  async (query) => {
    const { status, body } = await get(query);
    expect(status).toBe(422);
    expect(body.error.code).toBe('invalid_input');
    expect(body.error.details[0].path).toMatch(/^(city|lang)/);
    expect(meteo.requests).toEqual([]);
  },
);

it.each([
  ['search', { status: 500 }],
  ['search', { status: 400 }],
  ['search', { raw: '<html>busy</html>' }],
  ['search', { raw: '{"results":[{"name":1}]}' }],
  ['search', { raw: `{"x":"${'y'.repeat(1_100_000)}"}` }],
  ['search', { silence: true }],
  ['search', { drop: true }],
  ['forecast', { status: 429 }],
  ['forecast', { raw: '{}' }],
  ['forecast', { raw: '{"timezone":"x","utc_offset_seconds":0,"current":{"time":"<script>"}}' }],
  ['forecast', { silence: true }],
] as const)('says so when %s fails (%j), and recovers', async (endpoint, trouble) => {
  meteo.trouble(endpoint, trouble);
  const failed = await get('?city=Lyon');
  expect(failed.status).toBe(502);
  expect(failed.headers['cache-control']).toBeUndefined();
  expect(failed.body).toEqual({ error: { code: 'bad_gateway', message: expect.stringContaining('weather service') } });
  expect((await get('?city=Lyon')).status).toBe(200);
});

it('says so when nobody listens there', async () => {
  const weather = createWeather({
    config: { url: 'http://127.0.0.1:1', geocodingUrl: 'http://127.0.0.1:1' },
    outbound,
  });
  await expect(weather.lookUp('Lyon')).rejects.toMatchObject({ code: 'bad_gateway' });
});

it('asks once in ten minutes, also for a city that is unknown', async () => {
  await get('?city=Lyon&country=FR');
  await get('?city=LYON&country=France');
  expect(meteo.requests).toHaveLength(2);
  now = 10 * 60_000 + 1;
  await get('?city=Lyon&country=FR');
  expect(meteo.requests).toHaveLength(4);
  await get('?city=Nowhereville');
  await get('?city=Nowhereville');
  expect(meteo.requests).toHaveLength(5);
});

it('asks once for all who ask at the same time', async () => {
  meteo.trouble('search', { delayMs: 50 });
  const replies = await Promise.all(Array.from({ length: 20 }, () => get('?city=Madrid')));
  expect(replies.map((reply) => reply.status)).toEqual(Array(20).fill(200));
  expect(meteo.requests).toHaveLength(2);
});

it('remembers a bounded number of cities, the latest used', async () => {
  await get('?city=Lyon');
  for (let index = 0; index < 1_000; index++) {
    await get(`?city=unknown${index}`);
    if (index % 100 === 0) await get('?city=Lyon');
  }
  const before = meteo.requests.length;
  await get('?city=Lyon');
  expect(meteo.requests).toHaveLength(before);
  await get('?city=unknown0');
  expect(meteo.requests).toHaveLength(before + 1);
});

it('describes every WMO code in three languages', () => {
  const codes = [
    0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 71, 73, 75, 77, 80, 81, 82, 85, 86, 95, 96, 99,
  ];
  for (const language of ['en', 'fr', 'es'] as const) {
    const words = codes.map((code) => describeWeather(code, language));
    expect(new Set(words).size).toBe(codes.length);
    expect(words).not.toContain(describeWeather(4, language));
  }
});

it.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'en'],
  ['fr', 'fr'],
  ['ES-mx, en;q=0.9', 'es'],
  ['en;q=0.2, fr;q=0.7', 'fr'],
  ['fr;q=0', 'en'],
  ['*', 'en'],
])('Accept-Language %s means %s', (header, language) => {
  expect(pickLanguage(header)).toBe(language);
});
