// A sign-in window that comes late, and popup windows of others that come meanwhile: ours goes, theirs stay.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { pause } from '../../scripts/driver/wait.ts';
import type { Hold } from './hold-requests.ts';
import type { TestMockServer } from './mock-server.ts';

/** Milliseconds. What opens less than a second before the page comes may be ours to Firefox (own-window.ts). */
const DISTANCE = 2000;
const LONG = { timeout: 60_000 };

const site = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>Another site</title>');
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(() => void site.close());

/** By the way in which they come. */
const STRANGERS = { extension: '/of-extension', page: '/of-page', loosePage: '/of-loose-page' } as const;

/** Firefox lets no page of the driver open a window without a click; to the extension all three look the same there. */
const strangersOf = ({ name }: BrowserUnderTest) =>
  (Object.keys(STRANGERS) as (keyof typeof STRANGERS)[]).filter(
    (way) => name === 'chromium' || way === 'extension',
  );

/** Opens them, and only then lets the page of the sign-in come. */
async function openStrangers(browser: BrowserUnderTest, held: Hold): Promise<void> {
  for (const way of strangersOf(browser)) {
    await browser.openPopupWindow(origin + STRANGERS[way], way);
    await expect.poll(() => browser.pagesAt(STRANGERS[way]), { message: way }).toBe(1);
  }
  await pause(DISTANCE);
  held.release();
}

async function expectStrangers(browser: BrowserUnderTest): Promise<void> {
  for (const way of strangersOf(browser))
    expect([way, await browser.pagesAt(STRANGERS[way])]).toEqual([way, 1]);
}

/** Presses *Sign in*, whose page is held, and waits until the server has heard of it. */
async function startSlowly(browser: BrowserUnderTest, mock: TestMockServer) {
  const held = mock.hold('authorization', 'before');
  const popup = await browser.openPopup();
  await popup.waitForStatus('signedOut');
  await popup.press('Sign in');
  await held.reached();
  return { popup, held };
}

/** Waits until the launch of the cancelled attempt is over. */
async function waitUntilGone(browser: BrowserUnderTest): Promise<void> {
  await expect.poll(async () => (await browser.readStorage('session')).authWindow, LONG).toBeNull();
  await expect.poll(() => browser.pagesAt('/authorization')).toBe(0);
}

/** Firefox alone sends a request of its own for each attempt, without parameters. */
function expectProbes({ name }: BrowserUnderTest, { asked }: TestMockServer, attempts: number): void {
  const of = asked.filter((parameters) => parameters.size === 0);
  expect(of).toHaveLength(name === 'firefox' ? attempts : 0);
  const states = new Set(asked.filter((parameters) => parameters.size > 0).map((each) => each.get('state')));
  expect(states.size).toBe(attempts);
}

async function signInNow(popup: PopupPage, browser: BrowserUnderTest): Promise<void> {
  await popup.press('Sign in');
  const window = await browser.authWindow('/authorization');
  await window.submit(ADA);
  await popup.waitForStatus('signedIn');
}

inBothBrowsers('a slow sign-in window', (it) => {
  it('that was cancelled is closed when it comes, and no window of others is', async ({ browser, mock }) => {
    const { popup, held } = await startSlowly(browser, mock);
    await popup.press('Cancel');
    expect(await popup.waitForAlert('cancelled')).toContain('Its window may still open');
    await openStrangers(browser, held);

    await waitUntilGone(browser);
    await expectStrangers(browser);
    await signInNow(popup, browser);
    await expectStrangers(browser);
    expectProbes(browser, mock, 2);
  });

  it('is closed by Cancel when it has come, and no window of others is', async ({ browser, mock }) => {
    const { popup, held } = await startSlowly(browser, mock);
    // A tab that Chromium makes within a tenth of a second of the launch counts as its own (own-window.ts).
    await pause(500);
    await openStrangers(browser, held);
    await expect
      .poll(async () => (await browser.readStorage('session')).authWindow, LONG)
      .toHaveProperty('id');

    await popup.press('Cancel');
    await popup.waitForAlert('cancelled');
    await waitUntilGone(browser);
    await expectStrangers(browser);
    await signInNow(popup, browser);
    await expectStrangers(browser);
    expectProbes(browser, mock, 2);
  });
});
