import { expect, it } from 'vitest';
import { tellFailure } from './tell-failure.ts';

it('says in the language of the person what happened', () => {
  expect(tellFailure('not_configured', 'en', false)).toMatch(/^No model is set up.*tell the administrator\.$/);
  expect(tellFailure('not_configured', 'fr', false)).toMatch(/^Aucun modèle/);
  expect(tellFailure('not_configured', 'es', false)).toMatch(/^No hay ningún modelo/);
});

it('tells an administrator what to set, where there is something', () => {
  expect(tellFailure('auth', 'en', true)).toMatch(/Set another, restart the server/);
  expect(tellFailure('auth', 'en', false)).toMatch(/tell the administrator/);
  expect(tellFailure('server', 'en', true)).toBe(tellFailure('server', 'en', false));
});
