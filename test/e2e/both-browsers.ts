// One suite, two browsers: each case gets a mock server of its own, and a browser in which nothing has happened yet.
import { describe, inject, test as base, type TestAPI } from 'vitest';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import type { BuildName } from './builds.ts';
import { selectedBrowsers } from './selected-browsers.ts';
import type { SmallDisk } from '../companion/ops/tmpfs.ts';
import { launchBrowser, type BrowserName, type BrowserUnderTest } from '../../scripts/driver/index.ts';
import { sharedBrowser, type SharedBrowser } from './shared-browser.ts';
import { testMockServer, type TestMockServer } from './mock-server.ts';

export interface Harness {
  mock: TestMockServer;
  browser: BrowserUnderTest;
  /** Whether the browser sends DNT or GPC. */
  objects: boolean;
  /** The disk of the browser's profile, for tests that fill it. */
  disk: SmallDisk | undefined;
  /** Whether it is a Firefox that never remembers history. */
  alwaysPrivate: boolean;
}

interface Fixtures extends Harness {
  shared: SharedBrowser;
}

/** Builds that open no welcome page. */
const STILL: readonly BuildName[] = ['gallery', 'rtl'];

/** One of each for all files: they run in one process, one after the other. */
const SHARED = { chromium: sharedBrowser('chromium'), firefox: sharedBrowser('firefox') };

/** Where pictures of failures go; ignored by git. */
const FAILURES = 'screenshots/failures';

/**
 * Declares the cases once for each chosen browser. By default a `custom` build meets the servers of 2019, all others
 * today's.
 */
export function inBothBrowsers(
  title: string,
  declare: (it: TestAPI<Harness>, name: BrowserName) => void,
  build: BuildName = 'local',
  era: AnyEra = build === 'custom' ? '2019' : 'today',
): void {
  for (const name of selectedBrowsers()) {
    const it = base.extend<Fixtures>({
      shared: [
        // oxlint-disable-next-line no-empty-pattern
        async ({}, use) => {
          await use(SHARED[name]);
          await SHARED[name].end();
        },
        { scope: 'worker' },
      ],
      // The first argument must be a destructured object: vitest reads from it which fixtures are needed.
      // oxlint-disable-next-line no-empty-pattern
      mock: async ({}, use) => {
        const mock = testMockServer(inject('mockServerPort'), era, inject('returnPage'));
        await mock.switchOn();
        await use(mock);
        await mock.switchOff();
      },
      objects: false,
      disk: undefined,
      alwaysPrivate: false,
      browser: async ({ mock, task, shared, objects, alwaysPrivate, disk }, use) => {
        const options = {
          extensionDir: inject('builds')[build][name],
          firefoxProfile: inject('firefoxProfile'),
          ...((alwaysPrivate || STILL.includes(build)) && { welcomes: false as const }),
        };
        const alone = objects || alwaysPrivate || disk !== undefined;
        const browser = await (alone
          ? launchBrowser(name, { ...options, objects, alwaysPrivate, profileIn: disk?.folder })
          : shared.take(options));
        let passed = false;
        try {
          await use(browser);
          passed = task.result?.state !== 'fail';
          if (!passed) {
            const pictures = await browser.capturePages(
              `${FAILURES}/${name}-${task.name.replace(/\W+/g, '-')}`,
            );
            const { length } = mock.store.liveGrants();
            console.error(`${name}: "${task.name}" failed with ${length} live grants. ${pictures.join(' ')}`);
          }
        } finally {
          // What has failed once is not trusted with the next case.
          if (passed && !alone) await shared.giveBack(browser);
          else await browser.close();
        }
      },
    });
    describe(`${title} in ${name}`, () => declare(it, name));
  }
}
