// For the run that out-of-time.long.test.ts starts: tests cut by their time limit, each followed by one that must
// notice nothing.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/faults/out-of-time/*.cases.ts'],
    setupFiles: ['test/harness/out-of-time.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
