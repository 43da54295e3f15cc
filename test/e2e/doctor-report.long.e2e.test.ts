// The doctor: what it finds where all is well and where it is not, and a report without personal data.
import { beforeAll, expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { theDatabase } from './companion.ts';
import type { BrowserUnderTest } from '../../scripts/driver/index.ts';
import { PATIENCE } from '../../scripts/driver/wait.ts';
import { DOCTOR, makeReport, SOON, waitUntilFine } from './doctor-steps.ts';
import { rename } from './mock-server.ts';
import { signInAs } from './steps.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

const PLANTED = 'xCanaryx';

/** Every secret in storage. */
async function secretsOf(browser: BrowserUnderTest): Promise<string[]> {
  const { record, companion } = await browser.readStorage('local');
  const { tokens } = await browser.readStorage('session');
  // Ids, hashes and tokens are long and have digits; codes have none.
  const isSecret = (text: string) => text.length > 12 && /\d/.test(text) && !text.startsWith('http');
  return textsIn([record, companion, tokens]).filter(isSecret);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, below]) => [name, ...textsIn(below)]);
}

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'the doctor',
  (base, name) => {
    const it = withCompanion(base);

    it('finds all well, and its report has no personal data', async ({ browser, mock, companion }) => {
      rename(mock, ADA.email, `Ada ${PLANTED}`);
      const popup = await signInAs(browser, ADA);
      await popup.waitForText(PLANTED);
      await expect
        .poll(() => browser.readStorage('local'), { timeout: PATIENCE })
        .toHaveProperty('companion');
      expect(companion.answered()).toContain('POST /v1/sessions 201');

      const doctor = await browser.openPage(DOCTOR);
      await waitUntilFine(doctor);
      const well = await makeReport(doctor);
      expect(well.findings).toEqual({
        background: 'backgroundAnswers',
        storage: 'storageWorks',
        keys: 'keysKept',
        record: 'recordReadable',
        permissions: 'permissionsGranted',
        private: 'privateNotAllowed',
        redirect: 'redirectAsBuilt',
        window: 'windowThere',
        alarms: 'alarmsSet',
        policy: 'policyNone',
        metrics: 'metricsClosed',
        accounts: 'serverAnswers',
        tokens: 'serverAnswers',
        refusals: 'refusalsNone',
        profile: 'serverAnswers',
        companion: 'companionAnswers',
        clock: 'clockRight',
      });
      expect(well.report.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(well.report.browser.name).toBe(name === 'firefox' ? 'Firefox' : 'Chromium');
      expect(browser.version).toContain(well.report.browser.version);
      expect(well.report.state.status).toBe('signedIn');
      expect(well.report.journal.at(-1)).toMatchObject({ to: 'signedIn', why: 'sign_in' });

      // Junk in every place, under every name there is and one there is not.
      const address = `${PLANTED}@example.com`;
      const local = await browser.readStorage('local');
      const secrets = await secretsOf(browser);
      expect(secrets.length).toBeGreaterThan(4);
      await browser.keepInPage(PLANTED);
      const junk = {
        [PLANTED]: PLANTED,
        why: address,
        code: PLANTED,
        status: address,
        name: PLANTED,
        at: PLANTED,
      };
      const spoil = () =>
        browser.writeStorage('local', {
          [PLANTED]: address,
          server: { issuer: `https://${PLANTED}.example`, clientId: PLANTED, companion: PLANTED },
          view: {
            ...(local.view as object),
            ...junk,
            status: 'signedIn',
            problem: junk,
            endReason: { ...junk, reason: PLANTED },
            emailDomain: `${PLANTED}.example`,
            issuer: `https://${PLANTED}.example`,
            metrics: { on: PLANTED, blockedBy: [PLANTED] },
            lastChange: junk,
          },
          journal: [...(local.journal as object[]), junk, PLANTED, address],
          metrics: { pending: [junk, PLANTED], sent: [address], [PLANTED]: PLANTED },
        });
      await browser.writeStorage('session', { [PLANTED]: PLANTED, endpoints: junk });
      const seen: string[] = [];
      // The background soon puts view and journal right again: it may come before the report is made.
      await expect
        .poll(async () => {
          await spoil();
          await doctor.press(words('doctorRunAgain'));
          await waitUntilFine(doctor);
          await spoil();
          const { text, report } = await makeReport(doctor);
          seen.push(text, await doctor.text());
          return [report.journal.length, report.metrics.waiting, report.state.problem];
        }, SOON)
        .toEqual([(local.journal as object[]).length + 3, 2, {}]);
      const everything = seen.join('\n').toLowerCase();
      for (const secret of [PLANTED, ADA.email, 'Lovelace', ...secrets]) {
        expect(everything).not.toContain(secret.toLowerCase());
      }
    });
  },
  'companion',
);
