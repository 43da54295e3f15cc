// `npm test`: everything that can be checked in some minutes, stage by stage, with a count at the end. `npm run
// test:long` (`--long`): what takes longer.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readReport, wholeStep, type Counts, type StepResult } from './test-report.ts';

interface Step {
  readonly name: string;
  /** Without a vitest project, a step counts as one test: it passes or fails as a whole. */
  readonly command: readonly string[];
  /** The name of its report. */
  readonly vitest?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const { values } = parseArgs({
  options: {
    'skip-e2e': { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
  },
});
const root = fileURLToPath(new URL('../../', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'npm-test-'));

const vitest = (project: string, name: string, report = project, only: readonly string[] = []): Step => ({
  name,
  vitest: report,
  command: [
    'vitest',
    'run',
    ...only,
    '--project',
    project,
    // More than cores: many tests wait for processes they have started.
    `--maxWorkers=${availableParallelism() + 2}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, report)}`,
  ],
});

/** Each browser in a run of its own, both at the same time: most of what they do is to wait. */
const e2e = (browser: string, name: string, project = 'e2e'): Step => ({
  ...vitest(project, `end to end, in ${name}`, `e2e-${browser}`),
  env: { E2E_BROWSERS: browser },
});

/** What reads the code alone, in two lanes. */
const READERS: readonly (readonly Step[])[] = [
  [
    { name: 'lint', command: ['oxlint'] },
    { name: 'format', command: ['oxfmt', '--check'] },
  ],
  [
    { name: 'direction of imports', command: ['depcruise', 'src', '--config', '.dependency-cruiser.cjs'] },
    { name: 'types, each room in its runtime', command: ['tsx', 'scripts/check/types.ts'] },
  ],
];

const POSTGRES: Step = {
  name: 'PostgreSQL and PgBouncer are here',
  command: ['node', 'scripts/machine/setup.mjs', '--postgres'],
};
const BROWSERS: Step = {
  name: 'both browsers are here',
  command: ['node', 'scripts/machine/setup.mjs', '--browsers'],
};

/** Suites that run on each database: on PostgreSQL in the short run, on the embedded one in the long run. */
const ON_EACH_DATABASE = ['client-spaces', 'deliveries', 'metrics', 'revocations', 'secret-check', 'sessions']
  .map((name) => `test/companion/db/${name}`)
  .concat('test/companion/db/upkeep', 'test/companion/jwt-events', 'test/companion/stored-sessions')
  .concat('test/companion/whole');

/** One list after the other; within a list its lanes at the same time, and in a lane again one step after the other. */
type Stages = readonly (readonly (readonly Step[])[])[];

const SHORT: Stages = [
  [[POSTGRES]],
  [
    [
      {
        ...vitest('node', 'unit, session, integration on both eras, recorded exchanges'),
        env: { ON_DATABASES: 'PostgreSQL' },
      },
    ],
  ],
  [
    [
      { name: 'build', command: ['tsx', 'scripts/build/build.ts'] },
      {
        name: 'web-ext lint',
        command: ['web-ext', 'lint', '--source-dir', 'dist/firefox', '--warnings-as-errors'],
      },
      vitest('house', 'conventions and the content of the bundles'),
    ],
    ...READERS,
  ],
  ...(values['skip-e2e'] ? [] : [[[BROWSERS]], [[e2e('firefox', 'Firefox')], [e2e('chromium', 'Chromium')]]]),
];

const LONG: Stages = [
  [[POSTGRES]],
  [[vitest('long', 'the other crash points, histories and matrix cells')]],
  [
    [
      {
        ...vitest('node', 'the companion on the embedded database', 'embedded', ON_EACH_DATABASE),
        env: { ON_DATABASES: 'embedded' },
      },
    ],
  ],
  [
    [
      {
        ...vitest('node', 'more kills of the companion', 'kills', ['test/companion/kill']),
        env: { KILL_ROUNDS: '12', KILL_SEED: '20261122' },
      },
    ],
  ],
  ...(values['skip-e2e']
    ? []
    : [
        [[BROWSERS]],
        [
          [e2e('firefox', 'Firefox, the rarer cases', 'e2e-long')],
          [e2e('chromium', 'Chromium, the rarer cases', 'e2e-long')],
        ],
      ]),
];

const STAGES = values.long ? LONG : SHORT;

// One would leave a browser out, the other all histories but one, and the count at the end would not tell.
const faultCounts = join(reports, 'faults');
const env: NodeJS.ProcessEnv = { ...process.env, FAULT_COUNTS: faultCounts };
delete env.E2E_BROWSERS;
delete env.FAULTS_SEED;
delete env.ON_DATABASES;
delete env.KILL_ROUNDS;
delete env.KILL_SEED;

function run({ command: [command = '', ...args], env: own }: Step): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...env, ...own },
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Tests that iterate over many cases report how many, to show what they covered. */
const COVERAGE_COUNTERS = [
  'crash points',
  'matrix cells',
  'interleavings',
  ...(values.long ? ['kills of the companion on the embedded database'] : []),
  'kills of the companion on PostgreSQL',
  'kills of PostgreSQL',
];

function resultOf(step: Step, ok: boolean): StepResult {
  if (step.vitest === undefined) return wholeStep(step.name, ok);
  return readReport(join(reports, step.vitest), { root, step: step.name, ok });
}

/** How many crash points, matrix cells and interleavings the tests went through. */
function readFaultCounts(): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  if (!existsSync(faultCounts)) return sums;
  for (const line of readFileSync(faultCounts, 'utf8').trim().split('\n')) {
    const { what, count } = JSON.parse(line) as { what: string; count: number };
    sums.set(what, (sums.get(what) ?? 0) + count);
  }
  return sums;
}

