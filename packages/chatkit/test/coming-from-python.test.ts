import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as agents from '../src/agents/index.ts';
import * as main from '../src/index.ts';

// The list is what the modules of openai-chatkit 1.6.5 define: classes, functions, constants and types without a leading
// underscore, and the public methods of the classes that an application uses or extends.
const names = JSON.parse(readFileSync(new URL('chatkit-python-names.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>;
const page = readFileSync(new URL('../docs/coming-from-chatkit-python.md', import.meta.url), 'utf8');

/** What a door exports, types included, by its text. */
const exportsOf = (door: string) => {
  const text = readFileSync(new URL(`../src/${door}.ts`, import.meta.url), 'utf8');
  const lists = [...text.matchAll(/export\s+(?:type\s+)?\{([^}]*)\}/g)].flatMap((match) => match[1]!.split(','));
  return new Set(lists.map((name) => name.trim().replace(/^type /, '')));
};

it.each(Object.keys(names))('every public name of chatkit.%s has its row, and what it names is there', (module) => {
  const section = page.split(`## chatkit.${module}\n`)[1]!.split('\n## ')[0]!;
  const rows = [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, there, here]) => ({ there, here: here! }));
  expect(rows.map((row) => row.there)).toEqual(names[module]);

  const exported = new Set([...exportsOf('index'), ...exportsOf('agents/index')]);
  const values = { ...main, ...agents } as unknown as Record<string, { prototype?: object } | undefined>;
  for (const { there, here } of rows) {
    if (here.startsWith('none')) continue;
    // The names in the cell: `Name`, `Name.member`, `name(…)`, `Name<…>`.
    const mentioned = [...here.matchAll(/`([A-Za-z]\w*)(?:\.(\w+))?[^`]*`/g)].filter(([, name]) => exported.has(name!));
    expect(mentioned.length, `${there}: ${here}`).toBeGreaterThan(0);
    for (const [, name, member] of mentioned) {
      if (!member) continue;
      const value = values[name!] as Record<string, unknown>;
      // Abstract methods exist in the type alone: the compiler holds those, in the classes that extend it.
      const source = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8');
      const has = member in value || member in ((value.prototype as object) ?? {}) || isAbstract(name!, member, source);
      expect(has, `${there}: ${name}.${member}`).toBe(true);
    }
  }
});

/** Whether the class says the method is abstract, in the file that the front door takes it from. */
function isAbstract(name: string, member: string, door: string): boolean {
  const from = [...door.matchAll(/export\s+\{([^}]*)\}\s+from '([^']+)'/g)].find(([, list]) =>
    new RegExp(`\\b${name}\\b`).test(list!),
  )?.[2];
  if (!from) return false;
  const text = readFileSync(new URL(`../src/${from}`, import.meta.url), 'utf8');
  return text.includes(`abstract ${member}(`);
}
