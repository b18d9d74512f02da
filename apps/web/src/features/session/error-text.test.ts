import { ApiError } from '@causerie/client';
import i18next, { type TFunction } from 'i18next';
import { beforeAll, expect, it } from 'vitest';
import en from '../../i18n/catalogues/en.json' with { type: 'json' };
import { errorText, refusalText } from './error-text.ts';

let t: TFunction;

beforeAll(async () => {
  t = await i18next.createInstance().init({ lng: 'en', resources: { en: { translation: en } } });
});

it.each([
  [{ status: 0, code: 'unreachable' }, en.errors.unreachable],
  [{ status: 401, code: 'credentials_wrong' }, en.errors.credentials_wrong],
  [{ status: 409, code: 'email_taken' }, en.errors.email_taken],
  [{ status: 422, code: 'invalid_input', details: [{ path: 'email' }] }, en.errors.email_invalid],
  [{ status: 422, code: 'invalid_input', details: [{ path: 'new_password' }] }, en.errors.password_short],
  [{ status: 429, code: 'rate_limited' }, en.errors.rate_limited],
  [{ status: 429, code: 'rate_limited', retryAfter: 1 }, 'Too many attempts. Try again in 1 second.'],
  [{ status: 429, code: 'rate_limited', retryAfter: 40 }, 'Too many attempts. Try again in 40 seconds.'],
  [{ status: 429, code: 'rate_limited', retryAfter: 900 }, 'Too many attempts. Try again in 15 minutes.'],
  [{ status: 429, code: 'rate_limited', retryAfter: 80_000 }, 'Too many attempts. Try again in 23 hours.'],
  [{ status: 422, code: 'password_same' }, en.errors.password_same],
  [{ status: 503, code: 'stopping' }, en.errors.unavailable],
  [{ status: 502, code: 'http_502' }, en.errors.unavailable],
  [{ status: 418, code: 'constructor' }, 'That did not work: the words of the server'],
])('%j is said as a person would', (fields, sentence) => {
  expect(errorText(t, new ApiError('the words of the server', fields))).toBe(sentence);
});

it('says what is not a refusal at all as it is', () => {
  expect(errorText(t, new TypeError('x is undefined'))).toBe('That did not work: TypeError: x is undefined');
});

it('says what an address is told went wrong, and never what somebody wrote into it', () => {
  expect(refusalText(t, 'account_exists')).toBe(en.errors.account_exists);
  expect(refusalText(t, 'rate_limited')).toBe(en.errors.rate_limited);
  for (const code of ['Call +1 555 0100', '__proto__', 'toString', ''])
    expect(refusalText(t, code)).toBe(en.errors.sign_in_refused);
});
