// The whole round without a display: sign in, see the profile, have it changed elsewhere, sign out, and prove that the
// grant is dead.
import { mkdir } from 'node:fs/promises';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { launchBrowser } from '../driver/index.ts';
import { eventually } from '../driver/wait.ts';
import type { BrowserName } from '../machine/browsers.mjs';
import { TITLES, withBuild, type LocalMockServer } from './local.ts';

/** Shorter intervals than in real builds, so that the tour does not wait. */
const OFTEN = { FXA_COMPANION_EVERY: '1' };
const ADA = { email: 'ada@example.com', password: SEED_PASSWORD };

/** Where the pictures go; ignored by git. */
export const PICTURES = 'screenshots';

/** Prints the step when it is done, with its time, or crossed out when it fails. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  try {
    const result = await work();
    console.log(`  ✓ ${what.padEnd(64)} ${((Date.now() - start) / 1000).toFixed(1).padStart(5)} s`);
    return result;
  } catch (error) {
    console.log(`  ✗ ${what}`);
    throw error;
  }
}

/** @throws Error of the first step that fails */
export async function tour(name: BrowserName, mock: LocalMockServer): Promise<void> {
  const { store } = mock;
  const picture = (what: string) => `${PICTURES}/${name}-${what}.png`;
  await mkdir(PICTURES, { recursive: true });
  console.log(`\n${TITLES[name]}`);
  const work = async (extensionDir: string) => {
    const browser = await step('the browser runs, with the extension installed', () =>
      launchBrowser(name, { extensionDir, scale: 2 }),
    );
    try {
      const popup = await step('the popup is open: signed out', async () => {
        const opened = await browser.openPopup();
        await opened.waitForStatus('signedOut');
        await browser.captureToolbarPopup(picture('1-signed-out'));
        return opened;
      });
      await step('“Sign in” opens the window of Mozilla accounts', async () => {
        await popup.press('Sign in');
        const window = await browser.authWindow();
        await popup.waitForStatus('signingIn');
        await window.fill('email', ADA.email);
        await window.screenshot(picture('2-sign-in-window'));
        await window.fill('password', ADA.password);
        await window.press('Sign in');
        await window.waitUntilClosed();
      });
      await step(`the popup shows the profile: Ada Lovelace, ${ADA.email}`, async () => {
        await popup.waitForStatus('signedIn');
        await popup.waitForText('Ada Lovelace');
        await popup.waitForText(ADA.email);
        await browser.captureToolbarPopup(picture('3-signed-in'));
      });
      await step('the server has one live grant for this browser', async () => {
        if (store.liveGrants().length !== 1) throw new Error(`There are ${store.liveGrants().length}.`);
        await Promise.resolve();
      });
      await step('a new name at Mozilla accounts reaches the popup by itself', async () => {
        // The companion tells of what happens from then on.
        await eventually('the companion to know the sign-in', async () => {
          const { companion = {} } = await browser.readStorage('local');
          return Object.keys(companion as object).length > 0;
        });
        await renamed(mock, 'Countess of Lovelace', () => popup.waitForText('Countess of Lovelace'));
      });
      await step('“Sign out”, and the popup says so', async () => {
        await popup.press('Sign out of this extension');
        await popup.waitForStatus('signedOut');
        await browser.captureToolbarPopup(picture('4-signed-out-again'));
      });
      await step('the grant and its access tokens are dead at the server', async () => {
        const living = () => store.liveGrants().length + store.liveAccessTokens().length;
        await eventually('every token to die', () => Promise.resolve(living() === 0));
      });
      await step('examples/web signs the same account in through the companion', async () => {
        const page = await browser.visit(mock.web);
        await page.press('Sign in');
        // The browser is still signed in to Mozilla accounts.
        await page.press('Continue');
        await eventually('the list to be shown', async () =>
          (await page.text()).includes('You are signed in.'),
        );
        await page.screenshot(picture('5-to-do-list'));
        await page.press('Sign out');
        await eventually('the sign-out', async () => (await page.text()).includes('You are signed out.'));
        await page.close();
      });
    } catch (error) {
      await browser.capturePages(`${PICTURES}/failures/tour-${name}`);
      throw error;
    } finally {
      await browser.close();
    }
  };
  await withBuild(name, mock, work, OFTEN);
}

/** Ada has another name for as long as the work takes. */
async function renamed(
  { store }: LocalMockServer,
  displayName: string,
  work: () => Promise<void>,
): Promise<void> {
  const account = store.accounts.byEmail(ADA.email);
  if (!account) throw new Error('Ada has no account.');
  const { displayName: before } = account;
  account.displayName = displayName;
  store.profileChanged(account);
  try {
    await work();
  } finally {
    if (before !== undefined) account.displayName = before;
    store.profileChanged(account);
  }
}
