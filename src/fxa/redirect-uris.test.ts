import { expect, it } from 'vitest';
import { chromiumRedirectUri, firefoxRedirectUri } from './redirect-uris.ts';

it.each([
  ['notes@mozilla.com', 'https://dee85c67bd72f3de1f0a0fb62a8fe9b9b1a166d7.extensions.allizom.org/'],
  ['lockbox@mozilla.com', 'https://2aa95473a5115d5f3deb36bb6875cf76f05e4c4d.extensions.allizom.org/'],
])('Firefox gives %s the SHA-1 of its id', async (id, uri) => {
  expect(await firefoxRedirectUri(id)).toBe(uri);
});

it('Chromium gives 32 letters from a to p, from the SHA-256 of the key', async () => {
  // SHA-256 of no bytes at all begins e3b0c44298fc1c149afbf4c8996fb924.
  expect(await chromiumRedirectUri('')).toBe('https://odlameecjipmbmbejkplpemijjgpljce.chromiumapp.org/');
});

it('refuses a Chromium key that is not base64', async () => {
  await expect(chromiumRedirectUri('-----BEGIN PUBLIC KEY-----')).rejects.toThrow();
});
