import { describe, expect, it } from 'vitest';
import { seedClients } from './seed.ts';
import { chromiumRedirectUri, firefoxRedirectUri } from './redirect-uris.ts';

describe('redirect URIs', () => {
  it('of Firefox are the SHA-1 of the add-on id', () => {
    expect(firefoxRedirectUri('notes@mozilla.com')).toBe(
      'https://dee85c67bd72f3de1f0a0fb62a8fe9b9b1a166d7.extensions.allizom.org/',
    );
    expect(firefoxRedirectUri('lockbox@mozilla.com')).toBe(
      'https://2aa95473a5115d5f3deb36bb6875cf76f05e4c4d.extensions.allizom.org/',
    );
  });

  it('of Chromium are 32 letters from a to p', () => {
    // SHA-256 of no bytes at all begins e3b0c44298fc1c149afbf4c8996fb924.
    expect(chromiumRedirectUri('')).toBe('https://odlameecjipmbmbejkplpemijjgpljce.chromiumapp.org/');
  });

  it('each ready client has one, and those of extensions have the return page as well', () => {
    const page = 'http://127.0.0.1:1/auth/return';
    for (const { name, redirectUris } of seedClients(page)) {
      const own = redirectUris.filter((uri) => uri !== page);
      expect(own, name).toHaveLength(1);
      expect(redirectUris.length > 1, name).toBe(/^(Sign-in extension|Test Extension)/.test(name));
      // Whoever names none gets the first.
      expect(redirectUris[0], name).toBe(own[0]);
    }
  });
});
