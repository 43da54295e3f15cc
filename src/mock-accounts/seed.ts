/** The initial clients and the seed accounts. */
import { readFileSync } from 'node:fs';
import { chromiumRedirectUri, firefoxRedirectUri } from '../fxa/redirect-uris.ts';
import { isKeyBearing } from './oauth/client-policy.ts';
import { portrait } from './profile/pictures.ts';
import { newTotpSecret } from './auth/totp.ts';
import type { Store } from './store/store.ts';
import type { Client } from './store/types.ts';

/** The password of every seed account. */
export const SEED_PASSWORD = 'correct horse';

/** The client ids of this repository's extension, one for each browser's redirect URI. */
export const EXTENSION_CLIENTS = { firefox: 'f1f0f1f0f1f00001', chromium: 'c4c4c4c4c4c40001' } as const;

/** The client of examples/web, which signs in through the companion; its secret is no secret. */
export const WEB_CLIENT = { id: 'a1b2c3d4e5f60005', secret: '5ec2e7'.repeat(10) + '0005' } as const;

/** The default return page of a sign-in in a tab: the companion's, on its usual port. */
export const RETURN_PAGE = 'http://127.0.0.1:9721/auth/return';

/** The scope whose encryption keys the extension may request; from Mozilla's former notes extension. */
export const KEY_SCOPE = 'https://identity.mozilla.com/apps/notes';

const GECKO_ID = 'mozilla-account-sign-in@fxa-extension.example';

interface Manifest {
  readonly key?: string;
  readonly browser_specific_settings?: { readonly gecko?: { readonly id?: string } };
}

/** The extension's redirect URIs, from its manifest. Chromium has none without a manifest or with an unreadable key. */
async function extensionRedirectUris(): Promise<{ firefox: string; chromium: string | undefined }> {
  let manifest: Manifest = {};
  try {
    manifest = JSON.parse(readFileSync(new URL('../../manifest.json', import.meta.url), 'utf8')) as Manifest;
  } catch {
    // The mock server also runs without the extension.
  }
  return {
    firefox: await firefoxRedirectUri(manifest.browser_specific_settings?.gecko?.id ?? GECKO_ID),
    chromium:
      manifest.key === undefined ? undefined : await chromiumRedirectUri(manifest.key).catch(() => undefined),
  };
}

const { firefox, chromium } = await extensionRedirectUris();

/**
 * The seed clients. The last four are for tests; their redirect URIs do not exist. `returnPage`: the companion's, beside
 * which it has its callback for web applications.
 */
export function seedClients(returnPage: string = RETURN_PAGE): Client[] {
  const open = { publicClient: true, trusted: true };
  return [
    {
      id: EXTENSION_CLIENTS.firefox,
      name: 'Sign-in extension (Firefox)',
      redirectUris: [firefox, returnPage],
      allowedScopes: KEY_SCOPE,
      ...open,
    },
    {
      id: EXTENSION_CLIENTS.chromium,
      name: 'Sign-in extension (Chromium)',
      redirectUris: chromium === undefined ? [returnPage] : [chromium, returnPage],
      allowedScopes: KEY_SCOPE,
      ...open,
    },
    {
      id: WEB_CLIENT.id,
      name: 'To-do list (web application)',
      redirectUris: [new URL('/fxa-oauth/token', returnPage).href],
      publicClient: false,
      trusted: true,
      secret: WEB_CLIENT.secret,
    },
    {
      id: 'a1b2c3d4e5f60001',
      name: 'Test Extension',
      redirectUris: ['https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org/', returnPage],
      ...open,
    },
    {
      id: 'a1b2c3d4e5f60002',
      name: 'Second Test Extension',
      redirectUris: ['https://abcdefghijklmnopabcdefghijklmnop.chromiumapp.org/'],
      ...open,
    },
    {
      id: 'a1b2c3d4e5f60003',
      name: 'Untrusted Test Extension',
      redirectUris: ['https://untrusted.example.net/cb'],
      publicClient: true,
      trusted: false,
    },
    {
      id: 'a1b2c3d4e5f60004',
      name: 'Test Website with a Secret',
      redirectUris: ['https://confidential.example.net/cb'],
      publicClient: false,
      trusted: true,
      secret: '5ec2e7'.repeat(10) + '0004',
    },
  ];
}

/** One line for each account, for people: its address, its name, and what is special about it. */
export function accountLines({ accounts }: Pick<Store, 'accounts'>, indent: string): string {
  return accounts
    .list()
    .map(({ email, displayName = '(no name)', metricsEnabled, totpSecret }) => {
      const special = [
        ...(metricsEnabled ? [] : ['metrics off']),
        ...(totpSecret === undefined ? [] : ['two-step sign-in: the page shows the code']),
      ];
      return [indent + email.padEnd(17), displayName, ...special].join('  ');
    })
    .join('\n');
}

/** Adds the clients and accounts to a store. */
export function seedStore(store: Store, clients: readonly Client[] = seedClients()): void {
  for (const client of clients) {
    store.clients.set(client.id, client);
    for (const scope of (client.allowedScopes ?? '').split(' ').filter(isKeyBearing)) {
      const listed = store.keyRedirectUris.get(scope) ?? [];
      store.keyRedirectUris.set(scope, [...listed, ...client.redirectUris]);
    }
  }
  const password = SEED_PASSWORD;
  const ada = store.accounts.add({ email: 'ada@example.com', password, displayName: 'Ada Lovelace' });
  const bytes = new Uint8Array(new TextEncoder().encode(portrait()));
  ada.avatarId = store.images.add({ uid: ada.uid, type: 'image/svg+xml', bytes }).id;
  store.accounts.add({ email: 'lin@example.com', password, metricsEnabled: false });
  store.accounts.add({ email: 'noor@example.com', password, displayName: 'نور الهدى', locale: 'ar' });
  store.accounts.add({
    email: 'tove@example.com',
    password,
    displayName: 'Tove Jansdotter',
    totpSecret: newTotpSecret(),
  });
}
