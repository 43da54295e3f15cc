// docs/benchmarks.md says what `npm run bench` kept in docs/benchmarks.json.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatted, section, type Measurements } from '../../scripts/check/bench-report.ts';

const DOC = 'docs/benchmarks.md';

it('shows what was measured last, in every chapter', async () => {
  const measured = JSON.parse(readFileSync('docs/benchmarks.json', 'utf8')) as Measurements;
  const doc = readFileSync(DOC, 'utf8');
  expect(Object.keys(measured)).toEqual(['verify', 'durable', 'bearer', 'growth', 'polls']);
  for (const chapter of Object.values(measured))
    expect(doc).toContain((await formatted(DOC, section(chapter))).trim());
});
