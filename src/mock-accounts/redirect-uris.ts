/** The redirect URI each browser gives an extension, computed from its ids. */
import { createHash } from 'node:crypto';

/** Firefox: the SHA-1 of the add-on id, in hex, under extensions.allizom.org. The slash belongs to it. */
export function firefoxRedirectUri(addonId: string): string {
  return `https://${createHash('sha1').update(addonId).digest('hex')}.extensions.allizom.org/`;
}

/** Chromium: the first half of the SHA-256 of the public key (base64 in the manifest), its hex digits spelled a–p. */
export function chromiumRedirectUri(key: string): string {
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32);
  const id = hash.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
  return `https://${id}.chromiumapp.org/`;
}
