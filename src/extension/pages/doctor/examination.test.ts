import { expect, it } from 'vitest';
import { examine } from './examination.ts';
import { CHECKS, verdictOf, type Finding } from './findings.ts';
import { healthy } from './testing.ts';

it('reports each check in turn, all without problems', async () => {
  const reported: Finding[] = [];
  const findings = await examine(healthy(), (finding) => reported.push(finding));
  expect(reported.map(({ check }) => check)).toEqual(CHECKS);
  expect(findings).toEqual(reported);
  expect(findings.filter((finding) => verdictOf(finding) !== 'fine')).toEqual([]);
});

it('continues after a check that throws or hangs, without repeating its message', async () => {
  const findings = await examine(
    healthy({
      granted: () => Promise.reject(new Error('canary@example.com')),
      alarms: () => new Promise(() => undefined),
    }),
    () => undefined,
    50,
  );
  const failed = findings.filter(({ code }) => code === 'checkFailed');
  expect(failed).toEqual([
    { check: 'permissions', code: 'checkFailed' },
    { check: 'alarms', code: 'checkFailed' },
  ]);
  expect(findings).toHaveLength(CHECKS.length);
  expect(JSON.stringify(findings)).not.toContain('canary');
});
