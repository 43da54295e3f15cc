import { expect, it } from 'vitest';
import { rulesOf } from './era.ts';
import { accountLines, seedClients, seedStore } from './seed.ts';
import { createStore } from './store/store.ts';

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

it('lists each account with a name, or says that it has none', () => {
  const store = createStore(rulesOf('today'), Date.now);
  seedStore(store);
  expect(accountLines(store, '  ').split('\n')).toEqual([
    '  ada@example.com    Ada Lovelace',
    '  lin@example.com    (no name)  metrics off',
    '  noor@example.com   نور الهدى',
    '  tove@example.com   Tove Jansdotter  two-step sign-in: the page shows the code',
  ]);
});
