import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';
import { describe, expect, it } from 'vitest';
import en from './catalogues/en.json' with { type: 'json' };
import es from './catalogues/es.json' with { type: 'json' };
import fr from './catalogues/fr.json' with { type: 'json' };

type Tree = { [key: string]: string | Tree };

/** `{a: {b: 'x'}}` → `{'a.b': 'x'}` */
function flatten(tree: Tree, path = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[path + key, value] as const] : [...flatten(value, `${path}${key}.`)],
    ),
  );
}

/** The key as in the source: without the plural form that i18next appends. */
const asked = (key: string) => key.replace(/_(?:zero|one|two|few|many|other)$/, '');
const variables = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1] ?? '').sort();

const catalogues = { en: flatten(en), fr: flatten(fr), es: flatten(es) };
const keys = new Set([...catalogues.en.keys()].map(asked));

// Names and words with the same spelling in the listed languages.
const alike: Record<string, ('fr' | 'es')[]> = {
  'admin.actions': ['fr'],
  'admin.invitations': ['fr'],
  'admin.sessions': ['fr'],
  'admin.threads': ['fr'],
  'admin.title': ['fr'],
  'app.name': ['fr', 'es'],
  'audit.detail': ['es'],
  'chat.region': ['fr'],
  'chat.title': ['es'],
  'nav.admin': ['fr'],
  'nav.chat': ['es'],
  'secondFactor.code': ['fr'],
  'signIn.email': ['fr'],
};

const root = join(import.meta.dirname, '..');
const sources = globSync('**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !/\.test\.|\.d\.ts$/.test(file))
  .map((file) => ({ file, code: readFileSync(join(root, file), 'utf8') }));

type Node = {
  type: string;
  [key: string]: unknown;
};

/** Every node of the syntax tree of one file. */
function* nodesOf(file: string, code: string): Generator<Node> {
  const queue: unknown[] = [parseAst(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' })];
  while (queue.length > 0) {
    const value = queue.pop();
    if (Array.isArray(value)) queue.push(...value);
    else if (typeof value === 'object' && value !== null) {
      if (typeof (value as Node).type === 'string') yield value as Node;
      queue.push(...Object.values(value));
    }
  }
}

/** Texts for people in the source instead of the catalogues. */
function hardCoded(file: string, code: string): string[] {
  const shown = new Set(['label', 'title', 'placeholder', 'aria-label', 'hint', 'alt', 'description']);
  const found: string[] = [];
  for (const node of nodesOf(file, code)) {
    if (node.type === 'JSXText' && /\p{L}{2}/u.test(String(node.value))) found.push(String(node.value).trim());
    if (node.type !== 'JSXAttribute') continue;
    const name = (node.name as { name?: unknown }).name;
    const value = node.value as { type?: string; value?: unknown } | null;
    if (
      typeof name === 'string' &&
      shown.has(name) &&
      value?.type === 'Literal' &&
      /\p{L}{2}/u.test(String(value.value))
    )
      found.push(`${name}="${String(value.value)}"`);
  }
  return found;
}

describe('the catalogues', () => {
  it.each(['fr', 'es'] as const)('%s has the keys of English, no more and no fewer', (language) => {
    expect([...new Set([...catalogues[language].keys()].map(asked))].sort()).toEqual([...keys].sort());
  });

  it.each(['en', 'fr', 'es'] as const)('%s has every plural form that its grammar asks for', (language) => {
    const plural = [...catalogues[language].keys()].filter((key) => asked(key) !== key).map(asked);
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const key of new Set(plural))
      for (const form of forms) expect(catalogues[language].has(`${key}_${form}`), `${key}_${form}`).toBe(true);
  });

  it.each(['fr', 'es'] as const)('%s is translated, each text with the variables of English', (language) => {
    for (const [key, text] of catalogues[language]) {
      expect(text.trim(), key).not.toBe('');
      const english = catalogues.en.get(key) ?? catalogues.en.get(`${asked(key)}_other`) ?? '';
      if (text === english) expect(alike[key] ?? [], `${key} is still English in ${language}`).toContain(language);
      if (!key.endsWith('_one')) expect(variables(text), key).toEqual(variables(english));
    }
  });

  it('set French with spaces that do not break, and open Spanish questions and exclamations', () => {
    for (const [key, text] of catalogues.fr) {
      expect(text, key).not.toMatch(/ [;!?»]| :(\s|$)|« /);
      // Nor without a space at all.
      expect(text.replace(/\{\{.*?\}\}/g, ''), key).not.toMatch(
        /[\p{L}\d)][;!?](\s|$)|\p{L}:\s|«[^\u00a0\u202f]|[^\u00a0\u202f]»/u,
      );
    }
    for (const [key, text] of catalogues.es)
      for (const [opening, closing] of [
        ['¿', '?'],
        ['¡', '!'],
      ] as const)
        expect(text.split(opening).length, `${key}: ${text}`).toBe(text.split(closing).length);
  });

  it('hold nothing that no view shows', () => {
    const literals = new Set<string>();
    for (const { file, code } of sources)
      for (const node of nodesOf(file, code)) {
        if (node.type === 'Literal' && typeof node.value === 'string') literals.add(node.value);
        // t(`admin.action.${name}`) uses everything below its fixed beginning.
        if (node.type !== 'TemplateLiteral') continue;
        const first = (node.quasis as { value: { cooked?: string } }[])[0]?.value.cooked ?? '';
        if (/^\w+\.(?:\w+\.)*$/.test(first)) for (const key of keys) if (key.startsWith(first)) literals.add(key);
      }
    expect([...keys].filter((key) => !literals.has(key))).toEqual([]);
  });

  it('hold every text that a view asks for', () => {
    const unknown: string[] = [];
    for (const { file, code } of sources)
      for (const node of nodesOf(file, code)) {
        if (node.type !== 'CallExpression' || (node.callee as { name?: string }).name !== 't') continue;
        const [key] = node.arguments as { type: string; value?: unknown }[];
        if (key?.type === 'Literal' && !keys.has(String(key.value))) unknown.push(`${file}: ${String(key.value)}`);
      }
    expect(unknown).toEqual([]);
  });
});

describe('the views', () => {
  it('contain no text of their own', () => {
    expect(sources.flatMap(({ file, code }) => hardCoded(file, code).map((text) => `${file}: ${text}`))).toEqual([]);
  });

  it('would be caught if they did', () => {
    expect(hardCoded('x.tsx', 'const a = <p>Sign in</p>;')).toEqual(['Sign in']);
    expect(hardCoded('x.tsx', 'const a = <Field label="Name" name="name" />;')).toEqual(['label="Name"']);
    expect(hardCoded('x.tsx', "const a = <p className='x'>{t('a.b')} · </p>;")).toEqual([]);
  });
});
