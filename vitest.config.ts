// Three kinds of tests: `node` (unit, session, integration, recorded), `house` (conventions and bundles), `e2e` (real browsers).
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where no run came before, vitest begins with the largest file; the longest one is the smallest, and would run alone in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /\/faults\/(crash-points-|histories|matrix)/.test(moduleId);
    return (await super.sort(files)).sort((one, other) => Number(isLong(other)) - Number(isLong(one)));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // As the build has it: pages are rendered in some tests.
        oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
        test: {
          name: 'node',
          include: [
            'src/**/*.test.ts',
            'src/**/*.test.tsx',
            'test/{companion,integration,recorded,session,faults}/**/*.test.ts',
          ],
          setupFiles: ['test/fakes/out-of-time.ts'],
          // Limits end what hangs, and judge nothing: they are far above what a busy machine needs.
          testTimeout: 120_000,
          // Making the embedded database takes some seconds, and more on a busy machine.
          hookTimeout: 300_000,
          // A busy machine is no reason to fail.
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: 'house',
          include: ['test/conventions/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          expect: { poll: { timeout: 60_000 } },
          globalSetup: ['test/e2e/global-setup.ts'],
        },
      },
    ],
  },
});
