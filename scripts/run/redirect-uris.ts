// `npm run redirect-uris`: what an integration request to Mozilla must name.
import { firefoxRedirectUri } from '../../src/fxa/redirect-uris.ts';
import type { BrowserName } from '../build/environment.ts';
import { readManifest, redirectUris } from '../build/manifest.ts';
import { EXAMPLE_CHROMIUM_REDIRECT, geckoIdFault, keyFault } from '../build/release.ts';

const { key, browser_specific_settings } = readManifest();
// A key that cannot be read has no redirect URI.
const uris: Partial<Record<BrowserName, string>> =
  keyFault(key) === undefined
    ? await redirectUris()
    : { firefox: await firefoxRedirectUri(browser_specific_settings.gecko.id) };
const CHROMIUM_STEPS = `
  1. Upload dist/chromium.zip to the Chrome Web Store as a draft.
  2. Copy the public key from the item's page "Package" into "key" of manifest.json, as one line.
  3. Run this again: the store's id of the item, and so the redirect URI, follow from that key.`;

for (const [browser, uri] of Object.entries(uris)) console.log(`${browser.padEnd(9)} ${uri}`);
const { FXA_RETURN_PAGE } = process.env;
console.log(
  FXA_RETURN_PAGE
    ? `in a tab  ${FXA_RETURN_PAGE}`
    : '\nFor sign-ins in a tab also the return page of your companion: set FXA_RETURN_PAGE to its address.',
);

const gecko = geckoIdFault(browser_specific_settings.gecko.id);
const chromium =
  keyFault(key) ??
  (uris.chromium === EXAMPLE_CHROMIUM_REDIRECT
    ? 'key in manifest.json is the one of this repository.'
    : undefined);
if (gecko !== undefined) console.log(`\nNot the URI to register for Firefox: ${gecko}`);
if (chromium !== undefined)
  console.log(
    `\nNot the URI to register for Chromium, only for builds on this machine: ${chromium}${CHROMIUM_STEPS}`,
  );
