import { expect, it } from 'vitest';
import { withFrenchSpaces } from './french-spaces.ts';

it('spaces before and inside French marks do not break', () => {
  expect(withFrenchSpaces('Quoi ? Non ; oui ! Voici : « là »')).toBe(
    'Quoi\u202f? Non\u202f; oui\u202f! Voici\u00a0: «\u00a0là\u00a0»',
  );
  expect(withFrenchSpaces('`a ? b : c` et http://x\n\n```sh\nls ; ls\n```\n:)')).toBe(
    '`a ? b : c` et http://x\n\n```sh\nls ; ls\n```\n:)',
  );
});
