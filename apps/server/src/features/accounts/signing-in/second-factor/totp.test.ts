import { expect, it } from 'vitest';
import { base32, codeOf, stepAt, stepOf } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

// RFC 6238, appendix B, the rows of SHA-1: eight digits there, of which ours are the last six.
it.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i s the code is …%s', (seconds, code) => {
  expect(codeOf(secret, stepAt(seconds * 1000))).toBe(code.slice(2));
});

it('a code holds one step either way, and not at or before the last one used', () => {
  const now = 1_111_111_111_000;
  const step = stepAt(now);
  for (const [at, right] of [
    [step - 2, false],
    [step - 1, true],
    [step, true],
    [step + 1, true],
    [step + 2, false],
  ] as const)
    expect(stepOf(secret, codeOf(secret, at), now, 0), String(at - step)).toBe(right ? at : undefined);
  expect(stepOf(secret, codeOf(secret, step), now, step)).toBeUndefined();
  expect(stepOf(secret, codeOf(secret, step), now, step - 1)).toBe(step);
});

it.each(['', '12345', '1234567', 'abcdef', '１２３４５６', ' 94287'])('%j is no code', (code) => {
  expect(stepOf(secret, code, 59_000, 0)).toBeUndefined();
});

// RFC 4648, section 10.
it.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %j is %j', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});
