import { expect, it } from 'vitest';
import { plainTitle } from './plain-title.ts';

it.each([
  // Emphasis
  ['**Weather in Lyon**', 'Weather in Lyon'],
  ['***Weather* in Lyon**', 'Weather in Lyon'],
  ['snake_case and 2 * 3 * 4', 'snake_case and 2 * 3 * 4'],
  ['2 ** 3 ** 4', '2 ** 3 ** 4'],
  ['_Weather_ in __Lyon__, ~~not Paris~~', 'Weather in Lyon, not Paris'],
  ['**Weather in Lyon', 'Weather in Lyon'],
  ['Escaped \\*stars\\*', 'Escaped *stars*'],
  ['重要な会議', '重要な会議'],
  ['**重要：**请*注意*安全', '重要：请注意安全'],
  ['これは**大事**です。', 'これは大事です'],
  // Blocks
  ['# Weather in *Lyon*', 'Weather in Lyon'],
  ['## Plan ##', 'Plan'],
  ['C# or C++', 'C# or C++'],
  ['#causerie is #1', '#causerie is #1'],
  ['> - **Quoted** item', 'Quoted item'],
  ['1. First\n2. Second', 'First'],
  ['5. Sinfonie', '5. Sinfonie'],
  ['1984 was a novel', '1984 was a novel'],
  ['- [ ] Do it', 'Do it'],
  ['[ ] Do it', 'Do it'],
  ['* [x] Done', 'Done'],
  ['Fix my list\n- a\n- b', 'Fix my list'],
  ['---\n\nAfter a rule', 'After a rule'],
  ['| River | Length |\n|---|---|', 'River Length'],
  ['\n\nFirst line\nand an explanation of it', 'First line'],
  // Links and pictures
  ['Please explain [this](http://x) code to me', 'Please explain this code to me'],
  ['- [Lyon](https://example.org/a_(b)) in May', 'Lyon in May'],
  ['[a][1] and [b][]', 'a and b'],
  ['![A cat](cat.png) and [![badge](b.svg)](http://x)', 'A cat and badge'],
  ['Read <https://example.org> for me[^1]', 'Read https://example.org for me'],
  [`Look at ![this](data:image/png;base64,${'A'.repeat(3000)})`, 'Look at this'],
  ['array[0] and [draft]', 'array[0] and [draft]'],
  // Code
  ['The `map` function', 'The map function'],
  ['Why `__init__` and `a*b*c`, ``x`y``?', 'Why __init__ and a*b*c, x`y?'],
  ['The `map function', 'The map function'],
  ['```js\nconst a = 1;\n```', 'const a = 1'],
  ['```js const a = 1```', 'const a = 1'],
  // HTML
  ['<b>Bold</b> <a href="http://x">plans</a>', 'Bold plans'],
  ['<b><i>Bold</i></b>', 'Bold'],
  ['One<br>two<br/>three', 'One two three'],
  ['<p>Half a tag', 'Half a tag'],
  ['How do I centre a <div> in Array<string>?', 'How do I centre a <div> in Array<string>?'],
  ['Use `<div>` here', 'Use <div> here'],
  ['a < b and c > d', 'a < b and c > d'],
  // Quotation marks
  ['"A small talk."', 'A small talk'],
  ['« Le vin jaune »', 'Le vin jaune'],
  ['„Wetter in Lyon“', 'Wetter in Lyon'],
  ["'Rain'", 'Rain'],
  ['Quoted" Title', 'Quoted Title'],
  ['"Quoted" Title', '"Quoted" Title'],
  ['"Yes" or "no"', '"Yes" or "no"'],
  ['The “half of a quote', 'The half of a quote'],
  ["Don't use the dogs' bowl", "Don't use the dogs' bowl"],
  ['A 27" screen', 'A 27" screen'],
])('%j is titled %j', (text, title) => {
  expect(plainTitle(text, 80)).toBe(title);
});

it.each(['', '  \n ', '""', '**', '- [ ] ', '```\n```', '![](http://x)'])('%j is no title', (text) => {
  expect(plainTitle(text, 80)).toBeUndefined();
});

it('a long title is cut at a word, with a mark', () => {
  const title = plainTitle(`${'reasonable '.repeat(12)}end`, 80)!;
  expect(title).toMatch(/^(reasonable )+reasonable…$/);
  expect(title.length).toBeLessThanOrEqual(80);
  expect(plainTitle('one two three', 8)).toBe('one two…');
  const families = plainTitle('👩‍👩‍👧‍👦重'.repeat(60), 80)!;
  expect(families).toMatch(/^(👩‍👩‍👧‍👦重)+(👩‍👩‍👧‍👦)?…$/u);
  expect(families.length).toBeLessThanOrEqual(80);
  expect(plainTitle(`a${'\u0301'.repeat(400)}`, 80)!.length).toBeLessThanOrEqual(80);
});
