// What the rules need of the world. One adapter each in extension/browser; fakes in test/harness.

import type { KeyIds, ScopedKeys } from '../fxa/scoped-keys.ts';
import type { Policy } from './policy.ts';

/** A storage area: `storage.local` (survives everything) or `storage.session` (empty after a restart or reload). */
export interface Area {
  get(key: string): Promise<unknown>;
  /** Writes all items in one go, or none. */
  set(items: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Seals a secret under a key that never leaves the browser. */
export interface Vault {
  seal(secret: string): Promise<string>;
  /** The secret, or undefined when the key is gone or the seal is broken. */
  open(sealed: string): Promise<string | undefined>;
}

/** A grant as it is kept apart from the record: its id destroys it, and is good for nothing else. */
export interface BackedUpGrant {
  readonly refreshTokenId: string;
  readonly issuer: string;
  /** It is the one of a session, not one that waits to be destroyed. */
  readonly live?: true;
  /** Starts of the browser at which the record could be read and did not name it, and since when (milliseconds). */
  readonly missing?: { readonly starts: number; readonly since: number };
}

/** Grants kept apart from `storage.local`, so that a record which is lost does not take them along. Rejects where the browser keeps none. */
export interface GrantBackup {
  read(): Promise<readonly BackedUpGrant[]>;
  /** In one transaction; resolves when it is on disk. The same object writes nothing. */
  change(next: (grants: readonly BackedUpGrant[]) => readonly BackedUpGrant[]): Promise<void>;
}

/** Locks that hold across all contexts of the extension and end with the context that holds them (Web Locks). */
export interface Locks {
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Runs the work when the lock is free, and tells whether it was. */
  ifFree(name: string, work: () => Promise<void>): Promise<boolean>;
}

/** The browser's own window for web sign-in (`identity.launchWebAuthFlow`). */
export interface AuthWindow {
  readonly redirectUri: string;
  /**
   * Resolves with the URL the window was redirected to. Rejects with a coded `FxaError`. The signal ends nothing: it tells
   * that a window made after it is not the one.
   */
  launch(url: string, signal: AbortSignal): Promise<string>;
  /** False when there is no such window any more. */
  focus(windowId: number): Promise<boolean>;
  close(windowId: number): Promise<void>;
}

/** A real tab for web sign-in, where there is no auth window or the person prefers one. */
export interface AuthTab {
  /** The companion's return page, where the tab ends. Absent when the build has none. */
  readonly redirectUri?: string;
  /** Whether the extension may see the address of its own tab at the return page. */
  allowed(): Promise<boolean>;
  /** Opens the tab in front and resolves with its id. */
  open(url: string): Promise<number>;
  /** False when there is no such tab any more. */
  focus(tabId: number): Promise<boolean>;
  close(tabId: number): Promise<void>;
  /** Where the tab is: its URL where that may be seen; undefined when there is no such tab any more. */
  look(tabId: number): Promise<{ readonly url?: string } | undefined>;
}

/** Scoped keys (fxa/scoped-keys.ts), in builds that ask for them. */
export interface KeyExchange {
  newKeyRequest(): Promise<{ keysJwk: string; privateJwk: JsonWebKey }>;
  openScopedKeys(
    keysJwe: string | undefined,
    privateJwk: JsonWebKey,
    wantedScopes: readonly string[],
  ): Promise<ScopedKeys>;
  compareScopedKeys(before: KeyIds, after: KeyIds): 'same' | 'rotated' | 'older';
}

/** Wakes the background later. Alarms, never timers, carry anything beyond the current wake. */
export interface Alarms {
  /** `at` in milliseconds. An alarm of that name is replaced. */
  set(name: string, at: number): Promise<void>;
  clear(name: string): Promise<void>;
}

export interface Ports {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly fetch: typeof fetch;
  readonly local: Area;
  readonly memory: Area;
  readonly vault: Vault;
  readonly grantBackup: GrantBackup;
  readonly locks: Locks;
  readonly authWindow: AuthWindow;
  readonly authTab: AuthTab;
  readonly alarms: Alarms;
  /** What whoever administers this browser demands; never rejects. Chromium knows it only some seconds after an installation. */
  readonly policy: () => Promise<Policy>;
  /** Whether the browser has the person's consent to technical and interaction data (Firefox); undefined where it knows none. Never rejects. */
  readonly consent: () => Promise<boolean | undefined>;
  readonly keys?: KeyExchange | undefined;
  /** Called with what nobody waits for: unexpected errors. Never with a secret. */
  readonly report: (error: unknown) => void;
}
