// What the tests of the doctor do on its page.
import { expect } from 'vitest';
import type { OwnPage } from '../../scripts/driver/index.ts';
import { PATIENCE } from '../../scripts/driver/wait.ts';
import { words } from './words.ts';

export const DOCTOR = 'src/extension/pages/doctor/index.html';

/** Milliseconds. */
export const SOON = { timeout: 3 * PATIENCE };

/** The findings by check, as the report has them. */
type Findings = Record<string, string>;

interface Report {
  version: string;
  browser: { name: string; version: string };
  platform: string;
  state: { status: string; problem?: object };
  metrics: { waiting: number };
  journal: { to?: string; why?: string }[];
  findings: { check: string; code: string }[];
}

/** Makes a report, which has to be what the page shows. */
export async function makeReport(
  page: OwnPage,
): Promise<{ text: string; report: Report; findings: Findings }> {
  await page.press(words('doctorMakeReport'));
  const file = await page.linkTo(words('doctorSave'));
  const text = decodeURIComponent(file.slice(file.indexOf(',') + 1));
  // What is saved is what was shown, to the letter.
  const shown = await page.text();
  expect(shown.replace(/\s+/g, ' ')).toContain(text.replace(/\s+/g, ' '));
  const report = JSON.parse(text) as Report;
  return {
    text,
    report,
    findings: Object.fromEntries(report.findings.map(({ check, code }) => [check, code])),
  };
}

/**
 * Looks again until all is well. This build's alarm for news rings every second, and there is none while it is
 * answered; and on a busy machine servers are slow.
 */
export async function waitUntilFine(page: OwnPage): Promise<void> {
  const fine = words('doctorSummaryFine');
  await expect
    .poll(async () => {
      if ((await page.text()).includes(fine)) return fine;
      await page.press(words('doctorRunAgain'));
      return page.text();
    }, SOON)
    .toContain(fine);
}
