// What the session needs from the browser. One adapter each in extension/browser; fakes in test/harness.

import type * as scopedKeys from '../fxa/scoped-keys.ts';
import type { Policy } from './policy.ts';

/** A storage area: `storage.local` (permanent) or `storage.session` (empty after a restart or reload). */
export interface Area {
  get(key: string): Promise<unknown>;
  /** Writes all items or none. */
  set(items: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Seals a secret under a key that never leaves the browser. */
export interface Vault {
  seal(secret: string): Promise<string>;
  /** The secret; undefined when the key is gone or the sealed text is damaged. */
  open(sealed: string): Promise<string | undefined>;
}

/** A grant in the backup. Its id can destroy the grant, and do nothing else; nor can a sealed token without its key. */
export interface BackedUpGrant {
  readonly refreshTokenId: string;
  /** As in `Revocation`. */
  readonly revokedByToken?: { readonly sealed?: string };
  readonly issuer: string;
  /** The grant of a live session, not one that waits to be destroyed. */
  readonly live?: true;
  /** At how many starts of the browser the record was readable but didn't name it, and since when (milliseconds). */
  readonly missing?: { readonly starts: number; readonly since: number };
}

/** Keeps grants outside `storage.local`, so that they survive a lost record. Rejects in browsers without databases. */
export interface GrantBackup {
  read(): Promise<readonly BackedUpGrant[]>;
  /** Changes the backup in one transaction; resolves once it is on disk. Returning the same object writes nothing. */
  change(next: (grants: readonly BackedUpGrant[]) => readonly BackedUpGrant[]): Promise<void>;
}

/** Locks across all contexts of the extension, released when their context ends (Web Locks). */
export interface Locks {
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Runs the work if the lock is free; resolves with whether it was. */
  ifFree(name: string, work: () => Promise<void>): Promise<boolean>;
}

/** The browser's own window for web sign-in (`identity.launchWebAuthFlow`). */
export interface AuthWindow {
  readonly redirectUri: string;
  /**
   * Resolves with the URL the window was redirected to; rejects with an `FxaError`. Aborting the signal doesn't close
   * the window: it means that a window created afterwards isn't this one.
   */
  launch(url: string, signal: AbortSignal): Promise<string>;
  /** False when the window no longer exists. */
  focus(windowId: number): Promise<boolean>;
  close(windowId: number): Promise<void>;
}

/** A normal tab for web sign-in, where there is no auth window or the user prefers a tab. */
export interface AuthTab {
  /** The companion's return page, where the sign-in ends. Absent when the build has none. */
  readonly redirectUri?: string;
  /** Whether the extension may read the tab's URL at the return page. */
  allowed(): Promise<boolean>;
  /** Opens the tab in the foreground and resolves with its id. */
  open(url: string): Promise<number>;
  /** False when the tab no longer exists. */
  focus(tabId: number): Promise<boolean>;
  close(tabId: number): Promise<void>;
  /** The tab's URL, if it may be read; undefined when the tab no longer exists. */
  look(tabId: number): Promise<{ readonly url?: string } | undefined>;
}

/** Scoped keys, in builds that ask for them. */
export type KeyExchange = Pick<typeof scopedKeys, 'compareScopedKeys' | 'newKeyRequest' | 'openScopedKeys'>;

/**
 * Wakes the background later. Timers don't survive the background, so anything beyond the current wake needs an alarm.
 */
export interface Alarms {
  /** Sets an alarm for `at` (milliseconds), replacing one of the same name. */
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
  /** The administrator's policy. Never rejects. Chromium has it only some seconds after installation. */
  readonly policy: () => Promise<Policy>;
  /**
   * Whether the user consented to technical and interaction data (Firefox); undefined in other browsers. Never rejects.
   */
  readonly consent: () => Promise<boolean | undefined>;
  readonly keys?: KeyExchange | undefined;
  /** Reports an unexpected error in work that isn't awaited. Errors must not contain secrets. */
  readonly report: (error: unknown) => void;
}
