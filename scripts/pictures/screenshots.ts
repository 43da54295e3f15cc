// `npm run screenshots`: the pictures of the README, taken of the real toolbar popup in both browsers, of the mock
// server's panel and of the companion's status page; and every view of every page, light and dark, in both directions.
// `-- --views`: only these.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { launchBrowser } from '../driver/index.ts';
import { newFolder, removeFolder } from '../driver/folders.ts';
import { eventually } from '../driver/wait.ts';
import { makeGallery, speak } from '../../test/e2e/gallery/build.ts';
import { makeSheet, takePictures } from '../../test/e2e/gallery/pictures.ts';
import { ensureBrowsers, type BrowserName } from '../machine/browsers.mjs';
import { endWhenInterrupted, run, startLocalMockServer, withBuild } from '../run/local.ts';
import { pictureOfStatus } from './status-picture.ts';

const BROWSERS: readonly BrowserName[] = ['firefox', 'chromium'];

/** Device pixels per CSS pixel: sharp on today's screens when the README shows them at half their size. */
const SCALE = 2;

async function picturesOf(name: BrowserName): Promise<void> {
  const mock = await startLocalMockServer();
  try {
    await withBuild(name, mock, async (extensionDir) => {
      const browser = await launchBrowser(name, { extensionDir, scale: SCALE });
      const take = async (what: string) => {
        const path = `docs/popup-${what}-${name}.png`;
        await browser.captureToolbarPopup(path);
        console.log(path);
      };
      try {
        const popup = await browser.openPopup();
        await popup.waitForStatus('signedOut');
        await take('signed-out');

        await popup.press('Sign in');
        const window = await browser.authWindow();
        await popup.waitForStatus('signingIn');
        await take('signing-in');

        await window.submit({ email: 'ada@example.com', password: SEED_PASSWORD });
        await popup.waitForText('Ada Lovelace');
        await take('signed-in');

        // As when the person presses *Disconnect* in Connected services; the popup looks for news when it is opened.
        const [grant] = mock.store.liveGrants({ email: 'ada@example.com' });
        if (!grant) throw new Error('There is no grant to disconnect.');
        mock.store.disconnect(grant.uid, grant.clientId);
        await popup.close();
        const again = await browser.openPopup();
        await again.waitForStatus('needsReauth');
        await take('ended');
        await again.press('Sign in');
        const second = await browser.authWindow();
        await second.press('Continue');
        await again.waitForStatus('signedIn');

        await again.press('Sign out of this extension');
        await again.waitForStatus('signedOut');
        // Or the popup would speak of a revocation that is still on its way.
        await eventually('the grant to be known as dead', async () => {
          const { record } = (await browser.readStorage('local')) as { record?: { outbox: unknown[] } };
          return record?.outbox.length === 0;
        });
        await mock.stop();
        await again.press('Sign in');
        await again.waitForAlert('offline');
        await take('error');
      } finally {
        await browser.close();
      }
    });
  } finally {
    // For the last picture it is off already.
    await mock.stop().catch(() => undefined);
  }
}

/** The mock server's panel, with some faults set and met. */
async function pictureOfPanel(): Promise<void> {
  const mock = await startLocalMockServer();
  try {
    await withBuild('chromium', mock, async (extensionDir) => {
      const browser = await launchBrowser('chromium', { extensionDir });
      try {
        mock.faults.set([
          { where: 'token', what: { kind: 'status', status: 429, retryAfter: 60 } },
          { where: 'exchange', what: { kind: 'drop-after' }, times: 1 },
        ]);
        await fetch(`${mock.origin}/v1/jwks`);
        await fetch(`${mock.origin}/v1/token`, { method: 'POST' });
        const page = await browser.visit(`${mock.origin}/__standin/`);
        await page.screenshot('docs/faults-panel.png');
        console.log('docs/faults-panel.png');
      } finally {
        await browser.close();
      }
    });
  } finally {
    await mock.stop();
  }
}

/** Every view of every page, in Chromium: single pictures, which git ignores, and sheets of them all. */
async function picturesOfViews(): Promise<void> {
  const [single, sheets] = ['screenshots/views', 'docs/views'];
  await mkdir(sheets, { recursive: true });
  const mock = await startLocalMockServer();
  try {
    await withBuild('chromium', mock, async (extensionDir) => {
      for (const direction of ['ltr', 'rtl'] as const) {
        const gallery = await newFolder('gallery');
        await makeGallery(extensionDir, gallery);
        if (direction === 'rtl') await speak(gallery, 'ar');
        const browser = await launchBrowser('chromium', { extensionDir: gallery, welcomes: false });
        try {
          for (const scheme of ['light', 'dark'] as const) {
            const pictures = await takePictures(browser, scheme, `${single}/${scheme}-${direction}`);
            const popups = pictures.filter(({ shown }) => shown.page === 'popup');
            const pages = pictures.filter(({ shown }) => shown.page !== 'popup');
            for (const [what, some, columns] of [
              ['popup', popups, 7],
              ['pages', pages, 3],
            ] as const) {
              const name = `${what}-${scheme}-${direction}`;
              await makeSheet(browser, some, {
                columns,
                path: `${sheets}/${name}.webp`,
                html: `${single}/${name}.html`,
              });
              console.log(`${sheets}/${name}.webp`);
            }
          }
        } finally {
          await browser.close();
          await removeFolder(gallery);
        }
      }
    });
  } finally {
    await mock.stop();
  }
}

run(async () => {
  const { values } = parseArgs({ options: { views: { type: 'boolean', default: false } } });
  endWhenInterrupted();
  ensureBrowsers(BROWSERS);
  await picturesOfViews();
  if (values.views) return;
  await pictureOfPanel();
  await pictureOfStatus('docs/companion-status.png');
  for (const name of BROWSERS) await picturesOf(name);
});
