// Finding and pressing a control of a page by its role and accessible name, as a screen reader would announce it.
import type { Page } from 'puppeteer-core';
import { eventually } from './wait.ts';

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
        await control.click();
        await control.dispose().catch(() => undefined);
        return true;
      }
      return false;
    },
    explain,
  );
}
