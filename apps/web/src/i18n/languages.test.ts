import { describe, expect, it } from 'vitest';
import { asLanguage, pickLanguage, regionalTag } from './languages.ts';

it('is written as it is written where the reader is', () => {
  expect(regionalTag('en', ['fr-FR', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(regionalTag('es', ['fr-FR', 'en-GB'])).toBe('es');
  expect(regionalTag('en', ['en-US@posix', 'en_GB'])).toBe('en');
});

describe('the language', () => {
  it('is the one of the address, then of this browser, then of the account, then what the browser asks for', () => {
    const all = { address: 'fr', chosen: 'es', account: 'en', browser: ['de', 'es-MX'] };
    expect(pickLanguage(all)).toBe('fr');
    expect(pickLanguage({ ...all, address: null })).toBe('es');
    expect(pickLanguage({ ...all, address: null, chosen: null, account: 'fr' })).toBe('fr');
    expect(pickLanguage({ browser: ['de', 'es-MX', 'fr'] })).toBe('es');
  });

  it('is English where nothing we speak was asked for', () => {
    expect(pickLanguage({})).toBe('en');
    expect(pickLanguage({ address: 'tlh', browser: ['de-CH', ''] })).toBe('en');
    expect(pickLanguage({ address: '../../etc', browser: ['constructor'] })).toBe('en');
  });

  it('is read from tags of any spelling', () => {
    expect(['fr-CA', 'FR', ' es_419 ', 'en-GB-oxendict'].map(asLanguage)).toEqual(['fr', 'fr', 'es', 'en']);
    expect(['frank', 'toString', '', null, undefined].map(asLanguage)).toEqual(Array(5).fill(undefined));
  });
});