const inWords = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
const failures: string[] = [];
async function runStep(step: Step): Promise<void> {
  const began = Date.now();
  const { failures: failed, ...counts } = resultOf(step, await run(step));
  failures.push(...failed);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const seconds = `${((Date.now() - began) / 1000).toFixed(0)} s`;
  const mark = counts.failed || counts.skipped ? '✗' : '✓';
  lines.push(`${mark} ${step.name}: ${inWords(counts)} (${seconds})`);
}

async function runLane(lane: readonly Step[]): Promise<void> {
  for (const step of lane) await runStep(step);
}

for (const [index, lanes] of STAGES.entries()) {
  const names = lanes.map((lane) => lane.map(({ name }) => name).join(', '));
  console.log(`\n── ${index + 1} of ${STAGES.length}: ${names.join('; beside it ')}`);
  await Promise.all(lanes.map(runLane));
}
const sums = readFaultCounts();
rmSync(reports, { recursive: true, force: true });

console.log(`\n${lines.join('\n')}`);
console.log(`  gone through: ${[...sums].map(([what, count]) => `${count} ${what}`).join(', ')}`);
for (const what of COVERAGE_COUNTERS.filter((one) => !sums.has(one))) {
  failures.push(`✗ ${what}: there were none`);
  total.failed++;
}
if (failures.length) console.log(`\nfailed:\n${failures.join('\n')}`);
// A caller of both commands can print one combined count.
const { TEST_COUNTS: counts, TEST_FAILURES: failureList } = process.env;
if (counts) appendFileSync(counts, `${total.passed} ${total.failed + total.skipped}\n`);
if (failureList && failures.length) appendFileSync(failureList, `${failures.join('\n')}\n`);
if (values['skip-e2e']) console.log('– end to end: left out, as asked');
if (total.skipped) console.log('✗ a skipped test fails the run: what it would check is unknown');
console.log(`\n${counts ? `${values.long ? 'test:long' : 'test'}: ` : ''}${inWords(total)}`);
process.exitCode = total.failed || total.skipped ? 1 : 0;
