// The walls between the rooms. Imports run in one direction only: fxa <- session <- extension; fxa <- companion;
// fxa <- mock-accounts. Extension and companion meet in `contract` alone, which knows nobody.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.tsx?$' },
  to: { pathNot: allowed },
});

const PAGES = '^src/extension/pages/';

/** What pages may use of the browser. */
const BROWSER_FOR_PAGES = '^src/extension/browser/(pages/|messaging\\.ts$|i18n\\.ts$)';

module.exports = {
  forbidden: [
    only(
      'fxa-is-pure',
      '^src/fxa/',
      ['^src/fxa/', 'node_modules/(oauth4webapi|jose)/'],
      'the protocol knows nobody',
    ),
    only(
      'session-knows-only-fxa',
      '^src/session/',
      ['^src/session/', '^src/fxa/', '^src/contract/'],
      'the rules reach the world through ports',
    ),
    only('contract-knows-nobody', '^src/contract/', ['^src/contract/'], 'it is what two programs agree on'),
    only(
      'mock-server-stands-alone',
      '^src/mock-accounts/',
      [
        '^src/mock-accounts/',
        '^src/fxa/',
        '^manifest\\.json$',
        'node_modules/(hono|@hono/node-server|jose|oidc-provider|light-my-request)/',
        '^(node:)?[a-z/_]+$',
      ],
      'the mock server is a server of its own',
    ),
    only(
      'companion-knows-only-fxa',
      '^src/companion/',
      [
        '^src/companion/',
        '^src/fxa/',
        '^src/contract/',
        'node_modules/(hono|@hono/node-server|jose|pg|@types/pg|@electric-sql/pglite|graphile-worker)/',
        'node_modules/(lru-cache|rate-limiter-flexible|prom-client|pino|undici|valibot)/',
        'node_modules/(@aws-sdk/client-sqs|sqs-consumer)/',
        '^(node:)?[a-z/_]+$',
      ],
      'the backend speaks to the extension over the network alone',
    ),
    {
      name: 'nothing-imports-the-companion',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/companion/', '\\.test\\.tsx?$'] },
      to: { path: '^src/companion/' },
    },
    {
      name: 'nothing-imports-the-mock-server',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/mock-accounts/', '\\.test\\.tsx?$'] },
      to: { path: '^src/mock-accounts/' },
    },
    {
      name: 'only-browser-imports-the-polyfill',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/extension/browser/' },
      to: { path: 'webextension-polyfill' },
    },
    {
      name: 'pages-hold-no-rules',
      comment:
        'pages call commands and watch storage; they know types and constants of the rules, never code',
      severity: 'error',
      from: { path: [PAGES, '^src/extension/browser/pages/'], pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^src/session/|^src/extension/background/',
        pathNot: '^src/session/(constants|state/storage-items)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-doctor-knows-the-protocol',
      comment: 'it looks at Mozilla accounts for itself',
      severity: 'error',
      from: { path: PAGES, pathNot: ['^src/extension/pages/doctor/', '\\.test\\.tsx?$'] },
      to: { path: '^src/fxa/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pages-know-little-of-the-build',
      comment: 'they know what they show (facts.ts); the doctor examines the build itself',
      severity: 'error',
      from: { path: PAGES, pathNot: ['^src/extension/pages/doctor/', '\\.test\\.tsx?$'] },
      to: { path: '^src/extension/(config|server-config)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pages-reach-the-browser-by-few-doors',
      severity: 'error',
      from: { path: PAGES, pathNot: '\\.test\\.tsx?$' },
      to: { path: '^src/extension/browser/', pathNot: BROWSER_FOR_PAGES },
    },
    {
      name: 'doors-of-one-page',
      comment: 'what only one page needs is open to that page',
      severity: 'error',
      from: { path: PAGES, pathNot: ['^src/extension/pages/doctor/', '\\.test\\.tsx?$'] },
      to: { path: '^src/extension/browser/pages/doctor-ports\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'type-only imports count too: in a circle no file can be read first',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'nothing-unresolved', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
