// `npm run mutants`: Stryker changes one expression at a time where security depends on it, and tests have to notice.
// MUTATE="src/fxa/callback.ts:1-40 src/fxa/http.ts" narrows it down.

/** What decides who gets in, and where a token may go. */
const SECURITY = [
  'src/fxa/{callback,destroy,discovery,http,id-token,introspection,profile,scoped-keys,secure-url,token-endpoint,tokens}.ts',
  'src/session/{profile,policy}.ts',
  'src/session/state/{parse-record,grant-backup}.ts',
  'src/session/sign-in/{attempt,auth-tab,auth-window,complete,key-set}.ts',
  'src/session/sign-out/{outbox,outbox-entries}.ts',
  'src/session/tokens/{access-token,scoped-keys,secret-store,token-cache,token-limits}.ts',
  'src/extension/background/{handlers,report,switch-server}.ts',
  'src/extension/browser/messaging.ts',
  'src/extension/browser/ports/{own-window,vault}.ts',
  'src/companion/bearer/*.ts',
  'src/companion/security-events/*.ts',
];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'scripts/check/mutants.vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Evaluated once per process, so that a mutant of it would need all tests each time.
  ignoreStatic: true,
  mutate: process.env.MUTATE?.split(' ') ?? [...SECURITY, '!src/**/*.test.ts', '!src/**/testing/**'],
  // Texts of errors are for people to read; no test should repeat them.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'screenshots', 'docs', '.companion', 'test/e2e'],
  tempDirName: '.stryker-tmp',
  reporters: ['progress-append-only', 'clear-text'],
  clearTextReporter: { logTests: false, reportTests: false, skipFull: true },
  concurrency: 2,
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 30,
};
