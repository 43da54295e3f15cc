/** What the provider stores, in memory: grants with their codes and tokens, sign-ins in progress, and browser sessions. */
import { createHash } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { randomHex } from '../store/random.ts';
import { createTokens, type Tokens } from '../store/tokens.ts';
import type { AccessToken, Authorization, RefreshToken } from '../store/types.ts';

/** Seconds. */
export const REFRESH_TOKEN_LIFE = 30 * 86_400;

interface Item {
  readonly model: string;
  readonly payload: AdapterPayload;
  /** Milliseconds. */
  readonly expiresAt: number;
}

export interface Grants {
  /** The provider's storage for one of its models. */
  readonly adapter: (model: string) => Adapter;
  /** The same, as the mock server's pages, events and tests see it. */
  readonly tokens: Tokens;
  /** Ids of grants with offline access. */
  readonly offline: Set<string>;
}

/** Nothing stored yet. `now` gives milliseconds. */
export function createGrants(now: () => number): Grants {
  const items = new Map<string, Item>();
  const key = (model: string, id: string) => `${model} ${id}`;
  const find = (at: string) => {
    const item = items.get(at);
    if (item === undefined || item.expiresAt > now()) return item;
    items.delete(at);
    return undefined;
  };
  const removeGrant = (grantId: string | undefined) => {
    for (const [at, { model, payload }] of items) {
      const isGrant = model === 'Grant' && payload.jti === grantId;
      if (grantId !== undefined && (payload.grantId === grantId || isGrant)) items.delete(at);
    }
  };
  const live = (model: string) =>
    [...items]
      .filter(([at, item]) => item.model === model && find(at) !== undefined)
      .map(([, { payload }]) => payload);
  const plain = createTokens(now);
  const known = new Map<string, Set<string>>();

  const adapter = (model: string): Adapter => ({
    upsert(id, payload, expiresIn) {
      items.set(key(model, id), { model, payload, expiresAt: now() + expiresIn * 1000 });
      if (model === 'RefreshToken') {
        const { uid, clientId } = authorizationOf(payload);
        known.set(uid, (known.get(uid) ?? new Set()).add(clientId));
      }
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(find(key(model, id))?.payload),
    findByUid: (uid) => Promise.resolve(live(model).find((payload) => payload.uid === uid)),
    findByUserCode: () => Promise.resolve(undefined),
    consume(id) {
      const item = items.get(key(model, id));
      if (item) item.payload.consumed = Math.floor(now() / 1000);
      return Promise.resolve();
    },
    destroy(id) {
      const { payload } = items.get(key(model, id)) ?? {};
      items.delete(key(model, id));
      // As version 9 of the provider does: revoking an access token ends its grant, too (RFC 7009, section 2.1).
      if (model === 'AccessToken') removeGrant(payload?.grantId);
      return Promise.resolve();
    },
    revokeByGrantId(grantId) {
      removeGrant(grantId);
      return Promise.resolve();
    },
  });

  const tokens: Tokens = {
    ...plain,
    // One that can be revoked.
    addRefreshToken({ token = randomHex(32), uid, clientId, scope }) {
      const iat = Math.floor(now() / 1000);
      const of = { accountId: uid, clientId, scope, grantId: token, kind: 'RefreshToken' };
      const payload = { ...of, jti: token, iat, exp: iat + REFRESH_TOKEN_LIFE };
      void adapter('RefreshToken').upsert(token, payload, REFRESH_TOKEN_LIFE);
      return { token, item: refreshTokenOf(payload) };
    },
    findAccessToken: (token) => tokens.accessTokens().find(({ id }) => id === hashOf(token)),
    findRefreshToken: (token) => tokens.refreshTokenById(hashOf(token)),
    refreshTokenById: (tokenId) => tokens.refreshTokens().find(({ id }) => id === tokenId),
    accessTokens: () => live('AccessToken').map(accessTokenOf),
    // A rotated one is kept only so that its re-use is noticed.
    refreshTokens: () =>
      live('RefreshToken')
        .filter(({ consumed }) => consumed === undefined)
        .map(refreshTokenOf),
    removeWhere(picked) {
      for (const model of ['AuthorizationCode', 'AccessToken', 'RefreshToken'])
        for (const payload of live(model)) if (picked(authorizationOf(payload))) removeGrant(payload.grantId);
    },
    clientsOf: (uid) => [...(known.get(uid) ?? [])],
    forgetClientsOf: (uid) => void known.delete(uid),
  };
  return { adapter, tokens, offline: new Set() };
}

function authorizationOf({ accountId = '', clientId = '', scope = '' }: AdapterPayload): Authorization {
  return { uid: accountId, clientId, scope };
}

/** Tokens are told of by their hashes, as in the other eras. */
const hashOf = (token = '') => createHash('sha256').update(token).digest('hex');

const times = ({ iat = 0, exp = 0 }: AdapterPayload) => ({ createdAt: iat * 1000, expiresAt: exp * 1000 });

function accessTokenOf(payload: AdapterPayload): AccessToken {
  return { ...authorizationOf(payload), ...times(payload), id: hashOf(payload.jti), profileChangedAt: 0 };
}

function refreshTokenOf(payload: AdapterPayload): RefreshToken {
  const { createdAt } = times(payload);
  return { ...authorizationOf(payload), createdAt, lastUsedAt: createdAt, id: hashOf(payload.jti) };
}
