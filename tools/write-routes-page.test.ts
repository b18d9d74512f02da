import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { contract, type Route } from '../packages/api/src/index.ts';
import { routesPage, routesPagePath } from './write-routes-page.ts';

const root = path.resolve(import.meta.dirname, '..');
const routes = Object.values(contract).flatMap((group): Route[] => Object.values(group));

it('docs/routes.md says what the contract says (else: node tools/write-routes-page.ts)', () => {
  expect(readFileSync(routesPagePath, 'utf8')).toBe(routesPage());
  expect(routesPage()).toContain('| `DELETE /api/account/sessions/:id` | a person | End a session. |');
});

it('every address that the pages name is a route of the contract', () => {
  const docs = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const pages = ['README.md', ...docs.map((name) => `docs/${name}`)];
  const patternOf = (route: Route) => new RegExp(`^${route.path.replace(/:\w+|\*$/g, '[^ ]+')}$`);
  const isRoute = (address: string, method: string | undefined) =>
    address.endsWith('*')
      ? routes.some((route) => route.path.startsWith(address.slice(0, -1)))
      : routes.some((route) => patternOf(route).test(address) && route.method === (method ?? route.method));
  const unknown: string[] = [];
  let seen = 0;
  for (const page of pages) {
    const text = readFileSync(path.join(root, page), 'utf8');
    for (const [, method, address] of text.matchAll(
      /(?:\b(GET|POST|PUT|PATCH|DELETE) )?(\/api\/[\w$][\w{}$:/*…-]*)/g,
    )) {
      seen++;
      if (!isRoute(address!, method)) unknown.push(`${page}: ${method ?? ''} ${address}`);
    }
  }
  expect(unknown).toEqual([]);
  expect(seen).toBeGreaterThan(100);
});
