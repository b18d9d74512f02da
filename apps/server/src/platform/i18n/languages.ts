/** The languages of the server's texts for people. */
export const languages = ['en', 'fr', 'es'] as const;
export type Language = (typeof languages)[number];

export const isLanguage = (tag: string | undefined): tag is Language => languages.some((language) => language === tag);

/**
 * The best of our languages for an `Accept-Language` header (RFC 9110 §12.5.4), English when none fits.
 */
export function pickLanguage(header: string | undefined): Language {
  let best: Language = 'en';
  let bestQuality = 0;
  for (const part of (header ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = tag.split('-')[0];
    if (!isLanguage(language)) continue;
    const weight = parameters.map((p) => p.trim()).find((p) => p.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    if (quality > bestQuality) {
      best = language;
      bestQuality = quality;
    }
  }
  return best;
}
