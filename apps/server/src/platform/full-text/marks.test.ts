import { expect, it } from 'vitest';
import { withoutPiles } from './marks.ts';
import { foldText, searchTerms } from './terms.ts';

// Those below the letter behind those above it: putting them in order takes the square of their number.
const piled = `a${'\u0301'.repeat(24_000)}${'\u0323'.repeat(24_000)}`;

it.each<[string, (text: string) => unknown]>([
  ['terms', searchTerms],
  ['a text in pieces', foldText],
])('makes %s of marks without end in a moment', (_, read) => {
  const began = performance.now();
  for (let time = 0; time < 3; time++) read(piled);
  // Without the bound each takes seconds on any machine; with it, twenty milliseconds.
  expect(performance.now() - began).toBeLessThan(3000);
});

it('leaves every mark that a language writes', () => {
  const texts = ['Tiếng Việt', 'שָׁלוֹם', 'ﾊﾞﾊﾟ', 'नमस्ते', 'น้ำ', `z${'\u0335\u0301'.repeat(15)}`];
  for (const text of texts) expect(withoutPiles(text)).toBe(text);
});
