/** The mock server's state, in memory, and the operations that change several parts of it. */
import type { EraRules } from '../era.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { createImages, type Images } from './images.ts';
import { randomHex } from './random.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTokens, type Tokens } from './tokens.ts';
import type { AccessToken, Account, AccountChange, Authorization, Client, RefreshToken } from './types.ts';

export interface CachedProfile {
  readonly profile: Readonly<Record<string, unknown>>;
  readonly storedAt: number;
}

export interface Store {
  readonly clients: Map<string, Client>;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly images: Images;
  /** FxA: the page's list of scopes with keys, and the exact redirect URIs that may receive them. */
  readonly keyRedirectUris: Map<string, readonly string[]>;
  /** Picture and name at the profile server. FxA 2019: kept for deleted accounts. */
  profileOf(uid: string): Account | undefined;
  /** Profiles by cache key; only used in 2019. */
  readonly profileCache: Map<string, CachedProfile>;
  /** For tests: valid refresh tokens. */
  liveGrants(filter?: { email?: string; clientId?: string }): RefreshToken[];
  /** For tests: valid access tokens. */
  liveAccessTokens(filter?: { email?: string; clientId?: string }): AccessToken[];
  /** Revokes all tokens and codes of an account for a client, like the *Disconnect* button. */
  disconnect(uid: string, clientId: string): void;
  /** FxA: a password change revokes all tokens of public clients, not of confidential ones, and ends other sessions. */
  changePassword(account: Account, password: string, keptSession?: string): void;
  /** FxA: a password reset creates new keys, and ends all tokens and sessions. */
  resetPassword(account: Account, password: string): void;
  /** Removes the account and its sessions; also its tokens, except in 2019. */
  deleteAccount(uid: string): void;
  /** Marks the profile as changed, which invalidates its cache. */
  profileChanged(account: Account): void;
  /** Sets whether the account allows metrics. */
  setMetricsEnabled(account: Account, enabled: boolean): void;
  /** Adds or removes capabilities that a client sells. */
  setSubscription(
    account: Account,
    clientId: string,
    capabilities: readonly string[],
    isActive: boolean,
  ): void;
  /** Calls back with events for relying parties. */
  onChange(listener: (change: AccountChange) => void): void;
}

/** An empty store. `now` gives milliseconds. */
export function createStore(
  rules: EraRules,
  now: () => number,
  tokens: Tokens = createTokens(now, rules.expiredTokensForgotten),
): Store {
  const clients = new Map<string, Client>();
  const accounts = createAccounts(now);
  const sessions = createSessions(now);
  const profileCache = new Map<string, CachedProfile>();
  const deleted = new Map<string, Account>();
  const forget = (uid: string) => {
    for (const key of profileCache.keys()) if (key.startsWith(uid)) profileCache.delete(key);
  };
  const touch = (account: Account) => {
    account.profileChangedAt = now();
    forget(account.uid);
  };
  const listeners: ((change: AccountChange) => void)[] = [];
  const tell = (change: AccountChange) => {
    for (const listener of listeners) listener(change);
  };
  const tellOfPassword = ({ uid }: Account) =>
    tell({ uid, event: 'password-change', payload: { changeTime: now() } });
  // FxA: today's events say what the profile server and the deletion know.
  const deletionPayload = rules.detailedEvents ? { reason: 'user' } : {};
  const profilePayload = ({ uid, email, locale, metricsEnabled, totpSecret, ...account }: Account) => ({
    ...(rules.uidInProfileChange ? { uid } : {}),
    ...(rules.detailedEvents
      ? {
          email,
          locale,
          metricsEnabled,
          totpEnabled: totpSecret !== undefined,
          accountDisabled: account.disabledAt !== undefined,
          accountLocked: account.lockedAt !== undefined,
        }
      : {}),
  });
  const isPublic = ({ clientId }: Authorization) => clients.get(clientId)?.publicClient !== false;
  const matches =
    (filter: { email?: string; clientId?: string } = {}) =>
    (item: { uid: string; clientId: string }) =>
      (filter.clientId === undefined || item.clientId === filter.clientId) &&
      (filter.email === undefined || item.uid === accounts.byEmail(filter.email)?.uid);
  return {
    clients,
    accounts,
    sessions,
    tokens,
    images: createImages(),
    keyRedirectUris: new Map(),
    profileCache,
    profileOf: (uid) => accounts.byUid(uid) ?? deleted.get(uid),
    liveGrants: (filter) => tokens.refreshTokens().filter(matches(filter)),
    liveAccessTokens: (filter) =>
      tokens.accessTokens().filter((token) => token.expiresAt > now() && matches(filter)(token)),
    disconnect: (uid, clientId) =>
      tokens.removeWhere((item) => item.uid === uid && item.clientId === clientId),
    changePassword(account, password, keptSession) {
      account.password = password;
      tokens.removeWhere((item) => item.uid === account.uid && isPublic(item), {
        codes: rules.codesSurvivePassword,
      });
      sessions.closeAllOf(account.uid, keptSession);
      tellOfPassword(account);
    },
    resetPassword(account, password) {
      account.password = password;
      account.kB = randomHex(32);
      // Instants of keys must grow even on a clock that stands still; they are told in whole seconds.
      account.keysChangedAt = Math.max(now(), account.keysChangedAt + 1000);
      tokens.removeWhere(
        (item) => item.uid === account.uid && (!rules.confidentialSurviveReset || isPublic(item)),
        { codes: rules.confidentialSurviveReset },
      );
      sessions.closeAllOf(account.uid);
      tellOfPassword(account);
    },
    deleteAccount(uid) {
      const account = accounts.byUid(uid);
      if (account !== undefined && rules.tokensSurviveAccountDeletion) deleted.set(uid, account);
      accounts.remove(uid);
      sessions.closeAllOf(uid);
      if (!rules.tokensSurviveAccountDeletion) tokens.removeWhere((item) => item.uid === uid);
      if (account !== undefined) tell({ uid, event: 'delete-user', payload: deletionPayload });
      if (rules.clientsForgottenAtDeletion) tokens.forgetClientsOf(uid);
    },
    profileChanged(account) {
      touch(account);
      const { uid } = account;
      tell({ uid, event: 'profile-change', payload: profilePayload(account) });
    },
    setMetricsEnabled(account, enabled) {
      if (account.metricsEnabled === enabled) return;
      account.metricsEnabled = enabled;
      touch(account);
      if (!rules.metricsEvents) return;
      tell({ uid: account.uid, event: enabled ? 'metrics-opt-in' : 'metrics-opt-out', payload: {} });
    },
    setSubscription(account, clientId, capabilities, isActive) {
      const others = (account.subscriptions[clientId] ?? []).filter(
        (capability) => !capabilities.includes(capability),
      );
      const updated = isActive ? [...others, ...capabilities] : others;
      account.subscriptions = { ...account.subscriptions, [clientId]: updated };
      touch(account);
      // FxA: the instant is that of the payment system, which counts in whole seconds.
      const changeTime = Math.floor(now() / 1000) * 1000;
      const payload = { capabilities, isActive, changeTime };
      tell({ uid: account.uid, event: 'subscription-state-change', payload, clientId });
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
