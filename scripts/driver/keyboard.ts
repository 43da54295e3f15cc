// A page as the keyboard reaches it.
import type { Page } from 'puppeteer-core';
import { selector, waitForControl } from './controls.ts';
import { readFocus } from './in-page.ts';
import type { Keyboard } from './types.ts';

/** Longer than any page here has stops. */
const MOST_STOPS = 60;

export function keyboard(page: Page, explain: () => Promise<string>): Keyboard {
  const focus = () => page.evaluate(readFocus);
  return {
    key: (key) => page.keyboard.press(key),
    type: (words) => page.keyboard.type(words),
    focus,
    tabTo: async (role, name) => {
      await waitForControl(page, role, name, explain);
      // Keys go to the window in front, and only there does a browser show where they go.
      await page.bringToFront();
      const stops: string[] = [];
      for (let presses = 0; presses < MOST_STOPS; presses += 1) {
        await page.keyboard.press('Tab');
        const control = await page.$(selector(role, name));
        const reached = await control?.evaluate((element) => element === document.activeElement);
        await control?.dispose();
        if (reached === true) return;
        stops.push((await focus())?.text ?? 'nothing');
      }
      throw new Error(`Tab never comes to the ${role} "${name}", but to: ${[...new Set(stops)].join(', ')}.`);
    },
  };
}
