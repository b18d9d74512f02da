import { expect, test } from 'vitest';
import { plainTitle } from './plain-title.ts';

test.each([
  ['"A small talk."', 'A small talk'],
  ['**Weather in Lyon**', 'Weather in Lyon'],
  ['# Weather in *Lyon*', 'Weather in Lyon'],
  ['Title: The `map` function', 'The map function'],
  ['Titre : « Le vin jaune »', 'Le vin jaune'],
  ['- [Lyon](https://example.org) in May', 'Lyon in May'],
  ['\n\nFirst line\nand an explanation of it', 'First line'],
  ['<think>They ask of rain.</think>\n\n**Rain**', 'Rain'],
  ['They ask of rain.\n</think>\nRain', 'Rain'],
  ['snake_case and 2 * 3 * 4', 'snake_case and 2 * 3 * 4'],
  ['C# or C++', 'C# or C++'],
  ['<b>Bold</b> plans', 'Bold plans'],
  ['Escaped \\*stars\\*', 'Escaped *stars*'],
  ['重要な会議', '重要な会議'],
])('%j is titled %j', (answer, title) => {
  expect(plainTitle(answer)).toBe(title);
});

test.each(['', '  \n ', '""', '**', '<think>endless'])('%j is no title', (answer) => {
  expect(plainTitle(answer)).toBeUndefined();
});

test('a long title is cut at a word, with a mark', () => {
  const title = plainTitle(`${'reasonable '.repeat(12)}end`)!;
  expect(title).toMatch(/^(reasonable )+reasonable…$/);
  expect(title.length).toBeLessThanOrEqual(80);
  const chinese = plainTitle('😀重'.repeat(60))!;
  expect(chinese.endsWith('…')).toBe(true);
  expect(chinese.isWellFormed()).toBe(true);
});
