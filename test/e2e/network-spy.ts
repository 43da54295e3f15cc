// The network spy: every request that is made for the sake of metrics, and every occasion on which one may be made.
import { expect } from 'vitest';
import type { View } from '../../src/session/state/view.ts';
import { ADA } from './accounts.ts';
import type { TestCompanion } from './companion.ts';
import type { BrowserUnderTest } from '../../scripts/driver/index.ts';
import { PATIENCE, pause } from '../../scripts/driver/wait.ts';
import { pagePath } from '../../scripts/build/pages.ts';
import type { TestMockServer } from './mock-server.ts';
import { words } from './words.ts';

export const SOON = { timeout: PATIENCE };
/** Time for what an open popup has the background do (ms). */
const A_WHILE = 600;

interface Harness {
  browser: BrowserUnderTest;
  mock: TestMockServer;
  companion: TestCompanion;
}

/** Every request that was made for metrics: to the companion by the extension, and to Mozilla accounts by whomever. */
export function spied({ companion, mock }: Harness) {
  const answered = companion.answered().filter((answer) => answer.includes('/v1/metrics'));
  return {
    flows: answered.filter((answer) => answer.includes('/v1/metrics-flow')).length,
    counts: answered.filter((answer) => !answer.includes('/v1/metrics-flow')).length,
    mock: mock.requests.filter((request) => request.includes('metrics-flow')).length,
  };
}
const NONE = { flows: 0, counts: 0, mock: 0 };

export const metricsOf = async (browser: BrowserUnderTest): Promise<View['metrics']> =>
  ((await browser.readStorage('local')).view as View | undefined)?.metrics ?? { on: false, blockedBy: [] };

/** Turns the switch in the settings; turned on, Firefox asks for its own consent in the same click, and gets it. */
export async function choose(browser: BrowserUnderTest, on: boolean): Promise<void> {
  const options = await browser.openPage(pagePath('options'));
  await options.waitForText(words('metricsSwitch'));
  const before = await metricsOf(browser);
  const shownOn = before.on && !before.blockedBy.includes('browser');
  if (shownOn !== on) await options.tick(words('metricsSwitch'));
  await expect.poll(async () => (await metricsOf(browser)).on, SOON).toBe(on);
  if (on) await expect.poll(async () => (await metricsOf(browser)).blockedBy, SOON).not.toContain('browser');
  await options.close();
}

/** The occasions: open the popup signed out, sign in, open it again, sign out, and once more. */
export async function everyOccasion(harness: Harness): Promise<void> {
  const { browser, companion, mock } = harness;
  const opened = async () => {
    const popup = await browser.openPopup();
    await pause(A_WHILE);
    return popup;
  };
  const first = await opened();
  await first.press(words('signIn'));
  const window = await browser.authWindow();
  if ((await window.text()).includes('Password')) await window.submit(ADA);
  else await window.press('Continue');
  await first.waitForStatus('signedIn');
  await first.waitForText(ADA.name);
  await first.close();

  const second = await opened();
  // Counts are sent after the companion was asked, and it has been asked since.
  const questions = () =>
    companion.answered().filter((answer) => answer.startsWith('GET /v1/session ')).length;
  const before = questions();
  await expect.poll(questions, SOON).toBeGreaterThan(before + 1);
  await second.press(words('signOut'));
  await second.waitForStatus('signedOut');
  await expect.poll(() => mock.store.liveGrants().length, SOON).toBe(0);
  await second.close();
  await (await opened()).close();
}

/** Nor does the sign-in page learn of a flow. */
export const flowIds = ({ mock }: Harness) =>
  ['flow_id', 'flow_begin_time', 'device_id'].map((name) => mock.asked.at(-1)?.get(name) ?? null);

export async function expectNothing(harness: Harness): Promise<void> {
  await everyOccasion(harness);
  expect(spied(harness)).toEqual(NONE);
  expect(flowIds(harness)).toEqual([null, null, null]);
}
