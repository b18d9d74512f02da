import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedNodes } from './older-nodes.ts';

// A start with a Node that is too old prints one sentence, not the syntax errors of that Node.

const root = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const sentence = /^Causerie needs Node 24 and this is v(20|22)\.\S+ [^\n]+\n$/;

const directory = mkdtempSync(join(tmpdir(), 'causerie-old-node-'));
/** A `node` that says it is of the version 20; the real ones are tried too, where they are. */
const pretended = join(directory, 'node');
beforeAll(() => {
  const pretend = `for (const [name, value] of [['version', 'v20.1.0'], ['versions', { ...process.versions, node: '20.1.0' }]]) Object.defineProperty(process, name, { value });`;
  writeFileSync(join(directory, 'pretend.mjs'), pretend);
  writeFileSync(pretended, `#!/bin/sh\nexec '${process.execPath}' --import '${join(directory, 'pretend.mjs')}' "$@"\n`);
  chmodSync(pretended, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const nodes = [
  ['pretended', pretended],
  ...installedNodes()
    .filter(({ major }) => major < 24)
    .map(({ major, binary }) => [`${major}`, binary]),
];

describe.each(nodes)('a Node that is too old (%s)', (_name, node) => {
  const run = (command: string) => {
    const env = { ...process.env, PATH: [dirname(node!), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter) };
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd: root, env, encoding: 'utf8' });
    return { status, said: stdout + stderr };
  };

  const own = Object.entries(scripts).filter(([, command]) => command.startsWith('node '));
  it.each(own)('npm run %s', (_script, command) => {
    expect(run(command)).toEqual({ status: 1, said: expect.stringMatching(sentence) });
  });

  it('npx vitest', () => {
    expect(run('node node_modules/vitest/vitest.mjs run no-such-file')).toEqual({
      status: 1,
      said: expect.stringMatching(sentence),
    });
  });
});

it('the server started without npm, by a Node that reads TypeScript but is too old', () => {
  const { status, stderr } = spawnSync(pretended, ['apps/server/src/main.ts'], { cwd: root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)]);
});

it('the tests above cover every command that starts our TypeScript', () => {
  expect(
    Object.values(scripts).filter((command) =>
      /^node (?!--import \.\/apps\/server\/src\/check-node\.js )/.test(command),
    ),
  ).toEqual([]);
});

it.each(['package.json', ...globSync('{apps,packages}/*/package.json', { cwd: root })])(
  'the scripts of %s are understood by cmd.exe of Windows as by sh',
  (manifest) => {
    const { scripts = {} }: { scripts?: Record<string, string> } = JSON.parse(
      readFileSync(join(root, manifest), 'utf8'),
    );
    for (const command of Object.values(scripts)) {
      // Its first word is node, npm or a program of a package: no `exec`, no `rm`, no `NAME=value` in front.
      const [program] = command.split(' ');
      if (program !== 'node' && program !== 'npm')
        expect(readdirSync(join(root, 'node_modules/.bin'))).toContain(program);
      // Nor anything that one shell alone reads: its quotes, variables, patterns, pipes and lists.
      expect(command).toMatch(/^[\w@./:= -]+$/);
    }
  },
);
