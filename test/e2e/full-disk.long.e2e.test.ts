// A disk that is really full, under the profile of a real browser: nothing can be saved, and still a sign-in ends as
// the person sees it end, and a sign-out ends the grant. When there is room again, it is saved.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, type TestAPI } from 'vitest';
import { smallDisk, type SmallDisk } from '../companion/ops/tmpfs.ts';
import { ADA } from './accounts.ts';
import { readRecord } from './storage-probe.ts';
import { inBothBrowsers, type Harness } from './both-browsers.ts';
import type { BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { pause } from '../../scripts/driver/wait.ts';
import { pagePath } from '../../scripts/build/pages.ts';
import { signInAs, startSignIn } from './steps.ts';
import { words } from './words.ts';

/** Room enough for a profile in use. */
const SIZE = '300m';
const PATIENT = { timeout: 60_000 };

/** Firefox tidies its databases after two seconds of rest, and may find room in them. */
const REST_MS = 2_500;

/** In a thread of its own, which nothing that keeps the test busy can hold up. */
const KEEPER = new URL('./keep-full.mjs', import.meta.url);

/** A disk that is kept full: what the browser deletes meanwhile makes no room. */
interface KeptFull extends Omit<SmallDisk, 'fill' | 'free'> {
  fill(): Promise<void>;
  free(): Promise<void>;
}

const writes = (browser: BrowserUnderTest, items: Record<string, unknown>) =>
  browser.writeStorage('local', items).then(
    () => true,
    () => false,
  );

/** Leaves no room at all, nor in what the browser has set aside in its own files. */
async function fill(disk: KeptFull, browser: BrowserUnderTest): Promise<void> {
  await disk.fill();
  let written = 0;
  const exhaust = async () => {
    for (const size of [20_000, 200])
      while (await writes(browser, { [`ballast${written}`]: 'x'.repeat(size) })) written++;
  };
  await exhaust();
  if (browser.name !== 'firefox') return;
  await pause(REST_MS);
  await exhaust();
}

const sessionOf = async (browser: BrowserUnderTest) => (await readRecord(browser))?.session.status;

/** The popup says that it could not save, and the disk has what was before; then with room the disk has it too. */
async function expectSavedLater(disk: KeptFull, browser: BrowserUnderTest, popup: PopupPage): Promise<void> {
  await popup.waitForText(words('unsaved'));
  expect(await sessionOf(browser)).not.toBe('signedOut');
  await disk.free();
  await popup.close();
  const later = await browser.openPopup();
  await expect.poll(() => sessionOf(browser), PATIENT).toBe('signedOut');
  await expect.poll(async () => (await later.view()).text, PATIENT).not.toContain(words('unsaved'));
  // After a write has failed, Chromium's LevelDB may lose what it takes later, when it is opened anew
  // (google/leveldb#1180).
  if (browser.name === 'chromium') return;
  await browser.restart();
  await (await browser.openPopup()).waitForStatus('signedOut');
  expect(await sessionOf(browser)).toBe('signedOut');
}

const onSmallDisk = (base: TestAPI<Harness>) =>
  base.extend<{ disk: KeptFull }>({
    // oxlint-disable-next-line no-empty-pattern
    disk: async ({}, use) => {
      const disk = await smallDisk(SIZE);
      let keeper: Worker | undefined;
      await use({
        ...disk,
        fill: async () => {
          disk.fill();
          keeper = new Worker(KEEPER, { workerData: disk.ballast });
          await once(keeper, 'message');
        },
        free: async () => {
          await keeper?.terminate();
          disk.free();
        },
      });
      await keeper?.terminate();
      disk.remove();
    },
  });

inBothBrowsers('a full disk', (base, name) => {
  const it = onSmallDisk(base);

  // Both end the attempt in the same way, so each is tried in one browser.
  if (name === 'chromium')
    it('while the sign-in window is open: closing it is told', async ({ browser, disk }) => {
      const { popup } = await startSignIn(browser);
      await fill(disk, browser);
      await browser.closeAuthWindow();
      await popup.waitForAlert('cancelled');
      await popup.waitForStatus('signedOut');
      await expectSavedLater(disk, browser, popup);
    }, 180_000);
  else
    it('while the sign-in window is open: Cancel closes it', async ({ browser, disk }) => {
      const { popup } = await startSignIn(browser);
      await fill(disk, browser);
      await popup.press('Cancel');
      await popup.waitForAlert('cancelled');
      await expect.poll(() => browser.authWindows()).toBe(0);
      await expectSavedLater(disk, browser, popup);
    }, 180_000);

  it('while the sign-in window is open: a sign-in that cannot be saved leaves no grant', async ({
    browser,
    mock,
    disk,
  }) => {
    const { popup, window } = await startSignIn(browser);
    await fill(disk, browser);
    await window.submit(ADA);
    await popup.waitForAlert('storage_unavailable');
    await popup.waitForStatus('signedOut');
    await expect.poll(() => mock.store.liveGrants().length, PATIENT).toBe(0);
    await expectSavedLater(disk, browser, popup);
  }, 180_000);

  it('during a session: signing out ends the grant', async ({ browser, mock, disk }) => {
    const popup = await signInAs(browser, ADA);
    await popup.waitForText(ADA.name);
    await fill(disk, browser);
    await popup.press(words('signOut'));
    await popup.waitForStatus('signedOut');
    await expect.poll(() => mock.store.liveGrants().length, PATIENT).toBe(0);
    await expect.poll(() => mock.store.liveAccessTokens().length, PATIENT).toBe(0);
    await expectSavedLater(disk, browser, popup);
  }, 180_000);
});

inBothBrowsers(
  'settings on a full disk',
  (base) => {
    onSmallDisk(base)(
      'say that a choice was not kept, and why',
      async ({ browser, disk }) => {
        await browser.openPopup();
        await fill(disk, browser);
        for (const choice of ['sessionOnly', 'alwaysTab'] as const) {
          const options = await browser.openPage(pagePath('options'));
          await options.tick(words(choice));
          await options.waitForText(words('error_storage_unavailable'));
          // The user has refused nothing.
          expect(await options.text()).not.toContain(words('tabRefused'));
          await options.close();
        }
        await disk.free();
        const options = await browser.openPage(pagePath('options'));
        // Firefox refuses for a moment more, and the page says so again.
        const tickUntilKept = async () => {
          const kept = (await readRecord(browser))?.settings.sessionOnly === true;
          if (!kept) await options.tick(words('sessionOnly'));
          return kept;
        };
        await expect.poll(tickUntilKept, { ...PATIENT, interval: 1_000 }).toBe(true);
      },
      180_000,
    );
  },
  'tab',
);
