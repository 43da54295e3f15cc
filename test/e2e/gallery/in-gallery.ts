// One suite over the gallery, in each chosen browser: all its cases share one browser, for they only look.
import { afterAll, beforeAll, describe, inject } from 'vitest';
import type { BuildName } from '../builds.ts';
import { chosenBrowsers } from '../chosen.ts';
import { launchBrowser, type BrowserUnderTest } from '../driver/index.ts';
import { testStandin, type TestStandin } from '../standin.ts';

/** Declares the cases once for each chosen browser; each asks for it when it runs. */
export function inGallery(
  title: string,
  declare: (browser: () => BrowserUnderTest) => void,
  build: Extract<BuildName, 'gallery' | 'rtl'> = 'gallery',
): void {
  for (const name of chosenBrowsers()) {
    describe(`${title} in ${name}`, () => {
      let browser: BrowserUnderTest;
      let standin: TestStandin;
      beforeAll(async () => {
        // The doctor asks it.
        standin = testStandin(inject('standinPort'), 'today', inject('returnPage'));
        await standin.switchOn();
        browser = await launchBrowser(name, {
          extensionDir: inject('builds')[build][name],
          firefoxProfile: inject('firefoxProfile'),
          welcomes: false,
        });
      });
      afterAll(async () => {
        await browser.close();
        await standin.switchOff();
      });
      declare(() => browser);
    });
  }
}
