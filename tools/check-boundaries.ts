/**
 * The house rules of CONTRIBUTING.md as a check: `npm run boundaries`.
 *
 * Reads every source file git knows, finds its imports (type imports count: a type is a dependency too), and reports each
 * broken rule. It also plants one violation of every kind into a copy of the tree in memory and fails when one passes: a
 * rule that matches nothing would otherwise stay unnoticed.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Import, importsOf, isTest, readSources, type Sources, withoutComments } from './read-imports.ts';

type Rule = { name: string; check(sources: Sources, imports: Import[]): string[]; plant: Record<string, string> };

const feature = (file: string) => /^apps\/server\/src\/features\/([^/]+)\//.exec(file)?.[1];

const rules: Rule[] = [
  {
    name: '1. no import cycles, types included',
    check: (_, imports) => cycles(imports).map((ring) => ring.join(' → ')),
    plant: {
      'packages/client/src/planted-a.ts': "import type { B } from './planted-b.ts';\nexport type A = B;",
      'packages/client/src/planted-b.ts': "import type { A } from './planted-a.ts';\nexport type B = A;",
    },
  },
  {
    name: '2. a feature is entered only through its index.ts',
    check: (_, imports) =>
      imports
        .filter(({ from, target }) => {
          const owner = feature(target);
          if (!owner || feature(from) === owner) return false;
          if (target === `apps/server/src/features/${owner}/index.ts`) return false;
          // The doors are wired by app.ts, which alone may name them.
          return !(from === 'apps/server/src/app.ts' && /\/(routes|socket)\.ts$/.test(target)) && !isTest(from);
        })
        .map(show),
    plant: { 'apps/server/src/features/planted/index.ts': "import '../conversations/queries.ts';" },
  },
  {
    name: '3. platform/database is imported only by queries.ts, migrations and app.ts',
    check: (_, imports) =>
      imports
        .filter(({ target }) => target.startsWith('apps/server/src/platform/database/'))
        .filter(
          ({ from }) =>
            !from.startsWith('apps/server/src/platform/database/') &&
            !from.startsWith('apps/server/migrations/') &&
            !from.endsWith('/queries.ts') &&
            from !== 'apps/server/src/app.ts' &&
            !isTest(from) &&
            !/^(e2e|bench|tools)\/|^vitest/.test(from),
        )
        .map(show),
    plant: { 'apps/server/src/features/planted/send.ts': "import '../../platform/database/index.ts';" },
  },
  {
    name: '4. fastify is imported only under http/, in routes.ts and socket.ts',
    check: (_, imports) =>
      imports
        .filter(({ specifier }) => /^(fastify|fastify-|@fastify\/)/.test(specifier))
        .filter(({ from }) => from.startsWith('apps/server/src/'))
        .filter(
          ({ from }) =>
            !from.startsWith('apps/server/src/http/') && !/\/(routes|socket)\.ts$/.test(from) && !isTest(from),
        )
        .map(show),
    plant: { 'apps/server/src/features/planted/rule.ts': "import type { FastifyRequest } from 'fastify';" },
  },
  {
    name: '5. process.env is read only in config.ts',
    check: (sources) =>
      [...sources]
        .filter(
          ([file]) => /^(apps|packages)\/[^/]+\/src\//.test(file) && !file.endsWith('/config.ts') && !isTest(file),
        )
        .filter(([, text]) => /\bprocess\s*(\.\s*env|\[\s*['"]env['"]\s*\])/.test(withoutComments(text)))
        .map(([file]) => file),
    plant: { 'apps/server/src/features/planted/env.ts': 'export const key = process.env.KEY;' },
  },
  {
    name: '6. packages import nothing from apps; platform nothing from features',
    check: (_, imports) =>
      imports
        .filter(
          ({ from, target }) =>
            (from.startsWith('packages/') && target.startsWith('apps/') && !isTest(from)) ||
            (from.startsWith('apps/server/src/platform/') && target.startsWith('apps/server/src/features/')) ||
            (from.startsWith('apps/web/') && target.startsWith('apps/server/')) ||
            (from.startsWith('packages/chatkit-element/src/') && target.startsWith('packages/chatkit/src/server')),
        )
        .map(show),
    plant: {
      'packages/client/src/planted.ts': "import '../../../apps/server/src/errors.ts';",
      'apps/server/src/platform/planted.ts': "import '../features/conversations/index.ts';",
    },
  },
  {
    name: '7. no folder named utils, helpers, common or shared',
    check: (sources) =>
      [...sources.keys()].filter((file) => /(^|\/)(utils?|helpers?|common|shared|misc|lib)\//.test(file)),
    plant: { 'apps/server/src/utils/dates.ts': 'export const now = 1;' },
  },
  {
    name: '8. no `export *`',
    check: (sources) =>
      [...sources].filter(([, text]) => /^\s*export\s+(type\s+)?\*/m.test(withoutComments(text))).map(([file]) => file),
    plant: { 'packages/client/src/planted.ts': "export * from './index.ts';" },
  },
  {
    name: '9. workspace dependencies point down: packages never depend on apps, the element on no server package; a source reaches another workspace by its name',
    check: (sources, imports) => [
      ...imports
        .filter(({ from, specifier, target }) => {
          const own = /^(?:packages|apps)\/[^/]+\/(?=src\/)/.exec(from)?.[0];
          return own && specifier.startsWith('.') && !target.startsWith(own) && !isTest(from);
        })
        .map(show),
      ...[...sources]
        .filter(([file]) => /^(packages|apps)\/[^/]+\/package\.json$/.test(file))
        .flatMap(([file, text]) => {
          const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
          const wanted = Object.keys({
            ...manifest.dependencies,
            ...manifest.peerDependencies,
            ...manifest.devDependencies,
          });
          return wanted
            .filter((name) => name.startsWith('@causerie/'))
            .filter((name) => !(allowedWorkspaceArrows[path.dirname(file)] ?? []).includes(name))
            .map((name) => `${file} depends on ${name}`);
        }),
    ],
    plant: {
      'packages/client/package.json': '{"dependencies":{"@causerie/server":"0.1.0"}}',
      'packages/widgets/package.json': '{"devDependencies":{"@causerie/chatkit-element":"0.1.0"}}',
      'packages/widgets/src/planted.ts': "import '../../chatkit-element/src/protocol.ts';",
    },
  },
  {
    name: "10. the engine knows no door's protocol, and platform/ids makes the server's ids",
    check: (sources, imports) => [
      ...imports
        .filter(
          ({ from, specifier }) =>
            from.startsWith('apps/server/src/features/conversations/') && specifier.startsWith('@causerie/'),
        )
        .map(show),
      ...[...sources]
        .filter(([file]) => file.startsWith('apps/server/src/') && !isTest(file))
        .filter(([, text]) =>
          /\bimport\b[^;]*\bnewId\b[^;]*\bfrom\s+['"]@causerie\/chatkit/.test(withoutComments(text)),
        )
        .map(([file]) => `${file} takes newId from @causerie/chatkit`),
    ],
    plant: {
      'apps/server/src/features/conversations/planted.ts': "import type { ThreadItem } from '@causerie/chatkit';",
      'apps/server/src/features/planted/make.ts': "import { newId } from '@causerie/chatkit';",
    },
  },
  {
    name: '11. index.ts of a feature, of the platform and of http lists names, in fewer than 60 lines',
    check: (sources) =>
      [...sources]
        .filter(([file]) => namesOnly.test(file))
        .flatMap(([file, text]) => {
          const rest = withoutComments(text).replace(/export\s+(type\s+)?\{[^{}]*\}\s+from\s+'[^']+';/g, '');
          return [
            ...(rest.trim() ? [`${file} does more than list names`] : []),
            ...(text.split('\n').length > 60 ? [`${file} has 60 lines or more`] : []),
          ];
        }),
    plant: {
      'apps/server/src/features/planted/index.ts': 'export const send = () => {};',
      'apps/server/src/features/planted/inner/index.ts': "export { a } from './a.ts';\n".repeat(60),
      'apps/server/src/platform/planted/index.ts': "import './a.ts';",
    },
  },
  {
    name: '12. packages/api imports nothing but zod; the server never imports the client',
    check: (_, imports) =>
      imports
        .filter(
          ({ from, specifier, target }) =>
            (from.startsWith('packages/api/src/') &&
              !isTest(from) &&
              specifier !== 'zod' &&
              !target.startsWith('packages/api/src/')) ||
            (from.startsWith('apps/server/') &&
              (/^@causerie\/client(\/|$)/.test(specifier) || target.startsWith('packages/client/'))),
        )
        .map(show),
    plant: {
      'packages/api/src/planted.ts': "import type { StreamEvent } from '@causerie/chatkit';",
      'apps/server/src/features/planted/routes.ts': "import { createClient } from '@causerie/client';",
    },
  },
  {
    name: '13. no two sources of a package share a name, index.ts aside',
    check: (sources) => {
      const byName = new Map<string, string[]>();
      for (const file of sources.keys()) {
        const [, owner, name] = /^packages\/([^/]+)\/src\/(?:.*\/)?([^/]+?)\.tsx?$/.exec(file) ?? [];
        if (!name || name === 'index' || isTest(file)) continue;
        const key = `${owner}/${name}`;
        byName.set(key, [...(byName.get(key) ?? []), file]);
      }
      return [...byName.values()].filter((files) => files.length > 1).map((files) => files.join(' and '));
    },
    plant: { 'packages/chatkit-element/src/view/session.tsx': 'export const view = 1;' },
  },
  {
    name: '14. platform holds no product words',
    check: (sources) =>
      [...sources]
        .filter(([file]) => file.startsWith('apps/server/src/platform/') && !isTest(file))
        .flatMap(([file, text]) => {
          const found = productWords.exec(withoutComments(text).replace(wordsOfOthers, ''))?.[0];
          return found ? [`${file} says "${found}"`] : [];
        }),
    plant: {
      'apps/server/src/platform/files/planted.ts': 'export const pathOf = (threadId: string) => threadId;',
      'apps/server/src/platform/mail/planted.ts': "export const subject = 'Your conversation';",
    },
  },
];

