// Which token a call gets, when it refreshes for one, and what becomes of tokens and session while another context acts.
import { beforeEach, describe, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import { FxaError } from '../../fxa/errors.ts';
import { createContext, type Context } from '../context.ts';
import { emptyRecord, type CachedToken } from '../state/record.ts';
import type { SignedIn, StoredGrant } from '../state/states.ts';
import { LOCKS } from '../state/storage-items.ts';
import { cachedToken, signedIn } from '../testing/stored.ts';
import {
  accessToken,
  endSessionIfSecretsLost,
  refreshIfCurrent,
  withAccessToken,
  withEphemeralToken,
} from './access-token.ts';
import { NO_OWNER } from './token-cache.ts';

const issuer = 'http://127.0.0.1:9';
const HOUR = 3_600_000;

let host: Host;
let now: number;
let context: Context;
/** How many refreshes were sent; the last one got the token of that number. */
let refreshes: number;
let answer: () => Response;
beforeEach(() => {
  [now, refreshes] = [1_000_000_000, 0];
  answer = () => issued('profile');
  const fetch = () => {
    refreshes += 1;
    return Promise.resolve(answer());
  };
  host = createHost({ fetch, now: () => now });
  context = contextAt();
  signIn(session());
});

function contextAt(dialect: object = {}): Context {
  const endpoints = { ...mockServerEndpoints(issuer), ...dialect };
  const config = { environment: 'local', issuer, clientId: 'client', scope: 'profile', endpoints } as const;
  return createContext(host.start().ports, config, () => Promise.resolve());
}
function session(id = 's1', subject = 'ada', grant: Partial<StoredGrant> = {}): SignedIn {
  return signedIn({ id, account: { subject } }, grant);
}
const signIn = (one: SignedIn) =>
  host.local.set('record', { ...emptyRecord(`${issuer} client`), session: one });
const stored = async () => (await context.store.read()).session;
const issued = (scope: string) =>
  Response.json({ access_token: `new${refreshes}`, token_type: 'bearer', scope, expires_in: 3600 });
const refusal = (status: number, body: object) => () => Response.json(body, { status });
const token = (name: string, more: Partial<CachedToken> = {}) =>
  cachedToken({ token: name, issuer, receivedAt: now, expiresAt: now + HOUR, ...more });
const ownerOf = async (name: string) =>
  (await context.store.tokens()).find(({ token }) => token === name)?.owner;

describe('a cached token', () => {
  it('is handed out while another one is being refreshed', async () => {
    host.memory.set('tokens', [token('cached')]);
    const given = context.ports.locks.exclusive(LOCKS.refresh, () => accessToken(context, 'profile'));
    expect((await given).cached.token).toBe('cached');
  });

  it('that was refused long after it was issued is always replaced', async () => {
    const old = token('old', { receivedAt: now - HOUR / 2 });
    for (let replaced = 0; replaced < 6; replaced++) {
      host.memory.set('tokens', [token('other', { scope: 'profile:email' }), old]);
      await accessToken(context, 'profile', { refused: 'old' });
    }
    expect(refreshes).toBe(6);
  });
});

it('a call gets a token of the session that the same account began during its refresh', async () => {
  answer = () => {
    signIn(session('s2'));
    return issued('profile');
  };
  expect(await accessToken(context, 'profile')).toMatchObject({
    session: { id: 's2' },
    cached: { token: 'new2', owner: 's2' },
  });
});

describe('a call with a token', () => {
  const rejected = new FxaError('token_rejected', 'The resource refuses the token.');
  let used: string[];
  const call = (fail: (token: string) => unknown = () => undefined) => {
    used = [];
    return withAccessToken(context, session(), async (given) => {
      used.push(given);
      const error = await fail(given);
      if (error !== undefined) throw error as Error;
      return given;
    });
  };

  it('is tried once more with another token if the first is refused', async () => {
    expect(await call((given) => (given === 'new1' ? rejected : undefined))).toBe('new2');
    await expect(call(() => rejected)).rejects.toBe(rejected);
    expect(used).toEqual(['new2', 'new3']);
  });

  it.each([new FxaError('offline', 'No network.'), new Error('A mistake.')])(
    'fails at once with an error that says nothing about the token: %s',
    async (error) => {
      await expect(call(() => error)).rejects.toBe(error);
      expect(used).toEqual(['new1']);
    },
  );

  it('reports why there is no other token', async () => {
    const fail = () => {
      answer = refusal(503, {});
      return rejected;
    };
    await expect(call(fail)).rejects.toMatchObject({ code: 'server_unavailable' });
  });

  it('never gets a token of another account, neither at first nor after a refusal', async () => {
    const fail = () => {
      signIn(session('s2', 'bob'));
      return rejected;
    };
    await expect(call(fail)).rejects.toMatchObject({ code: 'account_changed' });
    expect(used).toEqual(['new1']);
    await expect(call()).rejects.toMatchObject({ code: 'account_changed' });
    expect(used).toEqual([]);
  });
});

it('a refresh ahead of need leaves another session of the account alone', async () => {
  signIn(session('s2'));
  await refreshIfCurrent(context, session('s1'), undefined);
  expect(refreshes).toBe(0);
});

describe('a token for one use', () => {
  const use = (work: (token: string) => Promise<unknown>) =>
    withEphemeralToken(context, session(), { scope: 'profile', ttl: 60 }, work);

  it('is given to no other call, and orphaned after its use', async () => {
    const done = use(async (given) => {
      expect(await ownerOf(given)).toBe('s1');
      return [given, (await accessToken(context, 'profile')).cached.token];
    });
    expect(await done).toEqual(['new1', 'new2']);
    expect(await ownerOf('new1')).toBe(NO_OWNER);
    expect(await ownerOf('new2')).toBe('s1');
  });

  it('is orphaned when its use fails', async () => {
    const error = new Error('A mistake.');
    await expect(use(() => Promise.reject(error))).rejects.toBe(error);
    expect(await ownerOf('new1')).toBe(NO_OWNER);
  });

  it('is orphaned if it covers less than was asked for, unlike any other token', async () => {
    answer = () => issued('profile:email');
    await expect(use(() => Promise.resolve())).rejects.toMatchObject({ code: 'scope_denied' });
    expect(await ownerOf('new1')).toBe(NO_OWNER);
    await expect(accessToken(context, 'profile:uid')).rejects.toMatchObject({ code: 'scope_denied' });
    expect(await ownerOf('new2')).toBe('s1');
  });

  it('isn’t issued once the account has another session', async () => {
    signIn(session('s2'));
    expect(await use(() => Promise.resolve('used'))).toBeUndefined();
    expect(refreshes).toBe(0);
  });
});

it.each([
  ['may have lost its next token after status 500', 500, 'rotation_lost'],
  ['lost no token after status 400', 400, 'grant_revoked'],
])('a grant of a server of the standards that is gone %s', async (_after, status, reason) => {
  context = contextAt({ dialect: 'oauth2' });
  signIn(session('s1', 'ada', { revokedByToken: true }));
  answer = refusal(status, {});
  await expect(accessToken(context, 'profile')).rejects.toMatchObject({ status });
  now += HOUR;
  answer = refusal(400, { error: 'invalid_grant' });
  await expect(accessToken(context, 'profile')).rejects.toMatchObject({ code: 'reauth_required' });
  expect(await stored()).toMatchObject({ status: 'needsReauth', endReason: { reason } });
});

it('a session that ends because its grant is gone leaves no secrets in memory', async () => {
  const secrets = { refreshToken: 'ab'.repeat(32), keys: 'keys', issuer };
  host.memory.set('secrets', { s1: secrets, s2: secrets });
  signIn({ ...session(), grant: { refreshTokenId: 'id', scope: 'profile' } });
  answer = refusal(400, { code: 400, errno: 108 });
  await expect(accessToken(context, 'profile')).rejects.toMatchObject({ code: 'reauth_required' });
  expect(host.memory.get('secrets')).toEqual({ s2: secrets });
});

it('a session that begins while one with lost secrets ends stays', async () => {
  host.onCall = (when, call) => {
    if (when !== 'after' || call !== 'local.get record') return;
    host.onCall = () => undefined;
    signIn(session('s2'));
  };
  await endSessionIfSecretsLost(context, session('s1'));
  expect(await stored()).toMatchObject({ status: 'signedIn', id: 's2' });
});
