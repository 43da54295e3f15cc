// One suite, two browsers: each case gets a stand-in and a browser of its own, both fresh, and ends both.
import { describe, inject, test as base, type TestAPI } from 'vitest';
import type { Era } from '../../src/standin/era.ts';
import { chosenBrowsers } from './chosen.ts';
import { launchBrowser, type BrowserUnderTest } from './driver/index.ts';
import { testStandin, type TestStandin } from './standin.ts';

export interface World {
  standin: TestStandin;
  browser: BrowserUnderTest;
}

/** Where pictures of failures go; ignored by git. */
const FAILURES = 'screenshots/failures';

/**
 * Declares the cases once for each chosen browser: the build for the stand-in against the servers of today, or a custom
 * build, which discovers its endpoints, against those of 2019.
 */
export function inBothBrowsers(
  title: string,
  declare: (it: TestAPI<World>) => void,
  era: Era = 'today',
): void {
  for (const name of chosenBrowsers()) {
    const it = base.extend<World>({
      // The first argument must be a destructured object: vitest reads from it which fixtures are needed.
      // eslint-disable-next-line no-empty-pattern
      standin: async ({}, use) => {
        const standin = testStandin(inject('standinPort'), era);
        await standin.switchOn();
        await use(standin);
        await standin.switchOff();
      },
      browser: async ({ standin, task }, use) => {
        const browser = await launchBrowser(name, {
          extensionDir: inject('builds')[era][name],
          firefoxProfile: inject('firefoxProfile'),
        });
        try {
          await use(browser);
          if (task.result?.state === 'fail') {
            const pictures = await browser.capturePages(
              `${FAILURES}/${name}-${task.name.replace(/\W+/g, '-')}`,
            );
            const { length } = standin.store.liveGrants();
            console.error(`${name}: "${task.name}" failed with ${length} live grants. ${pictures.join(' ')}`);
          }
        } finally {
          await browser.close();
        }
      },
    });
    describe(`${title} in ${name}`, () => declare(it));
  }
}
