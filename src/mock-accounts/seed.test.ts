import { expect, it } from 'vitest';
import { seedClients } from './seed.ts';

it('gives each client one redirect URI of its own, and those of extensions the return page as well', () => {
  const page = 'http://127.0.0.1:1/auth/return';
  for (const { name, redirectUris } of seedClients(page)) {
    const own = redirectUris.filter((uri) => uri !== page);
    expect(own, name).toHaveLength(1);
    expect(redirectUris.length > 1, name).toBe(/^(Sign-in extension|Test Extension)/.test(name));
    // A request without a redirect URI gets the first.
    expect(redirectUris[0], name).toBe(own[0]);
  }
});
