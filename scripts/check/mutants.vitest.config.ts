// The tests that judge mutants: those of files and of the session, which need no browser, database or process.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: process.env.MUTATE_TESTS?.split(' ') ?? [
      'src/{fxa,session,extension}/**/*.test.{ts,tsx}',
      'src/companion/{bearer,security-events}/**/*.test.ts',
      'test/integration/*.test.ts',
    ],
    exclude: ['**/*.long.*', 'test/integration/mock-accounts*', '**/node_modules/**'],
    setupFiles: ['test/harness/out-of-time.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
