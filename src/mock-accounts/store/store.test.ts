import { beforeEach, describe, expect, it } from 'vitest';
import { rulesOf } from '../era.ts';
import { seedStore } from '../seed.ts';
import { tokenId } from './random.ts';
import { createStore, type Store } from './store.ts';

const PUBLIC = 'a1b2c3d4e5f60001';
const CONFIDENTIAL = 'a1b2c3d4e5f60004';

let now: number;
let store: Store;
const uid = () => store.accounts.byEmail('ada@example.com')?.uid ?? '';

beforeEach(() => {
  now = 1_000_000;
  store = createStore(rulesOf('today'), () => now);
  seedStore(store);
  for (const clientId of [PUBLIC, CONFIDENTIAL]) {
    store.tokens.addRefreshToken({ clientId, uid: uid(), scope: 'profile' });
    store.tokens.addAccessToken({ clientId, uid: uid(), scope: 'profile', life: 60 });
  }
});

describe('the store', () => {
  it('knows the four ready accounts, by address without case', () => {
    expect(store.accounts.list().map(({ email }) => email)).toEqual([
      'ada@example.com',
      'lin@example.com',
      'noor@example.com',
      'tove@example.com',
    ]);
    expect(store.accounts.byEmail(' ADA@example.com ')?.displayName).toBe('Ada Lovelace');
    expect(store.accounts.byEmail('lin@example.com')).toMatchObject({ metricsEnabled: false });
  });

  it('keeps tokens by the hash of their bytes', () => {
    const token = 'ab'.repeat(32);
    const { item } = store.tokens.addRefreshToken({ token, clientId: PUBLIC, uid: uid(), scope: '' });
    expect(item.id).toBe(tokenId(token));
    expect(JSON.stringify(store.tokens.refreshTokens())).not.toContain(token);
  });

  it('tells which tokens live', () => {
    expect(store.liveGrants({ clientId: PUBLIC })).toHaveLength(1);
    expect(store.liveAccessTokens({ email: 'ada@example.com' })).toHaveLength(2);
    now += 60_000;
    expect(store.liveAccessTokens()).toEqual([]);
    expect(store.liveGrants()).toHaveLength(2);
  });

  it('disconnects one client', () => {
    store.disconnect(uid(), PUBLIC);
    expect(store.liveGrants().map(({ clientId }) => clientId)).toEqual([CONFIDENTIAL]);
    expect(store.liveAccessTokens().map(({ clientId }) => clientId)).toEqual([CONFIDENTIAL]);
  });

  it('a password change kills the tokens of public clients and the other sessions', () => {
    const kept = store.sessions.open(uid());
    const other = store.sessions.open(uid());
    const account = store.accounts.byUid(uid());
    if (account === undefined) throw new Error('no account');
    store.changePassword(account, 'another horse', kept.token);
    expect(store.liveGrants().map(({ clientId }) => clientId)).toEqual([CONFIDENTIAL]);
    expect(store.sessions.find(kept.token)).toBeDefined();
    expect(store.sessions.find(other.token)).toBeUndefined();
  });

  it('a password reset kills all tokens and sessions, and makes new keys', () => {
    const account = store.accounts.byUid(uid());
    if (account === undefined) throw new Error('no account');
    const { kB, keysChangedAt } = account;
    const session = store.sessions.open(uid());
    store.changePassword(account, 'another horse', session.token);
    expect(account).toMatchObject({ kB, keysChangedAt });
    store.resetPassword(account, 'third horse');
    expect(store.liveGrants()).toEqual([]);
    expect(store.liveAccessTokens()).toEqual([]);
    expect(store.sessions.find(session.token)).toBeUndefined();
    expect(account.kB).not.toBe(kB);
    expect(account.keysChangedAt).toBeGreaterThan(keysChangedAt);
  });

  it('a deleted account takes its tokens along, in 2019 it does not', () => {
    store.deleteAccount(uid());
    expect(store.liveGrants()).toEqual([]);
    const old = createStore(rulesOf('2019'), () => now);
    old.tokens.addRefreshToken({ clientId: PUBLIC, uid: 'ff'.repeat(16), scope: '' });
    old.deleteAccount('ff'.repeat(16));
    expect(old.liveGrants()).toHaveLength(1);
  });
});
