// The doctor where nothing answers.
import { beforeAll, expect } from 'vitest';
import { inBothBrowsers } from './both-browsers.ts';
import { theDatabase } from './companion.ts';
import { DOCTOR, makeReport, waitUntilFine } from './doctor-steps.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'the doctor',
  (base) => {
    const it = withCompanion(base);

    it('says what to do when no server answers, and finds it mended', async ({
      browser,
      mock,
      companion,
    }) => {
      await companion.stop();
      await mock.switchOff();
      const doctor = await browser.openPage(DOCTOR);
      await doctor.waitForText(words('doctorSummaryBroken'));
      expect(await doctor.text()).toContain(words('doctorNext_serverUnreachable'));
      const { findings } = await makeReport(doctor);
      expect(findings).toMatchObject({
        alarms: 'alarmsNone',
        accounts: 'serverUnreachable',
        tokens: 'serverUnreachable',
        profile: 'serverUnreachable',
        companion: 'companionUnreachable',
        clock: 'clockUnknown',
      });
      await mock.switchOn();
      await companion.start();
      await doctor.press(words('doctorRunAgain'));
      await waitUntilFine(doctor);
      expect(await doctor.faults()).toEqual([]);
    });
  },
  'companion',
);
