// What a companion session is seen by, in the browser and at the companion.
import { expect } from 'vitest';
import type { View } from '../../src/session/state/view.ts';
import { ADA } from './accounts.ts';
import type { TestCompanion } from './companion.ts';
import type { BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { PATIENCE } from '../../scripts/driver/wait.ts';
import { signInAs } from './steps.ts';

/** Time for the alarm to ring, and for what follows. */
export const SOON = { timeout: PATIENCE };
export const BOUGHT = 'POST /v1/sessions 201';

export const bought = (companion: TestCompanion): number =>
  companion.answered().filter((answer) => answer === BOUGHT).length;

export async function readView(browser: BrowserUnderTest): Promise<View> {
  return (await browser.readStorage('local')).view as View;
}

/** How many companion sessions the extension holds. */
export async function seats(browser: BrowserUnderTest): Promise<number> {
  return Object.keys((await browser.readStorage('local')).companion ?? {}).length;
}

/** How often in a row the companion was asked in vain. */
export async function failures(browser: BrowserUnderTest): Promise<number> {
  const { companionAsked } = await browser.readStorage('session');
  return (companionAsked as { failures: number } | undefined)?.failures ?? 0;
}

/** From then on the companion knows whom to tell. */
export async function signedInWithSeat(browser: BrowserUnderTest): Promise<PopupPage> {
  const popup = await signInAs(browser, ADA);
  await expect.poll(() => seats(browser), SOON).toBe(1);
  return popup;
}
