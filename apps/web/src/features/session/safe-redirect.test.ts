import { expect, it } from 'vitest';
import { safeRedirect } from './safe-redirect.ts';

it('leads to a place of this site and nowhere else', () => {
  expect(safeRedirect('/?thread=thr_1')).toBe('/?thread=thr_1');
  expect(safeRedirect('/admin')).toBe('/admin');
  for (const elsewhere of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/chat\\evil',
    `/${'x'.repeat(2000)}`,
    'javascript:alert(1)',
    'admin',
    '',
    undefined,
  ])
    expect(safeRedirect(elsewhere)).toBe('/');
});
