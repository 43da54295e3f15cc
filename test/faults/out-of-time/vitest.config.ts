// For the run that out-of-time.test.ts starts: tests that are cut by their time limit, each followed by one that is to notice nothing.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/faults/out-of-time/*.cases.ts'],
    setupFiles: ['test/harness/out-of-time.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
