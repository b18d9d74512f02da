import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCodes } from './error-codes.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

it('docs/errors.md lists every refusal, in order, as it is', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toEqual(
    Object.entries(errorCodes).map(
      ([code, { status, retryable, message }]) =>
        `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${message} |`,
    ),
  );
});

it('the codes are in the order of the alphabet, so that each has one place', () => {
  expect(Object.keys(errorCodes)).toEqual(Object.keys(errorCodes).sort());
});
