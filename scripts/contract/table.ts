// The contract as a table for a terminal, and below it what to do about the lines that failed.
import type { Line, Outcome } from './evaluate.ts';

const MARKS: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', skipped: '–' };

/** Columns wrap nowhere: the widest cell decides. */
export function table(lines: readonly Line[]): string {
  const cells = lines.map(({ outcome, name, expected, came }) => [MARKS[outcome], name, expected, came]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const rows = cells.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
  const grouped = lines.flatMap(({ group }, index) => {
    const isNew = group !== lines[index - 1]?.group;
    return [...(isNew ? [`\n${group}`] : []), rows[index] ?? ''];
  });
  return [...grouped, ...whatToDo(lines), '', summary(lines)].join('\n');
}

function whatToDo(lines: readonly Line[]): readonly string[] {
  const failed = lines.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return [];
  const described = failed.map(
    ({ group, name, advice = '', knownFrom = '' }) =>
      `  ✗ ${group}: ${name}\n    ${advice}\n    (${knownFrom})`,
  );
  return ['\nWhat to do', ...described];
}

function summary(lines: readonly Line[]): string {
  const count = (outcome: Outcome) => lines.filter((line) => line.outcome === outcome).length;
  return `${count('passed')} as expected, ${count('failed')} not, ${count('skipped')} not asked.`;
}
