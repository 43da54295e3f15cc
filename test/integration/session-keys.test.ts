// Scoped keys in the session: asked for, opened, sealed beside the refresh token, gone first at sign-out.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import * as scopedKeys from '../../src/fxa/scoped-keys.ts';
import type { StoredRecord } from '../../src/session/state/record.ts';
import { createSession, type SessionService } from '../../src/session/index.ts';
import type { View } from '../../src/session/state/view.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { deriveKey, type MadeKey } from '../../src/mock-accounts/pages/keys.ts';
import { EXTENSION_CLIENTS, KEY_SCOPE, SEED_PASSWORD, seedClients } from '../../src/mock-accounts/seed.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import { browser } from '../../src/mock-accounts/testing/browse.ts';
import { createHost, type Host } from '../harness/host.ts';

const CLIENT = EXTENSION_CLIENTS.firefox;

let mock: RunningMockServer;
let host: Host;
let session: SessionService;
let who: string;
/** How a test changes the keys in transit. */
let meddle: (answer: Record<string, unknown>) => void;

beforeEach(async () => {
  mock = await startMockServer({ era: 'today', port: 0 });
  who = 'ada@example.com';
  meddle = () => undefined;
  host = createHost({
    redirectUri: seedClients().find(({ id }) => id === CLIENT)?.redirectUris[0] ?? '',
    simulatedUser,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith('/v1/token')) return response;
      const answer = (await response.json()) as Record<string, unknown>;
      meddle(answer);
      return Response.json(answer, { status: response.status });
    },
  });
  session = start();
});
afterEach(() => mock.stop());

function start(): SessionService {
  const { ports } = host.start();
  return createSession(
    { ...ports, keys: scopedKeys },
    {
      environment: 'local',
      issuer: mock.origin,
      clientId: CLIENT,
      scope: `openid profile ${KEY_SCOPE}`,
      keyScopes: [KEY_SCOPE],
      endpoints: mockServerEndpoints(mock.origin),
    },
  );
}

/** Signs in at the mock server's page, which makes the keys, and does what its script does at the end. */
async function simulatedUser(url: string): Promise<string> {
  const { data } = await browser(mock).signIn(url.slice(mock.origin.length), who);
  const { sessionToken } = (await post('/v1/account/login', { email: who, password: SEED_PASSWORD })) as {
    sessionToken: string;
  };
  return ((await post('/v1/oauth/authorization', data, sessionToken)) as { redirect: string }).redirect;
}

async function post(path: string, body: unknown, session?: string): Promise<unknown> {
  const headers = {
    'content-type': 'application/json',
    ...(session !== undefined && { authorization: `Bearer ${session}` }),
  };
  return (await fetch(mock.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

const account = (): Account => {
  const found = mock.store.accounts.byEmail(who);
  if (!found) throw new Error(`There is no ${who}.`);
  return found;
};
const keyOf = (of: Account): MadeKey =>
  deriveKey(of, {
    identifier: KEY_SCOPE,
    keyRotationSecret: '0'.repeat(64),
    keyRotationTimestamp: of.keysChangedAt,
  });
const view = () => host.local.get('view') as View;
const record = () => host.local.get('record') as StoredRecord;
const everything = () => JSON.stringify([[...host.local], [...host.memory]]);

it('are the account’s, survive the background, and are stored nowhere unsealed', async () => {
  await session.signIn();
  const { k, kid } = keyOf(account());
  const { uid } = account();
  expect(await session.scopedKey(KEY_SCOPE)).toEqual({ key: { kty: 'oct', k, kid }, uid, kid });
  session = start();
  await session.recover();
  expect(await session.scopedKey(KEY_SCOPE)).toMatchObject({ key: { k }, uid });
  expect(everything()).not.toContain(k);
  await expect(session.scopedKey('https://identity.mozilla.com/apps/other')).rejects.toMatchObject({
    code: 'scope_denied',
  });
});

it('are deleted with the session', async () => {
  await session.setSessionOnly(true);
  await session.signIn();
  expect(everything()).toContain(keyOf(account()).k);
  await session.signOut();
  expect(everything()).not.toContain(keyOf(account()).k);
  await expect(session.scopedKey(KEY_SCOPE)).rejects.toMatchObject({ code: 'signed_out' });
});

it('fail the sign-in if missing or malformed, and leave no grant', async () => {
  for (const [change, reason] of [
    [(answer) => delete answer.keys_jwe, 'keys_missing'],
    [(answer) => (answer.keys_jwe = String(answer.keys_jwe).replace(/.{4}$/, 'AAAA')), 'keys_malformed'],
  ] as [typeof meddle, string][]) {
    meddle = change;
    await session.signIn();
    expect(view()).toMatchObject({ status: 'signedOut', problem: { code: 'bad_response', reason } });
    await session.runMaintenance();
    expect(mock.store.liveGrants({ clientId: CLIENT })).toEqual([]);
  }
});

it('that are older than known ones are refused, those of another account are not compared', async () => {
  await session.signIn();
  const before = record();
  account().keysChangedAt -= 86_400_000;
  await session.signIn();
  expect(view()).toMatchObject({ status: 'signedIn', problem: { reason: 'keys_older' } });
  expect(record().session).toMatchObject({ id: (before.session as { id: string }).id });

  account().keysChangedAt += 2 * 86_400_000;
  await session.signIn();
  expect(view()).not.toHaveProperty('problem');
  expect(await session.scopedKey(KEY_SCOPE)).toMatchObject({ kid: keyOf(account()).kid });

  who = 'lin@example.com';
  await session.signIn();
  expect(view()).toMatchObject({ replacedOther: true });
});

it('are never those of another account that signs in meanwhile', async () => {
  await session.signIn();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  let reached = () => {};
  const asked = new Promise<void>((resolve) => (reached = resolve));
  host.hold = async ({ call, way }) => {
    if (call !== 'vault.open' || way !== 'out') return;
    host.hold = undefined;
    reached();
    await gate;
  };
  const key = session.scopedKey(KEY_SCOPE);
  await asked;
  who = 'lin@example.com';
  await session.signIn();
  release();
  await expect(key).rejects.toMatchObject({ code: 'account_changed' });
  const { k, kid } = keyOf(account());
  expect(await session.scopedKey(KEY_SCOPE)).toMatchObject({ key: { k }, kid, uid: account().uid });
});

it('are waited for while they are moved, without ending the session', async () => {
  await session.setSessionOnly(true);
  await session.signIn();
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  let reached = () => {};
  const asked = new Promise<void>((resolve) => (reached = resolve));
  let first = true;
  host.hold = async ({ call, way }) => {
    if (!first || call !== 'memory.get secrets' || way !== 'out') return;
    first = false;
    reached();
    await gate;
  };
  const key = session.scopedKey(KEY_SCOPE);
  await asked;
  await session.setSessionOnly(false);
  release();
  expect(await key).toMatchObject({ kid: keyOf(account()).kid });
  expect(view().status).toBe('signedIn');
});
