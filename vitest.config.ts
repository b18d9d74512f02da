import './apps/server/src/check-node.js';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Starts with the files that take longest: one that begins last keeps one worker busy while the other has nothing to do. */
const longest = [
  /\/gallery\//,
  /chat\.browser/,
  /admin\.browser/,
  /deploy\/nginx/,
  /\/crash\//,
  /deploy\//,
  /\/bus\./,
  /write-deadline/,
  /tools\/(dev|packages)/,
  /markdown\/view/,
  /session\.browser/,
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => name.test(moduleId));
      return found === -1 ? longest.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const conditions = ['@causerie/source', 'node', 'development|production'];

// One runner for unit, integration and browser tests. A test file that needs Chromium is named *.browser.test.ts:
// those drive a real browser through playwright-core.
export default defineConfig({
  // Our own packages from their sources: docs/decisions/0012-packages-built-for-others.md.
  ssr: { resolve: { conditions } },
  // The same for what runs before the tests, such as globalSetup.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Two cores are what everybody has, and a browser keeps one busy: a third worker would make the others late.
    maxWorkers: 2,
    // A worker runs one file after another and keeps what they import, its browser and its server. So a file leaves no timer,
    // no global and no listener behind, and closes what it opens.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // One PostgreSQL for the whole run, started when the first test file asks for a database.
    globalSetup: ['apps/server/src/platform/database/testing/cluster.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          // A machine that nobody watches gets a second try, and the end of its log says which test took it.
          retry: process.env.CI === 'true' ? 1 : 0,
          include: [
            'packages/*/{src,test,examples}/**/*.test.{ts,tsx}',
            'apps/*/src/**/*.test.{ts,tsx}',
            'tools/**/*.test.ts',
            'deploy/**/*.test.ts',
            'bench/*.test.ts',
            'e2e/*.test.ts',
          ],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
        },
      },
      {
        // The engine once more, on a database whose tables are parted as an operator parts them.
        extends: true,
        test: {
          name: 'partitions',
          retry: process.env.CI === 'true' ? 1 : 0,
          // What writes and reads its tables; what is only told of them is the same on both.
          include: ['*', '{log,members,runs,search}/*', 'feed/{follow,inbox}', 'feed/*.property'].map(
            (name) => `apps/server/src/features/conversations/${name}.test.ts`,
          ),
          // Makes its own tables.
          exclude: ['**/former-version.test.ts'],
          provide: { testPartitions: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['packages/*/{src,test}/**/*.browser.test.ts', 'e2e/**/*.browser.test.ts'],
          // A browser on a machine that others use misses a frame now and then; what fails twice is a fault.
          retry: 1,
          testTimeout: 60_000,
          // As patient as Playwright's own waiting: a page that loads on a busy machine is not at fault.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
