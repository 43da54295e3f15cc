/** Everything the mock server knows, in memory, one per instance; and the acts that touch several parts of it at once. */
import type { EraRules } from '../era.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { createImages, type Images } from './images.ts';
import { randomHex } from './random.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTokens, type Tokens } from './tokens.ts';
import type { AccessToken, Account, AccountChange, Client, RefreshToken } from './types.ts';

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
  /** FxA: the page's list of scopes that carry keys, and of the exact redirect URIs keys for them may go to. */
  readonly keyRedirectUris: Map<string, readonly string[]>;
  /** The account as the profile server knows it: picture and name. FxA 2019: it keeps those of deleted accounts. */
  profileOf(uid: string): Account | undefined;
  /** Profiles by cache key; used by the 2019 era only. */
  readonly profileCache: Map<string, CachedProfile>;
  /** For tests: the refresh tokens that still work. */
  liveGrants(filter?: { email?: string; clientId?: string }): RefreshToken[];
  /** For tests: the access tokens that still work. */
  liveAccessTokens(filter?: { email?: string; clientId?: string }): AccessToken[];
  /** Kills every token and code a person gave a client, as the *Disconnect* button does. */
  disconnect(uid: string, clientId: string): void;
  /** FxA: a password change kills all tokens of public clients; confidential ones keep theirs. Other sessions end. */
  changePassword(account: Account, password: string, keptSession?: string): void;
  /** FxA: whoever forgot the password loses the keys too. New ones, and all tokens and sessions end. */
  resetPassword(account: Account, password: string): void;
  /** Removes the account and its sessions; today its tokens too, in 2019 they live on. */
  deleteAccount(uid: string): void;
  /** Marks the profile as changed, which ends what is cached of it. */
  profileChanged(account: Account): void;
  /** Whether the person allows metrics. */
  setMetricsEnabled(account: Account, enabled: boolean): void;
  /** Gives or takes away capabilities that a client sells. */
  setSubscription(
    account: Account,
    clientId: string,
    capabilities: readonly string[],
    isActive: boolean,
  ): void;
  /** Tells of what relying parties are to be told of. */
  onChange(listener: (change: AccountChange) => void): void;
}

/** An empty store. `now` gives milliseconds. */
export function createStore(rules: EraRules, now: () => number): Store {
  const clients = new Map<string, Client>();
  const accounts = createAccounts(now);
  const sessions = createSessions(now);
  const tokens = createTokens(now);
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
      tokens.removeWhere(
        (item) => item.uid === account.uid && clients.get(item.clientId)?.publicClient !== false,
      );
      sessions.closeAllOf(account.uid, keptSession);
      tellOfPassword(account);
    },
    resetPassword(account, password) {
      account.password = password;
      account.kB = randomHex(32);
      // Instants of keys must grow even on a clock that stands still; they are told in whole seconds.
      account.keysChangedAt = Math.max(now(), account.keysChangedAt + 1000);
      tokens.removeWhere((item) => item.uid === account.uid);
      sessions.closeAllOf(account.uid);
      tellOfPassword(account);
    },
    deleteAccount(uid) {
      const account = accounts.byUid(uid);
      if (account !== undefined && rules.tokensSurviveAccountDeletion) deleted.set(uid, account);
      accounts.remove(uid);
      sessions.closeAllOf(uid);
      if (!rules.tokensSurviveAccountDeletion) tokens.removeWhere((item) => item.uid === uid);
      if (account !== undefined) tell({ uid, event: 'delete-user', payload: {} });
      tokens.forgetClientsOf(uid);
    },
    profileChanged(account) {
      touch(account);
      const { uid } = account;
      tell({ uid, event: 'profile-change', payload: rules.uidInProfileChange ? { uid } : {} });
    },
    setMetricsEnabled(account, enabled) {
      if (account.metricsEnabled === enabled) return;
      account.metricsEnabled = enabled;
      touch(account);
      if (!rules.metricsEvents) return;
      tell({ uid: account.uid, event: enabled ? 'metrics-opt-in' : 'metrics-opt-out', payload: {} });
    },
    setSubscription(account, clientId, capabilities, isActive) {
      const others = (account.subscriptions[clientId] ?? []).filter((held) => !capabilities.includes(held));
      const held = isActive ? [...others, ...capabilities] : others;
      account.subscriptions = { ...account.subscriptions, [clientId]: held };
      touch(account);
      // FxA: the instant is that of the payment system, which counts in whole seconds.
      const changeTime = Math.floor(now() / 1000) * 1000;
      const payload = { capabilities, isActive, changeTime };
      tell({ uid: account.uid, event: 'subscription-state-change', payload, clientId });
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
