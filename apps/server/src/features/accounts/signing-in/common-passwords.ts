import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { AppError } from '../../../errors.ts';

const require = createRequire(import.meta.url);
/** What people choose most, and the words of English, French and Spanish: what a guesser tries first. */
const lists = [
  '@zxcvbn-ts/language-common/src/passwords.json',
  '@zxcvbn-ts/language-en/src/commonWords.json',
  '@zxcvbn-ts/language-fr/src/commonWords.json',
  '@zxcvbn-ts/language-es-es/src/commonWords.json',
];
/** Shorter ones are refused for being short. */
const shortest = 8;

let loading: Promise<Set<string>> | undefined;

/** Whether a password is among those that are guessed first: a common one, a word, or the person's own address. */
export async function isCommonPassword(password: string, email?: string): Promise<boolean> {
  loading ??= load();
  const plain = fold(password);
  const own = email === undefined ? [] : [fold(email), fold(email.split('@')[0]!)];
  return own.includes(plain) || (await loading).has(plain);
}

/** Throws `password_common` for such a password. */
export async function refuseCommonPassword(password: string, email?: string): Promise<void> {
  if (await isCommonPassword(password, email)) throw new AppError('password_common');
}

/** Read when the first password is chosen. */
async function load(): Promise<Set<string>> {
  const words = new Set<string>();
  for (const list of lists)
    for (const word of JSON.parse(await readFile(require.resolve(list), 'utf8')) as string[])
      if (word.length >= shortest) words.add(fold(word));
  return words;
}

/** Guessers try capitals and leave accents out. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  // Most words of the lists have nothing to fold.
  return /^[ -~]*$/.test(lower) ? lower : lower.normalize('NFKD').replace(/\p{Mn}/gu, '');
}
