// One suite, two browsers: each case gets a stand-in and a browser of its own, both fresh, and ends both.
import { describe, inject, test as base, type TestAPI } from 'vitest';
import type { BuildName } from './builds.ts';
import { chosenBrowsers } from './chosen.ts';
import type { SmallDisk } from '../companion/ops/tmpfs.ts';
import { launchBrowser, type BrowserName, type BrowserUnderTest } from './driver/index.ts';
import { testStandin, type TestStandin } from './standin.ts';

export interface World {
  standin: TestStandin;
  browser: BrowserUnderTest;
  /** Whether the browser tells pages that the person objects to being measured. */
  objects: boolean;
  /** What the browser has its profile on, when that is to be full at some time. */
  disk: SmallDisk | undefined;
  /** Whether it is a Firefox that never remembers history. */
  alwaysPrivate: boolean;
}

/** Where pictures of failures go; ignored by git. */
const FAILURES = 'screenshots/failures';

/** Declares the cases once for each chosen browser. A `custom` build meets the servers of 2019, all others those of today. */
export function inBothBrowsers(
  title: string,
  declare: (it: TestAPI<World>, name: BrowserName) => void,
  build: BuildName = 'local',
): void {
  const era = build === 'custom' ? '2019' : 'today';
  for (const name of chosenBrowsers()) {
    const it = base.extend<World>({
      // The first argument must be a destructured object: vitest reads from it which fixtures are needed.
      // eslint-disable-next-line no-empty-pattern
      standin: async ({}, use) => {
        const standin = testStandin(inject('standinPort'), era, inject('returnPage'));
        await standin.switchOn();
        await use(standin);
        await standin.switchOff();
      },
      objects: false,
      disk: undefined,
      alwaysPrivate: false,
      browser: async ({ standin, task, objects, alwaysPrivate, disk }, use) => {
        const browser = await launchBrowser(name, {
          extensionDir: inject('builds')[build][name],
          firefoxProfile: inject('firefoxProfile'),
          objects,
          profileIn: disk?.folder,
          alwaysPrivate,
          ...(alwaysPrivate && { welcomes: false }),
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
    describe(`${title} in ${name}`, () => declare(it, name));
  }
}
