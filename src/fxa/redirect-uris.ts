// The redirect URI that each browser derives from an extension's id. For build tools and servers; a running extension
// asks the browser (`identity.getRedirectURL`).

/** Firefox: the SHA-1 of the add-on id in hex, under extensions.allizom.org. The trailing slash is part of the URI. */
export async function firefoxRedirectUri(addonId: string): Promise<string> {
  const host = await hexDigest('SHA-1', new TextEncoder().encode(addonId));
  return `https://${host}.extensions.allizom.org/`;
}

/**
 * Chromium: the first half of the SHA-256 of the public key (base64, from the manifest), its hex digits spelled a–p.
 *
 * @throws DOMException `InvalidCharacterError` when the key is not base64.
 */
export async function chromiumRedirectUri(key: string): Promise<string> {
  const bytes = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  const hash = (await hexDigest('SHA-256', bytes)).slice(0, 32);
  const id = hash.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
  return `https://${id}.chromiumapp.org/`;
}

async function hexDigest(algorithm: 'SHA-1' | 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
