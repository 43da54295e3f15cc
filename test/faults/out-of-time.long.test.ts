// A test that times out stops everything it runs; the next test in the same worker finds nothing of it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { title: string; status: string; failureMessages: string[] }[];
  }[];
}

/** Runs the cases of a file in a vitest of its own. */
async function run(file: string, signal: AbortSignal): Promise<Map<string, { status: string; why: string }>> {
  const folder = mkdtempSync(join(tmpdir(), 'out-of-time-'));
  const report = join(folder, 'report.json');
  try {
    const args = ['run', '--config', join(root, 'test/faults/out-of-time/vitest.config.ts'), file];
    const child = spawn(
      process.execPath,
      [vitest, ...args, '--reporter=json', `--outputFile.json=${report}`],
      // The inner run must not inherit this one's settings.
      { cwd: root, stdio: 'ignore', signal, env: { PATH: process.env.PATH, TMPDIR: tmpdir() } },
    );
    await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    return new Map(
      all.map(({ title, status, failureMessages }) => [title, { status, why: failureMessages.join('\n') }]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it.for([
  ['timers.cases.ts', 4],
  ['processes.cases.ts', 1],
] as const)(
  'a test that is cut disturbs none after it: %s',
  { timeout: 600_000 },
  async ([file, pairs], { signal }) => {
    const results = [...(await run(file, signal))];
    const of = (kind: string) => results.filter(([title]) => title.startsWith(kind));
    expect([of('cut').length, of('undisturbed').length]).toEqual([pairs, pairs]);
    for (const [title, { status }] of of('cut')) expect([title, status]).toEqual([title, 'failed']);
    for (const one of of('undisturbed')) expect(one).toEqual([one[0], { status: 'passed', why: '' }]);
  },
);
