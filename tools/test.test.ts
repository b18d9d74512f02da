import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** `npm test -- …`: the exit code and what was printed. */
function npmTest(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { status, stdout } = spawnSync(process.execPath, ['tools/test.ts', ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { status, stdout };
}

it('npm test -- PATH runs the tests there and nothing else', () => {
  const { status, stdout } = npmTest(
    'packages/chatkit/src/protocol',
    '-t',
    'no test has this name, which skips all of them',
  );
  expect(stdout).not.toMatch(/^— (build|lint|types|node tests)/m);
  expect(stdout).toMatch(/^tests: 0 passed, 0 failed, \d+ skipped\n$/m);
  // A run that ran nothing is no success.
  expect(status).toBe(1);

  const { status: none, stdout: nothing } = npmTest('no/such/file', 'tools/no-such-folder/');
  expect(none).toBe(1);
  expect(nothing).toMatch(
    /\nFAILED No test is found at no\/such\/file\nFAILED No test is found at tools\/no-such-folder\/\ntests: 0 passed, 0 failed, 0 skipped\n$/,
  );
  expect(nothing).not.toContain('chosen tests failed');

  const { status: good, stdout: ran } = npmTest('./tools/write-config-page.test.ts');
  expect(ran).not.toContain('No test is found');
  expect(ran).toMatch(/^tests: 1 passed, 0 failed, 0 skipped\n$/m);
  expect(good).toBe(0);
}, 120_000);
