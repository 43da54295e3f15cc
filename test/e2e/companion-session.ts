// Observes companion sessions, in the browser and at the companion.
import { expect } from 'vitest';
import type { View } from '../../src/session/state/view.ts';
import { ADA } from './accounts.ts';
import type { TestCompanion } from './companion.ts';
import type { BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { PATIENCE } from '../../scripts/driver/wait.ts';
import { signInAs } from './steps.ts';

/** Time for the alarm to ring, and for what follows. */
export const SOON = { timeout: PATIENCE };
export const CREATED = 'POST /v1/sessions 201';

export const sessionsCreated = (companion: TestCompanion): number =>
  companion.answered().filter((answer) => answer === CREATED).length;

export async function readView(browser: BrowserUnderTest): Promise<View> {
  return (await browser.readStorage('local')).view as View;
}

/** How many companion sessions the extension holds. */
export async function storedCompanionSessions(browser: BrowserUnderTest): Promise<number> {
  return Object.keys((await browser.readStorage('local')).companion ?? {}).length;
}

/** Consecutive failed polls. */
export async function failures(browser: BrowserUnderTest): Promise<number> {
  const { companionAsked } = await browser.readStorage('session');
  return (companionAsked as { failures: number } | undefined)?.failures ?? 0;
}

/** Signs in and waits for the companion session. */
export async function signInWithCompanion(browser: BrowserUnderTest): Promise<PopupPage> {
  const popup = await signInAs(browser, ADA);
  await expect.poll(() => storedCompanionSessions(browser), SOON).toBe(1);
  return popup;
}
