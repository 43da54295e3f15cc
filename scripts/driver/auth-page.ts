// The account server's page in the sign-in window, as the suite sees it.
import type { Page } from 'puppeteer-core';
import { pressControl, waitForControl } from './controls.ts';
import { closePage } from './engine.ts';
import { fillInput, readAlert, readText } from './in-page.ts';
import { keyboard } from './keyboard.ts';
import { signInAt } from './sign-in-form.ts';
import type { AuthPage } from './types.ts';
import { eventually } from './wait.ts';

export function authPage(page: Page): AuthPage {
  const text = () => page.evaluate(readText);
  const explain = async () => `The sign-in window reads:\n${await text()}`;
  const fill = async (field: string, value: string): Promise<void> => {
    // Not by puppeteer's locator: it waits for a frame to be painted, and Firefox paints none of a window behind others.
    await eventually(
      `the field "${field}" in the sign-in window`,
      () => page.$eval(`input[name="${field}"]`, fillInput, value),
      explain,
    );
  };
  const press = (name: string) => pressControl(page, ['button', 'link'], name, explain);
  return {
    ...keyboard(page, explain),
    value: (field) => page.$eval(`input[name="${field}"]`, (input) => input.value),
    fill,
    press,
    text,
    submit: async ({ email, password }, button = 'Sign in') => {
      // A page that is being left may have the same fields, but not the same button.
      await waitForControl(page, 'button', button, explain);
      await fill('email', email);
      await fill('password', password);
      await press(button);
    },
    signIn: (credentials) => signInAt(page, credentials, () => page.isClosed()),
    waitForAlert: () =>
      eventually('a problem in the sign-in window', () => page.evaluate(readAlert), explain),
    screenshot: async (path) => {
      // All of it: Chromium's headless windows are smaller than any that a person would see.
      await page.screenshot({ path: path, fullPage: true });
    },
    close: () => closePage(page),
    waitUntilClosed: async () => {
      await eventually('the sign-in window to close', () => Promise.resolve(page.isClosed()), explain);
    },
  };
}
