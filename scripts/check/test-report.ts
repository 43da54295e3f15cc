// What a vitest run counted and which tests failed, read from its JSON report.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface StepResult extends Counts {
  /** For each failed test: file, step, title, and the first line of why. */
  readonly failures: readonly string[];
}

/** The part of the report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** A step without a report counts as one test: it passes or fails as a whole. */
export function wholeStep(step: string, ok: boolean): StepResult {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, failures: ok ? [] : [`✗ ${step}: failed`] };
}

/** A run that wrote no report, or that failed (`ok` false) without a failed test, counts as one failure. */
export function readReport(
  path: string,
  { root, step, ok }: { readonly root: string; readonly step: string; readonly ok: boolean },
): StepResult {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: [`✗ ${step}: wrote no report`] };
  }
  const failures = report.testResults.flatMap((file) => failuresIn(file, root, step));
  const failed = Math.max(report.numFailedTests, failures.length, ok ? 0 : 1);
  if (failed > 0 && failures.length === 0) failures.push(`✗ ${step}: failed without a failed test`);
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed, skipped, failures };
}

/** A file can also fail outside of its tests, at an import or in a hook. */
function failuresIn(file: Report['testResults'][number], root: string, step: string): string[] {
  const where = `✗ ${relative(root, file.name)} (${step})`;
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  if (file.status === 'failed' && failed.length === 0) return [`${where}: ${firstLine(file.message)}`];
  return failed.map(
    ({ fullName, failureMessages }) => `${where}: ${fullName}\n    ${firstLine(failureMessages?.[0])}`,
  );
}

const firstLine = (text = '') => text.split('\n', 1)[0] ?? '';