/** What the server is about. The platform would be the same in another product. */
const productWords =
  /assistant|attachment|chatkit|cometchat|conversation|dictation|inbox|messenger|participant|sign-?(?:in|up|out)(?![a-z])|thread|visitor|weather|widget|workflow/i;
/** A module of Node, and the role in which models answer, as their APIs call it. */
const wordsOfOthers = /worker_threads|'assistant'/g;

/** The files of rule 11. */
const namesOnly = /^apps\/server\/src\/(features|platform|http)\/(.+\/)?index\.ts$/;

/** Which workspace may depend on which; every other dependency is a fault. */
const allowedWorkspaceArrows: Record<string, string[]> = {
  'packages/api': [],
  'packages/chatkit': [],
  'packages/chatkit-element': ['@causerie/chatkit', '@causerie/widgets'],
  'packages/client': ['@causerie/api'],
  'packages/widgets': [],
  'apps/server': ['@causerie/api', '@causerie/chatkit'],
  'apps/web': ['@causerie/api', '@causerie/client', '@causerie/widgets'],
};

const show = ({ from, specifier }: Import) => `${from} imports ${specifier}`;

/** Rings among relative imports, each named once by the files on it. */
function cycles(imports: Import[]): string[][] {
  const graph = new Map<string, string[]>();
  for (const { from, target, specifier } of imports) {
    if (specifier.startsWith('.')) graph.set(from, [...(graph.get(from) ?? []), target]);
  }
  const rings: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (file: string) => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      rings.push([...trail.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    trail.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    trail.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return rings;
}

const faultsOf = (rule: Rule, sources: Sources) => rule.check(sources, importsOf(sources));

/** Runs every rule over `sources`; returns a line for each fault, and for each planted violation that passed. */
export function checkBoundaries(sources: Sources): string[] {
  const faults: string[] = [];
  for (const rule of rules) {
    const found = faultsOf(rule, sources);
    faults.push(...found.map((fault) => `${rule.name}: ${fault}`));
    for (const [file, text] of Object.entries(rule.plant)) {
      const alone = rule.name.startsWith('1.') ? rule.plant : { [file]: text };
      const planted = faultsOf(rule, new Map([...sources, ...Object.entries(alone)]));
      if (planted.length <= found.length) faults.push(`the gate is open: "${rule.name}" let ${file} pass`);
    }
  }
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sources = readSources();
  const faults = checkBoundaries(sources);
  for (const fault of faults) console.error(fault);
  console.log(`boundaries: ${sources.size} files, ${rules.length} rules, ${faults.length} faults`);
  process.exit(faults.length ? 1 : 0);
}
