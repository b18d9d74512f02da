import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { routesPage, routesPagePath } from './write-routes-page.ts';

it('docs/routes.md says what the contract says (else: node tools/write-routes-page.ts)', () => {
  expect(readFileSync(routesPagePath, 'utf8')).toBe(routesPage());
  expect(routesPage()).toContain('| `DELETE /api/account/sessions/:id` | a person | End a session. |');
});
