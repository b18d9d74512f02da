import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Caller, contract, type Route, refusalsOf } from '../packages/api/src/index.ts';

// `node tools/write-routes-page.ts` writes docs/routes.md from the contract in packages/api; a test compares the two.

export const routesPagePath = join(import.meta.dirname, '../docs/routes.md');

const headings: Record<keyof typeof contract, string> = {
  auth: 'Signing in: programs',
  browserAuth: 'Signing in: browsers',
  signIn: 'Signing in: passkeys and OpenID providers',
  account: 'Account',
  signInWays: 'Account: ways to sign in',
  apiKeys: 'API keys',
  admin: 'Administration',
  chatkit: 'ChatKit',
  attachments: 'Attachments',
  hosted: 'Hosted ChatKit',
  tools: 'Tools',
  config: 'Configuration',
  health: 'Health',
};

const callers: Record<Caller, string> = {
  anybody: 'anybody',
  'signed-in': 'a person, also with a temporary password',
  person: 'a person',
  browser: 'a person, by session cookie',
  administrator: 'an administrator',
  session: 'a person, or a ChatKit session',
  ticket: 'a signed address',
  'session-or-ticket': 'a person, a ChatKit session or a signed address',
};

/** The page of routes, from the contract. */
export function routesPage(): string {
  const sections = Object.entries(contract).map(([group, routes]) => {
    const rows = Object.values(routes).map(rowOf);
    const table = ['| Route | Who may call it | What it does | Refusals of its own |', '|---|---|---|---|', ...rows];
    return [`## ${headings[group as keyof typeof contract]}`, '', ...table, ''].join('\n');
  });
  return `# Routes

<!-- Made by tools/write-routes-page.ts from packages/api. Change it there. -->

Every route of the API. What each takes and answers is at \`/docs\` of a running server, in \`/openapi.json\`, and in the types of
[\`@causerie/api\`](../packages/api); [API](api.md) is how to begin. Besides its own [refusals](errors.md) a route may be refused
with those that belong to any request, such as \`rate_limited\` and \`stopping\`.

${sections.join('\n')}`
    .trimEnd()
    .concat('\n');
}

function rowOf(route: Route): string {
  const { method, path, caller, summary, description } = route;
  const refusals = refusalsOf(route).map((code) => `\`${code}\``);
  const what = [summary, description?.replace(/\.$/, '')].filter(Boolean).join('. ');
  return `| \`${method} ${path}\` | ${callers[caller]} | ${what}. | ${refusals.join(', ')} |`;
}

if (import.meta.main) writeFileSync(routesPagePath, routesPage());
