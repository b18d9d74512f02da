/**
 * `npm test`: lint, types, boundaries, dead code, then all tests. Every part runs even when an earlier one failed, so
 * that one run shows every fault. It ends with a line for each test that failed (or passed only at the second attempt), then
 * `tests: N passed, N failed, N skipped`, so that the end of a log shows every fault.
 *
 * `npm test -- PATH…` runs only the tests of these files and folders; the options of vitest work too.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { chromiumPlaces } from './chromium.ts';
import { step } from './step.ts';

const root = path.resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'causerie-test-'));
const bin = (name: string) => path.join(root, 'node_modules/.bin', name);
const failures: string[] = [];
const failedTests: string[] = [];
/** Tests that passed only at the second attempt: no failure, but a developer should look at them. */
const retriedTests: string[] = [];
const totals = { passed: 0, failed: 0, skipped: 0 };

// What some tests need and the packages cannot bring.
const parts: [name: string, candidates: string[], debianPackage: string][] = [
  ['Chromium', chromiumPlaces, 'chromium'],
  ['Redis', ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'], 'redis-server'],
  ['nginx', ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'], 'nginx'],
];
const missing: string[] = [];
for (const [name, candidates, debianPackage] of parts) {
  if (candidates.some((file) => file && existsSync(file))) continue;
  missing.push(name);
  console.log(`${name} is not here: its tests are skipped (Debian: apt-get install ${debianPackage}).`);
}
if (missing.length > 0 && process.env.CI === 'true') failures.push(`missing with CI=true: ${missing.join(', ')}`);

async function part(name: string, command: string[]) {
  const started = performance.now();
  try {
    await step(name, command, root, { ...process.env, CAUSERIE_MISSING: missing.join(',') });
  } catch (error) {
    failures.push((error as Error).message);
  }
  console.log(`— ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

async function tests(name: string, chosen: string[]) {
  const report = path.join(scratch, `${name}.json`);
  await part(`${name} tests`, [
    bin('vitest'),
    'run',
    ...chosen,
    '--reporter',
    'default',
    '--reporter',
    'json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) {
    failures.push(`${name} tests wrote no report`);
    return;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const found: string[] = result.testResults.map((file: { name: string }) => path.relative(root, file.name));
  const missed = pathsOf(chosen).filter((place) => !found.some((file) => file.includes(place)));
  if (missed.length > 0) {
    // Not what vitest ended with, which hides it: nothing failed, there is nothing.
    if (found.length === 0) failures.pop();
    failures.push(...missed.map((place) => `No test is found at ${place}`));
  }
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  for (const file of result.testResults) {
    const failed = file.assertionResults.filter((test: { status: string }) => test.status === 'failed');
    const name = path.relative(root, file.name);
    for (const test of failed) failedTests.push(oneLine(`${name} > ${test.fullName}: ${test.failureMessages[0]}`));
    for (const test of file.assertionResults) {
      if (test.status === 'passed' && test.failureMessages.length > 0)
        retriedTests.push(oneLine(`${name} > ${test.fullName}: ${test.failureMessages[0]}`));
    }
    // A file that could not be loaded, or whose beforeAll threw, has no failed test of its own.
    if (failed.length === 0 && file.status === 'failed') failedTests.push(oneLine(`${name}: ${file.message}`));
  }
}

/** The files and folders among the arguments of vitest, as it looks for them: part of a path below the root, without its line. */
function pathsOf(chosen: string[]): string[] {
  return chosen
    .filter((argument, at) => !argument.startsWith('-') && !/^--?[^=]+$/.test(chosen[at - 1] ?? ''))
    .map((argument) => argument.replace(/:\d+$/, ''))
    .map((argument) => (/^\.{0,2}\//.test(argument) ? path.relative(root, path.resolve(root, argument)) : argument));
}

function oneLine(text: string) {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').slice(0, 300);
}

const chosen = process.argv.slice(2);
if (chosen.length > 0) await tests('chosen', chosen);
else await everything();

async function everything() {
  // Nothing of the second row needs what the first makes; each keeps one of two cores busy.
  await Promise.all([
    inTurn([
      // The packages are tried on every Node they promise.
      ['older Nodes', 'node', 'tools/older-nodes.ts'],
      ['build', 'node', 'tools/build.ts'],
    ]),
    inTurn([
      ['lint', bin('biome'), 'check', '.'],
      ['types', bin('tsc'), '-b'],
      ['boundaries', 'node', 'tools/check-boundaries.ts'],
      ['unused', bin('knip'), '--no-progress'],
    ]),
  ]);
  // These wait for servers to start and to stop as much as they compute: a third worker fills the gaps.
  await tests('node', ['--project', 'node', '--project', 'partitions', '--maxWorkers', '3']);
  await tests('browser', ['--project', 'browser']);
}

async function inTurn(row: [name: string, ...command: string[]][]) {
  for (const [name, ...command] of row) await part(name, command);
}

rmSync(scratch, { recursive: true, force: true });
for (const test of retriedTests) console.log(`TRIED AGAIN ${test}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
for (const test of failedTests) console.log(`FAILED ${test}`);
console.log(`tests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(failures.length > 0 || totals.failed > 0 || totals.passed === 0 ? 1 : 0);
