import type { Language } from './language.ts';

/** Puts a WMO weather code in words. */
export type DescribeWeather = (code: number, language: Language) => string;

const sentences = {
  en: {
    now: (p: Parts) =>
      `Right now in **${p.place}** it is **${p.temperature} °C**${p.sky}${p.wind ? `, with wind at ${p.wind} km/h` : ''}.`,
    seen: (time: string, zone: string) => ` Observed at ${time} local time${zone}.`,
    later: ' I can only see the present weather, not a forecast.',
    unknown: (city: string) => `I do not know a city called “${city}”. Check the spelling, or add the country.`,
    failed: (city: string) =>
      `I could not get the weather in ${city}: the weather service did not answer. Try again shortly.`,
  },
  fr: {
    now: (p: Parts) =>
      `À **${p.place}**, il fait actuellement **${p.temperature} °C**${p.sky}${p.wind ? `, avec un vent de ${p.wind} km/h` : ''}.`,
    seen: (time: string, zone: string) => ` Relevé à ${time}, heure locale${zone}.`,
    later: ' Je ne vois que le temps présent, pas les prévisions.',
    unknown: (city: string) =>
      `Je ne connais pas de ville appelée « ${city} ». Vérifiez l’orthographe ou ajoutez le pays.`,
    failed: (city: string) =>
      `Je n’ai pas pu obtenir la météo de ${city} : le service météo n’a pas répondu. Réessayez dans un instant.`,
  },
  es: {
    now: (p: Parts) =>
      `Ahora mismo en **${p.place}** hay **${p.temperature} °C**${p.sky}${p.wind ? `, con viento de ${p.wind} km/h` : ''}.`,
    seen: (time: string, zone: string) => ` Observado a las ${time}, hora local${zone}.`,
    later: ' Solo veo el tiempo actual, no el pronóstico.',
    unknown: (city: string) => `No conozco ninguna ciudad llamada «${city}». Revise cómo se escribe o añada el país.`,
    failed: (city: string) =>
      `No he podido obtener el tiempo de ${city}: el servicio meteorológico no respondió. Inténtelo de nuevo en breve.`,
  },
};

type Parts = {
  place: string;
  temperature: string;
  /** The description with a leading comma, or nothing. */
  sky: string;
  wind: string | undefined;
};

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
  const say = sentences[language];
  const weather = (typeof output === 'object' && output !== null ? output : {}) as Record<string, unknown>;
  if (typeof weather.temperature !== 'number') {
    return isUnknownCity(output) ? say.unknown(asked.city) : say.failed(asked.city);
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
  return (
    say.now({
      place,
      temperature: number.format(weather.temperature),
      sky: typeof described === 'string' && described !== '' ? `, ${escapeMarkdown(described)}` : '',
      wind: typeof weather.wind_speed === 'number' ? number.format(weather.wind_speed) : undefined,
    }) +
    (time ? say.seen(time, zone) : '') +
    (asked.later ? say.later : '')
  );
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
