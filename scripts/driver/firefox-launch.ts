// Starts Firefox on a profile, with the preferences that the driver needs.
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { findBrowser } from '../machine/browsers.mjs';
import type { LaunchOptions } from './types.ts';

/** Firefox invents a new one per profile; a fixed one lets us name the extension's pages. */
const UUID = '5c1d3f0a-7b7e-4c52-9a59-6a0c7b1f2e33';

/** The address of the extension's pages. */
export const EXTENSION_PAGES = `moz-extension://${UUID}/`;

/** Where an installed extension's `storage.local` lies; its own databases lie beside it. */
export const localStorageOf = (profile: string): string =>
  join(profile, `storage/default/moz-extension+++${UUID}^userContextId=4294967295`);

/**
 * Starts Firefox; `addonId` is whose pages get the fixed address, `objects` whether sites are asked not to sell or
 * share, `alwaysPrivate` whether it never remembers history.
 */
export function launchFirefox(
  profile: string,
  addonId: string,
  { objects = false, alwaysPrivate = false }: Pick<LaunchOptions, 'objects' | 'alwaysPrivate'> = {},
): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: findBrowser('firefox'),
    headless: true,
    userDataDir: profile,
    // A call that hangs says so while its test still listens.
    protocolTimeout: 60_000,
    defaultViewport: null,
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [addonId]: UUID }),
      'extensions.webextensions.keepUuidOnUninstall': true,
      'xpinstall.signatures.required': false,
      // Grants permission requests automatically, since no user can answer.
      'extensions.webextOptionalPermissionPrompts': false,
      // Pictures are taken when two in a row are the same, so nothing may turn.
      'ui.prefersReducedMotion': 1,
      'privacy.globalprivacycontrol.enabled': objects,
      'browser.privatebrowsing.autostart': alwaysPrivate,
    },
  });
}

/** Fills an empty folder with a profile that has been used once: Firefox starts in half the time on a copy of it. */
export async function makeFirefoxProfile(folder: string): Promise<void> {
  const browser = await launchFirefox(folder, '');
  await browser.close();
}
