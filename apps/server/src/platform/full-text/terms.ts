import { withoutPiles } from './marks.ts';

/** The length of a text that is indexed; a longer one is found by its beginning. */
export const longestText = 50_000;
const mostTerms = 20_000;
const longestTerm = 64;
/** The most words of a query; further ones are ignored. */
const mostWords = 16;

/** Scripts without spaces: every two neighbouring characters are a term. Word lists would differ by version. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々]+/gu;
const word = /[\p{L}\p{N}\p{M}]+/gu;

/**
 * Normalises a text for comparison: without case, accents, and the width of letters. Katakana keep the marks that
 * distinguish them.
 */
export function foldText(text: string): string {
  return withoutPiles(text)
    .replace(/[\ufdfa\ufdfb]/g, ' ') // Two signs that are whole sentences: a text of them would grow eighteenfold.
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .normalize('NFC');
}

/** Runs of one kind: words, and text in scripts without spaces. */
function* runsOf(text: string): Generator<{ run: string; spaced: boolean }, void> {
  for (const [found] of foldText(text.slice(0, longestText)).matchAll(word)) {
    let at = 0;
    for (const match of found.matchAll(unspaced)) {
      if (match.index > at) yield { run: found.slice(at, match.index), spaced: true };
      yield { run: match[0], spaced: false };
      at = match.index + match[0].length;
    }
    if (at < found.length) yield { run: found.slice(at), spaced: true };
  }
}

/** The terms by which a text is found, each once. */
export function searchTerms(text: string): string[] {
  const terms = new Set<string>();
  for (const { run, spaced } of runsOf(text.slice(0, longestText))) {
    if (terms.size >= mostTerms) break;
    if (spaced) {
      terms.add(cut(run));
      continue;
    }
    const characters = [...run];
    // The last character has no neighbour after it, and is a term of its own.
    for (const [index, character] of characters.entries()) terms.add(character + (characters[index + 1] ?? ''));
  }
  return [...terms];
}

/** The first words of a question, normalised. A run without spaces is one word. */
export const searchWords = (question: string): string[] => askedRuns(question).map(({ run }) => run);

function askedRuns(question: string) {
  return runsOf(question.slice(0, 1000)).take(mostWords).toArray();
}

/**
 * The question as PostgreSQL's `tsquery`: all words, each as a prefix; for a run without spaces, all its pairs. Null when
 * the question holds no word.
 */
export function searchQuery(question: string): string | null {
  const asked: string[] = [];
  for (const { run, spaced } of askedRuns(question)) {
    if (asked.length >= mostWords) break;
    const characters = [...run];
    if (spaced || characters.length === 1) asked.push(`'${cut(run)}':*`);
    else for (let at = 1; at < characters.length; at++) asked.push(`'${characters[at - 1]}${characters[at]}'`);
  }
  return asked.length > 0 ? asked.slice(0, mostWords * 4).join(' & ') : null;
}

const cut = (term: string) => (term.length <= longestTerm ? term : [...term].slice(0, longestTerm / 2).join(''));
