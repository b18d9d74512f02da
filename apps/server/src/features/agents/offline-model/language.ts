import { withoutPiles } from '../../../platform/full-text/marks.ts';
import { type Language, languages } from '../../../platform/i18n/index.ts';

// Words that are frequent in one of the three and rare or absent in the others, folded (lower case, no accents).
const marks: Record<Language, Set<string>> = {
  en: new Set(
    'the and you your what how about is are it in weather like hello hi hey thanks thank please can could who why do does for with today now my this that tell me of good morning bye'.split(
      ' ',
    ),
  ),
  fr: new Set(
    'le la les des et est il elle fait quel quelle quels temps meteo bonjour salut merci comment qui quoi que peux tu vous je ma mon dans pour avec aujourd hui au aux du une un ce cette combien pleut es dis moi coucou bonsoir revoir froid chaud'.split(
      ' ',
    ),
  ),
  es: new Set(
    'el los las y es hace que tiempo clima hola gracias como quien puedes tu usted yo mi en para con hoy ahora una un este esta cuanto donde por favor dime buenos buenas dias tardes del adios llueve frio calor eres'.split(
      ' ',
    ),
  ),
};

/** Lower case, without accents, punctuation as single spaces. */
export function fold(text: string): string {
  return withoutPiles(text)
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The language a message is written in; undefined when it gives no sign of one ("Rome?"). */
export function detectLanguage(text: string): Language | undefined {
  const scores: Record<Language, number> = { en: 0, fr: 0, es: 0 };
  if (/[¿¡ñ]/i.test(text)) scores.es += 3;
  if (/[àâçèêëîïôœùû]|\b[cdjlmnst]['’]/i.test(text)) scores.fr += 2;
  // Contractions look like French elisions, but with the short part behind.
  if (/\w['’](s|re|m|ll|ve|t|d)\b/i.test(text)) scores.en += 3;
  for (const word of fold(text).split(' ')) {
    for (const language of languages) if (marks[language].has(word)) scores[language]++;
  }
  const best = languages.toSorted((a, b) => scores[b] - scores[a]);
  const [first, second] = [best[0]!, best[1]!];
  return scores[first] > 0 && scores[first] > scores[second] ? first : undefined;
}
