// Finding and pressing a control of a page by its role and accessible name, as a screen reader would announce it.
import type { ElementHandle, Page } from 'puppeteer-core';
import { wasClicked, watchForClick } from './in-page.ts';
import { eventually, inTime, pause } from './wait.ts';

/** For puppeteer. */
export const selector = (role: string, name: string): string => `aria/${name}[role="${role}"]`;

/** Whether the page has such a control now. */
export async function hasControl(page: Page, roles: readonly string[], name: string): Promise<boolean> {
  for (const role of roles) {
    const control = await page.$(selector(role, name));
    if (control !== null) {
      await control.dispose();
      return true;
    }
  }
  return false;
}

/** Waits until the page has such a control. */
export async function waitForControl(
  page: Page,
  role: string,
  name: string,
  explain: () => Promise<string>,
): Promise<void> {
  await eventually(`the ${role} "${name}"`, () => hasControl(page, [role], name), explain);
}

/** Milliseconds. A click that comes later would be a second one. */
const CLICK_ARRIVES_IN = 5_000;

/** Whether the control was clicked. If its page has navigated or closed, the click did that. */
async function clickArrives(control: ElementHandle): Promise<boolean> {
  const end = Date.now() + CLICK_ARRIVES_IN;
  do {
    if (await inTime(control.evaluate(wasClicked)).catch(() => true)) return true;
    await pause(20);
  } while (Date.now() < end);
  return false;
}

/**
 * Waits for the control and presses it with the mouse; one that is redrawn meanwhile is looked for again.
 * A press that closes its own window has succeeded, whatever the browser says of the vanished page.
 */
export async function pressControl(
  page: Page,
  roles: readonly string[],
  name: string,
  explain: () => Promise<string>,
): Promise<void> {
  let pressed = false;
  await eventually(
    `the ${roles.join(' or ')} "${name}"`,
    async () => {
      for (const role of roles) {
        if (pressed && page.isClosed()) return true;
        const control = await page.$(selector(role, name));
        if (control === null) continue;
        pressed = true;
        await control.evaluate(watchForClick);
        await control.click();
        // The page may have moved it away from under the mouse at that moment.
        const arrived = await clickArrives(control);
        await control.dispose().catch(() => undefined);
        return arrived;
      }
      return false;
    },
    explain,
  );
}
