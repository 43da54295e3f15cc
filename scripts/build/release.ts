// What a build must have before it can be released: a version both browsers take, and ids of its own.
import { createPublicKey } from 'node:crypto';

/** Names that are for examples, such as the id in this repository's manifest.json. */
const EXAMPLE_ID = /[@.](?:example|invalid|test|localhost)$|[@.]example\.(?:com|net|org)$/i;
/** Firefox: an e-mail address in form, or a UUID in braces. */
const GECKO_ID = /^(?:\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|[a-z0-9._-]*@[a-z0-9._-]+)$/i;
/** What follows from the `key` in this repository's manifest.json. */
export const EXAMPLE_CHROMIUM_REDIRECT = 'https://aofgmpfjlkeioedmbiinlldpgilnhlmn.chromiumapp.org/';

/**
 * Why neither browser would take that version, or only one of them; undefined when both do. Chromium: one to four integers
 * up to 65535, without leading zeros, not all zero; Firefox takes these, too. Neither takes what npm calls a prerelease.
 */
export function versionFault(version: unknown): string | undefined {
  const parts = typeof version === 'string' ? version.split('.') : [];
  const fits =
    parts.length >= 1 &&
    parts.length <= 4 &&
    parts.every((part) => /^(?:0|[1-9]\d{0,4})$/.test(part) && Number(part) <= 65_535) &&
    parts.some((part) => part !== '0');
  if (fits) return undefined;
  return (
    `The version in package.json is ${JSON.stringify(version)}. Browsers take one to four numbers with dots between, each ` +
    'up to 65535 and without leading zeros, such as 1.0.0 or 1.0.0.1; a beta is a number, too.'
  );
}

/** Why a release cannot go out under that id of Firefox; undefined when it can. */
export function geckoIdFault(id: string): string | undefined {
  const subject = `browser_specific_settings.gecko.id in manifest.json is "${id}"`;
  if (!GECKO_ID.test(id)) return `${subject}: Firefox takes name@host, or a UUID in braces.`;
  if (EXAMPLE_ID.test(id)) return `${subject}, an example. Make it your own: it decides the redirect URI.`;
  return undefined;
}

/** Why Chromium would make no id of that `key`; undefined when it can. */
export function keyFault(key: string): string | undefined {
  try {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) throw new Error('not base64');
    createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return undefined;
  } catch {
    return (
      'key in manifest.json is not a public key: take the lines between BEGIN and END PUBLIC KEY, as one line without ' +
      'spaces.'
    );
  }
}
