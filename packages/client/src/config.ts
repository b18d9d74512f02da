import type { Transport } from './transport.ts';

/**
 * `GET /api/config?lang=`: the texts a visitor sees before the first word, in the language asked for or in English.
 * Public. Everything but `language` is optional, so that a page can be shown before the server has an opinion.
 */
export type PublicConfig = {
  /** The language the texts are in: `en`, `fr` or `es`. */
  language: string;
  greeting?: string;
  prompts?: { label: string; prompt: string; icon?: string }[];
  /** Whether newcomers may make an account. */
  registration?: 'open' | 'closed';
  /** True while no account exists: the first one becomes administrator. */
  first_account?: boolean;
  /** Whether the server turns speech into text. */
  dictation?: boolean;
  /** Who answers, as a line of Markdown to stand below the composer. */
  disclaimer?: string;
};

/**
 * `GET /api/runtime-config`: the public `VITE_*` variables of the server's environment, by their own names. Public.
 * The same built files thereby serve any environment.
 */
export type RuntimeConfig = {
  VITE_CHATKIT_API_URL?: string;
  VITE_CHATKIT_DOMAIN_KEY?: string;
  VITE_CHATKIT_FORCE_HOSTED?: string;
  VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION?: string;
  VITE_CHATKIT_UPLOAD_STRATEGY?: string;
  VITE_CHATKIT_DIRECT_UPLOAD_URL?: string;
  VITE_BACKEND_URL?: string;
  /** Of one file, in bytes. */
  ATTACHMENT_MAX_BYTES?: string;
  /** In one message. */
  ATTACHMENT_MAX_COUNT?: string;
};

/** `GET /api/tools/weather`, measured by Open-Meteo. */
export type Weather = {
  city: string;
  region?: string;
  country?: string;
  country_code?: string;
  latitude: number;
  longitude: number;
  /** Degrees Celsius. */
  temperature: number;
  /** Kilometres an hour. */
  wind_speed: number;
  /** WMO code, table 4677. */
  weather_code: number;
  /** The code in words, in the language of the request. */
  description: string;
  /** The IANA name of the place's time zone. */
  timezone: string;
  /** ISO 8601 with the offset of the place. */
  observed_at: string;
  units: { temperature: '°C'; wind_speed: 'km/h' };
};

/** What the hosted mode's session route answers. */
export type HostedSession = {
  client_secret: string;
  [key: string]: unknown;
};

/** `GET /api/config` */
export function getConfig(transport: Transport, language?: string, signal?: AbortSignal): Promise<PublicConfig> {
  return transport.request('GET', '/api/config', { query: { lang: language }, ...(signal ? { signal } : {}) });
}

/** `GET /api/runtime-config` */
export function getRuntimeConfig(transport: Transport, signal?: AbortSignal): Promise<RuntimeConfig> {
  return transport.request('GET', '/api/runtime-config', { ...(signal ? { signal } : {}) });
}

/** `GET /api/tools/weather`; `country` is a code (`FR`) or a name. Errors: `city_unknown` (404), `bad_gateway` (502). */
export function getWeather(
  transport: Transport,
  place: { city: string; country?: string },
  signal?: AbortSignal,
): Promise<Weather> {
  return transport.request('GET', '/api/tools/weather', {
    query: { city: place.city, country: place.country },
    ...(signal ? { signal } : {}),
  });
}

/** `POST /api/chatkit/session`: a client secret of OpenAI's hosted ChatKit. Error `not_configured` (503). */
export function createHostedSession(transport: Transport): Promise<HostedSession> {
  return transport.request('POST', '/api/chatkit/session', { body: {} });
}
