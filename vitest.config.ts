// Kinds of tests: `node` (unit, session, integration, recorded), `house` (conventions and bundles), `e2e` (real browsers).
// Files named `*.long.test.ts` and `*.long.e2e.test.ts` are left to `npm run test:long`, by the projects `long` and
// `e2e-long`.
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Where no run came before, vitest begins with the largest file; the longest one is the smallest, and would run alone
 * in the end.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/(faults\/(crash-points-|histories|matrix|out-of-time)|companion\/kill\/)/.test(moduleId);
    return (await super.sort(files)).sort((one, other) => Number(isLong(other)) - Number(isLong(one)));
  }
}

/** An order of its own would win over `--sequence.shuffle.files`, which shows whether files depend on each other. */
const isShuffled = process.argv.some((argument) => argument.startsWith('--sequence.shuffle'));

/** Limits end what hangs, and judge nothing: they are far above what a busy machine needs. */
const PATIENCE_MS = 300_000;
const POLL = { poll: { timeout: 60_000 } };

const LONG = '**/*.long.*';
const NODE = [
  'src/**/*.test.ts',
  'src/**/*.test.tsx',
  'test/{companion,conformance,integration,recorded,faults}/**/*.test.ts',
];

/** `ON_DATABASES` selects the companion's databases (test/companion/db/on-each-database.ts). */
const UNSELECTED = process.env.ON_DATABASES === 'PostgreSQL' ? ['test/companion/kill/embedded.test.ts'] : [];

const inNode = {
  globalSetup: ['test/harness/postgres-template.ts'],
  setupFiles: ['test/harness/per-file.ts', 'test/harness/out-of-time.ts'],
  sequence: { setupFiles: 'list' as const },
  isolate: false,
  testTimeout: 120_000,
  hookTimeout: PATIENCE_MS,
  expect: POLL,
};

const inBrowsers = {
  testTimeout: PATIENCE_MS,
  hookTimeout: PATIENCE_MS,
  fileParallelism: false,
  // All files in one process, so that they can share one browser.
  isolate: false,
  expect: POLL,
  globalSetup: ['test/e2e/global-setup.ts'],
};

export default defineConfig({
  test: {
    sequence: isShuffled ? {} : { sequencer: LongestFirst },
    projects: [
      {
        // As the build has it: pages are rendered in some tests.
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        test: {
          name: 'node',
          ...inNode,
          include: NODE,
          exclude: [...configDefaults.exclude, LONG, ...UNSELECTED],
        },
      },
      {
        test: {
          name: 'long',
          ...inNode,
          include: [...NODE, 'test/conventions/**/*.test.ts'].map((files) =>
            files.replace('.test.', '.long.test.'),
          ),
        },
      },
      {
        test: {
          name: 'house',
          include: ['test/conventions/**/*.test.ts'],
          exclude: [...configDefaults.exclude, LONG],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: 'e2e',
          ...inBrowsers,
          include: ['test/e2e/**/*.e2e.test.ts'],
          exclude: [...configDefaults.exclude, LONG],
        },
      },
      { test: { name: 'e2e-long', ...inBrowsers, include: ['test/e2e/**/*.long.e2e.test.ts'] } },
    ],
  },
});
