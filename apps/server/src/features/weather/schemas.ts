import { z } from 'zod';

/** `GET /api/tools/weather` */
export const weatherQuery = z.object({
  city: z.string().trim().min(1).max(100).describe('Name of the city, in any language; "Paris, Texas" works too.'),
  country: z
    .string()
    .trim()
    .max(100)
    .optional()
    .describe('ISO 3166 code, or name in English, French or Spanish; or a region.'),
  lang: z.enum(['en', 'fr', 'es']).optional().describe('Language of the reply; default: Accept-Language.'),
});

/** The weather in a city now. */
export const weatherReply = z.object({
  city: z.string(),
  region: z.string().optional(),
  country: z.string().optional(),
  country_code: z.string().optional(),
  latitude: z.number(),
  longitude: z.number(),
  temperature: z.number(),
  wind_speed: z.number(),
  weather_code: z.number().describe('WMO code'),
  description: z.string(),
  timezone: z.string().describe('IANA name'),
  observed_at: z.string().describe('ISO 8601 with the offset of the place'),
  units: z.object({ temperature: z.literal('°C'), wind_speed: z.literal('km/h') }),
});

/** The weather in a city now. */
export type Weather = z.infer<typeof weatherReply>;
