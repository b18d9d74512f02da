import { z } from 'zod';
import { route } from './route.ts';

/** The weather in a city now, measured by Open-Meteo. */
const weather = z.object({
  city: z.string(),
  region: z.string().optional(),
  country: z.string().optional(),
  country_code: z.string().optional(),
  latitude: z.number(),
  longitude: z.number(),
  /** Degrees Celsius. */
  temperature: z.number(),
  /** Kilometres per hour. */
  wind_speed: z.number(),
  weather_code: z.number().describe('WMO code'),
  /** The code in words, in the language of the request. */
  description: z.string(),
  timezone: z.string().describe('IANA name'),
  observed_at: z.string().describe('ISO 8601 with the offset of the place'),
  units: z.object({ temperature: z.literal('°C'), wind_speed: z.literal('km/h') }),
});
export type Weather = z.infer<typeof weather>;

/** The routes of the assistant's tools. */
export const toolRoutes = {
  weather: route({
    method: 'GET',
    path: '/api/tools/weather',
    caller: 'anybody',
    tag: 'tools',
    summary: 'Get the weather in a city now',
    query: z.object({
      city: z.string().trim().min(1).max(100).describe('Name of the city, in any language; "Paris, Texas" works too.'),
      country: z
        .string()
        .trim()
        .max(100)
        .optional()
        .describe('ISO 3166 code, or name in English, French or Spanish; or a region.'),
      lang: z.enum(['en', 'fr', 'es']).optional().describe('Language of the reply; default: Accept-Language.'),
    }),
    answers: { 200: weather },
    errors: ['bad_gateway', 'city_unknown'],
  }),
};
