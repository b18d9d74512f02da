import { expect, it } from 'vitest';
import { titleOfAnswer } from './title.ts';

it.each([
  ['<think>They ask of rain.</think>\n\n**Rain**', 'Rain'],
  ['They ask of rain.\n</think>\nRain', 'Rain'],
  ['Title: The `map` function', 'The map function'],
  ['Titre : « Le vin jaune »', 'Le vin jaune'],
  ['**Title:** Rain', 'Rain'],
  ['**Title: Rain**', 'Rain'],
  ['# Title\n: Rain', 'Rain'],
  ['Title:\n\nRain', 'Rain'],
  ['Titles of books', 'Titles of books'],
])('the answer %j gives the title %j', (answer, title) => {
  expect(titleOfAnswer(answer)).toBe(title);
});

it.each(['', '<think>endless', 'Title:'])('the answer %j gives none', (answer) => {
  expect(titleOfAnswer(answer)).toBeUndefined();
});
