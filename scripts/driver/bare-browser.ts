// A headless browser without the extension, on a profile that is thrown away: to sign in at a page, and to see where
// that leads.
import puppeteer from 'puppeteer-core';
import { findBrowser, type BrowserName } from '../machine/browsers.mjs';
import { newFolder, removeFolder } from './folders.ts';
import { signInAt, SignInError, type Credentials } from './sign-in-form.ts';

/**
 * Opens `url`, signs in, and resolves with the address below `redirectUri` that the page leads to. That address itself
 * is never requested: it holds a code.
 *
 * @throws SignInError
 */
export async function signInWith(
  name: BrowserName,
  { url, redirectUri }: { readonly url: string; readonly redirectUri: string },
  credentials: Credentials,
): Promise<string> {
  const profile = await newFolder(name);
  const browser = await puppeteer.launch({
    browser: name === 'firefox' ? 'firefox' : 'chrome',
    executablePath: findBrowser(name),
    headless: true,
    userDataDir: profile,
    args: name === 'chromium' && process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
    let callback: string | undefined;
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const isCallback = request.url().startsWith(redirectUri) && request.isNavigationRequest();
      if (isCallback) callback = request.url();
      // A request that is gone by then needs no answer.
      void (isCallback ? request.abort() : request.continue()).catch(() => undefined);
    });
    await page.goto(url, { waitUntil: 'domcontentloaded' }).catch((error: unknown) => {
      if (callback === undefined) throw new SignInError('The sign-in page does not open.', { cause: error });
    });
    await signInAt(page, credentials, () => callback !== undefined);
    return callback ?? '';
  } finally {
    await browser.close();
    await removeFolder(profile);
  }
}
