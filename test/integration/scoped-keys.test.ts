// Scoped keys from the first request to the opened bundle, through the mock server's page: both eras.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizationUrl, newAttemptSecrets } from '../../src/fxa/authorization.ts';
import { validateCallback } from '../../src/fxa/callback.ts';
import { mockServerEndpoints, type Deployment } from '../../src/fxa/environments.ts';
import { compareScopedKeys, newKeyRequest, openScopedKeys } from '../../src/fxa/scoped-keys.ts';
import { failure } from '../../src/fxa/testing/deployment.ts';
import { validateGrant, exchangeCode, refreshAccessToken, type Grant } from '../../src/fxa/tokens.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { EXTENSION_CLIENTS, KEY_SCOPE, SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { browser, type Browser, type ShownPage } from '../../src/mock-accounts/testing/browse.ts';
import { ERAS } from './harness.ts';

const keys = createKeys(Date.now);
const http = { fetch };
const SYNC = 'https://identity.mozilla.com/apps/oldsync';

describe.each(ERAS)('scoped keys, era %s', (era) => {
  let mock: RunningMockServer;
  let deployment: Deployment;
  let page: Browser;
  beforeEach(async () => {
    mock = await startMockServer({ era, port: 0, keys });
    const endpoints = mockServerEndpoints(mock.origin);
    deployment = { name: 'custom', endpoints, clientId: EXTENSION_CLIENTS.firefox };
    page = browser(mock);
  });
  afterEach(() => mock.stop());

  const account = (email = 'ada@example.com') => {
    const found = mock.store.accounts.byEmail(email);
    if (found === undefined) throw new Error(`no ${email}`);
    return found;
  };

  /** An authorization request for keys, and what it takes to go on from the page. */
  async function ask(scopes: readonly string[], { clientId = deployment.clientId, prompt }: Change = {}) {
    const redirectUri = mock.store.clients.get(clientId)?.redirectUris[0] ?? '';
    const [attempt, request] = await Promise.all([newAttemptSecrets(), newKeyRequest()]);
    const { state, codeVerifier, codeChallenge } = attempt;
    const url = authorizationUrl(
      { ...deployment, clientId },
      {
        redirectUri,
        scope: ['openid', 'profile', ...scopes],
        state,
        codeChallenge,
        keysJwk: request.keysJwk,
        accessType: 'offline',
        prompt,
      },
    );
    return { path: url.slice(mock.origin.length), redirectUri, state, codeVerifier, clientId, request };
  }

  /** Does what the script of the last page does, and then what the extension does. */
  async function finish({ data }: ShownPage, asked: Awaited<ReturnType<typeof ask>>): Promise<Grant> {
    const { redirectUri, state, codeVerifier, clientId } = asked;
    const answer = await fetch(`${mock.origin}/v1/oauth/authorization`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: page.cookie() },
      body: JSON.stringify(data),
    });
    const { redirect } = (await answer.json()) as { redirect?: string };
    const issuer = mock.origin;
    const { code } = validateCallback(redirect ?? '', { redirectUri, state, issuer, clientId });
    const client = { ...deployment, clientId };
    const grant = await exchangeCode(client, { code, codeVerifier, redirectUri }, http);
    return validateGrant(client, grant, { now: Date.now(), requireIdToken: true }, http);
  }

  interface Change {
    clientId?: string;
    prompt?: 'login' | 'consent';
    email?: string;
  }

  async function keysOf(scopes: readonly string[] = [KEY_SCOPE], change: Change = {}) {
    const asked = await ask(scopes, change);
    const grant = await finish(await page.signIn(asked.path, change.email), asked);
    return openScopedKeys(grant.keysJwe, asked.request.privateJwk, scopes);
  }

  it('come with the grant, and open', async () => {
    const asked = await ask([KEY_SCOPE]);
    const grant = await finish(await page.signIn(asked.path), asked);
    expect(grant).toMatchObject({ scope: `openid profile ${KEY_SCOPE}`, claims: { sub: account().uid } });
    const opened = await openScopedKeys(grant.keysJwe, asked.request.privateJwk, [KEY_SCOPE]);
    const seconds = Math.round(account().keysChangedAt / 1000);
    expect(opened[KEY_SCOPE]?.kid).toMatch(new RegExp(`^${seconds}-`));
    expect(Buffer.from(opened[KEY_SCOPE]?.k ?? '', 'base64url')).toHaveLength(32);
    const refresh = { refreshToken: grant.refreshToken ?? '', scope: KEY_SCOPE };
    expect(await refreshAccessToken(deployment, refresh, http)).not.toHaveProperty('keys_jwe');
  });

  it('are the same at every sign-in and for every client, and different for every person', async () => {
    const first = await keysOf();
    page = browser(mock);
    expect(await keysOf([KEY_SCOPE], { clientId: EXTENSION_CLIENTS.chromium })).toEqual(first);
    page = browser(mock);
    const other = await keysOf([KEY_SCOPE], { email: 'lin@example.com' });
    expect(other[KEY_SCOPE]?.k).not.toBe(first[KEY_SCOPE]?.k);
  });

  it('of Sync are 64 bytes, beside those of another scope', async () => {
    const clientId = EXTENSION_CLIENTS.chromium;
    const client = mock.store.clients.get(clientId);
    if (client === undefined) throw new Error('no client');
    mock.store.clients.set(clientId, { ...client, allowedScopes: `${KEY_SCOPE} ${SYNC}` });
    mock.store.keyRedirectUris.set(SYNC, client.redirectUris);
    const opened = await keysOf([KEY_SCOPE, SYNC], { clientId });
    expect(Object.keys(opened).sort()).toEqual([KEY_SCOPE, SYNC].sort());
    expect(opened[SYNC]?.kid).toMatch(new RegExp(`^${account().keysChangedAt}-`));
    expect(Buffer.from(opened[SYNC]?.k ?? '', 'base64url')).toHaveLength(64);
  });

  it('of three scopes are more than an answer holds', async () => {
    const clientId = EXTENSION_CLIENTS.chromium;
    const client = mock.store.clients.get(clientId);
    if (client === undefined) throw new Error('no client');
    const scopes = ['notes', 'lockbox', 'send'].map((app) => `https://identity.mozilla.com/apps/${app}`);
    mock.store.clients.set(clientId, { ...client, allowedScopes: scopes.join(' ') });
    for (const scope of scopes) mock.store.keyRedirectUris.set(scope, client.redirectUris);
    await expect(keysOf(scopes, { clientId })).rejects.toThrow();
    page = browser(mock);
    expect(Object.keys(await keysOf(scopes.slice(0, 2), { clientId }))).toHaveLength(2);
  });

  it('stay through a change of the password, and are new after a reset, in which every grant dies', async () => {
    const email = 'noor@example.com';
    const before = await keysOf([KEY_SCOPE], { email });
    mock.store.changePassword(account(email), 'another horse');
    mock.store.changePassword(account(email), SEED_PASSWORD);
    page = browser(mock);
    expect(compareScopedKeys(before, await keysOf([KEY_SCOPE], { email }))).toBe('same');

    expect(mock.store.liveGrants({ email })).toHaveLength(1);
    const asked = await ask([KEY_SCOPE]);
    page = browser(mock);
    await page.open(asked.path, { intent: 'show-reset', email });
    const shown = await page.open(asked.path, { intent: 'reset', email, password: SEED_PASSWORD });
    expect(mock.store.liveGrants({ email })).toEqual([]);
    const grant = await finish(shown, asked);
    const after = await openScopedKeys(grant.keysJwe, asked.request.privateJwk, [KEY_SCOPE]);
    expect(compareScopedKeys(before, after)).toBe('rotated');
    expect(compareScopedKeys(after, before)).toBe('older');
    expect(after[KEY_SCOPE]?.k).not.toBe(before[KEY_SCOPE]?.k);
  });

  it('want the password, also from someone who is signed in there', async () => {
    await page.signIn('/signin');
    const asked = await ask([KEY_SCOPE]);
    const door = await page.open(asked.path);
    expect(door.data).toBeUndefined();
    expect(door.html).toContain('name="password"');
    expect((await page.open(asked.path, { intent: 'continue' })).data).toBeUndefined();
    expect((await page.signIn(asked.path)).data).toHaveProperty('keys_jwe');
  });

  it('are missing without a word where the scope carries none', async () => {
    mock.store.keyRedirectUris.delete(KEY_SCOPE);
    expect(await failure(keysOf())).toMatchObject({ code: 'bad_response', reason: 'keys_missing' });
  });

  it('go to no redirect URI that is not listed, and to no client that is not allowed', async () => {
    mock.store.keyRedirectUris.set(KEY_SCOPE, ['https://elsewhere.example/']);
    const shown = await page.signIn((await ask([KEY_SCOPE])).path);
    expect(shown).toMatchObject({ alert: 'Invalid redirect parameter', data: undefined });
    const foreign = await ask([KEY_SCOPE], { clientId: 'a1b2c3d4e5f60001' });
    expect((await page.signIn(foreign.path)).alert).toMatch(/^Invalid (?:OAuth )?parameter: scope$/);
  });

  it('cannot be encrypted to just anything', async () => {
    const { path } = await ask([KEY_SCOPE]);
    const odd = path.replace(/keys_jwk=[^&]+/, 'keys_jwk=abc');
    expect((await page.signIn(odd)).alert).toBe('Something went wrong. Please close this tab and try again.');
  });
});
