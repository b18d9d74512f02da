/** The languages the interface speaks. */
export type Language = 'en' | 'fr' | 'es';

/**
 * The WMO weather interpretation codes that Open-Meteo uses (WW, https://open-meteo.com/en/docs), in words.
 */
const descriptions: Record<number, Record<Language, string>> = {
  0: { en: 'clear sky', fr: 'ciel dégagé', es: 'cielo despejado' },
  1: { en: 'mainly clear', fr: 'plutôt dégagé', es: 'mayormente despejado' },
  2: { en: 'partly cloudy', fr: 'partiellement nuageux', es: 'parcialmente nublado' },
  3: { en: 'overcast', fr: 'ciel couvert', es: 'cielo cubierto' },
  45: { en: 'fog', fr: 'brouillard', es: 'niebla' },
  48: { en: 'freezing fog', fr: 'brouillard givrant', es: 'niebla engelante' },
  51: { en: 'light drizzle', fr: 'bruine légère', es: 'llovizna débil' },
  53: { en: 'drizzle', fr: 'bruine', es: 'llovizna' },
  55: { en: 'dense drizzle', fr: 'bruine dense', es: 'llovizna intensa' },
  56: { en: 'light freezing drizzle', fr: 'bruine verglaçante légère', es: 'llovizna helada débil' },
  57: { en: 'dense freezing drizzle', fr: 'bruine verglaçante dense', es: 'llovizna helada intensa' },
  61: { en: 'light rain', fr: 'pluie faible', es: 'lluvia débil' },
  63: { en: 'rain', fr: 'pluie', es: 'lluvia' },
  65: { en: 'heavy rain', fr: 'forte pluie', es: 'lluvia fuerte' },
  66: { en: 'light freezing rain', fr: 'pluie verglaçante faible', es: 'lluvia helada débil' },
  67: { en: 'heavy freezing rain', fr: 'forte pluie verglaçante', es: 'lluvia helada fuerte' },
  71: { en: 'light snow', fr: 'neige faible', es: 'nieve débil' },
  73: { en: 'snow', fr: 'neige', es: 'nieve' },
  75: { en: 'heavy snow', fr: 'forte neige', es: 'nevada fuerte' },
  77: { en: 'snow grains', fr: 'neige en grains', es: 'cinarra' },
  80: { en: 'light rain showers', fr: 'averses faibles', es: 'chubascos débiles' },
  81: { en: 'rain showers', fr: 'averses', es: 'chubascos' },
  82: { en: 'violent rain showers', fr: 'averses violentes', es: 'chubascos violentos' },
  85: { en: 'light snow showers', fr: 'averses de neige faibles', es: 'chubascos de nieve débiles' },
  86: { en: 'heavy snow showers', fr: 'fortes averses de neige', es: 'chubascos de nieve fuertes' },
  95: { en: 'thunderstorm', fr: 'orage', es: 'tormenta' },
  96: { en: 'thunderstorm with light hail', fr: 'orage avec grêle faible', es: 'tormenta con granizo débil' },
  99: { en: 'thunderstorm with heavy hail', fr: 'orage avec forte grêle', es: 'tormenta con granizo fuerte' },
};

const unknown: Record<Language, string> = { en: 'no description', fr: 'sans description', es: 'sin descripción' };

/** The weather code in words; a code the WMO table does not have gets a neutral phrase. */
export function describeWeather(code: number, language: Language): string {
  return (descriptions[code] ?? unknown)[language];
}

/**
 * The best of our languages for an `Accept-Language` header (RFC 9110 §12.5.4), English when none fits.
 */
export function pickLanguage(header: string | undefined): Language {
  let best: Language = 'en';
  let bestQuality = 0;
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = tag.split('-')[0];
    if (language !== 'en' && language !== 'fr' && language !== 'es') continue;
    const weight = parameters.map((p) => p.trim()).find((p) => p.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    if (quality > bestQuality) {
      best = language;
      bestQuality = quality;
    }
  }
  return best;
}
