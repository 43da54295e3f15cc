// Everything the background may call: the session's commands and wake-ups.
import type { SignInOptions } from './sign-in/attempt.ts';
import type { SuspectedEnd } from './state/states.ts';
import type { BoundKey } from './tokens/scoped-keys.ts';

/** An access token and the account it belongs to. `expiresAt` in milliseconds. */
export interface BoundToken {
  readonly token: string;
  readonly uid: string;
  readonly scope: string;
  readonly expiresAt: number;
}

export interface MaintenanceOptions {
  /** Polls the companion as soon as it allows, even if the next poll is further away. */
  readonly atOnce?: boolean;
}

export interface SessionService {
  /** Runs a sign-in to its end, or until it waits in a tab. If one is running, brings it to the front instead. */
  signIn(options?: SignInOptions): Promise<void>;
  /**
   * Signs in in a tab, once the permission it needs is granted.
   *
   * @throws FxaError `unsupported` when the build has no return page.
   */
  signInInTab(options?: Pick<SignInOptions, 'started'>): Promise<void>;
  /**
   * Asks the person for further scopes, separated by spaces, on top of the live session; then its grant is replaced.
   *
   * @throws FxaError `signed_out` or `reauth_required` without one, `busy` while another sign-in runs, in a window or a
   *   tab: nothing was asked then, so call again when it is over. Another account fails the attempt with
   *   `account_changed`, and the session stays.
   */
  requestScopes(scope: string): Promise<void>;
  /**
   * Has the account of the live session confirm with its second step (`acr` AAL2). If that fails, the next call has it
   * sign in anew, and the one after that is refused until the problem is dismissed.
   *
   * @throws FxaError as `requestScopes`, and `step_up_required` with reason `step_up_refused`.
   */
  stepUp(): Promise<void>;
  /** Cancels the running attempt at once, or a sign-in in a tab that waits for permission. */
  cancelSignIn(): Promise<void>;
  /** Brings the attempt's window or tab to the front; true if it did. */
  showWindow(): Promise<boolean>;
  /** Ends the session here, and starts destroying its grant. `forceLogin`: the next sign-in asks for the account. */
  signOut(options?: { forceLogin?: boolean }): Promise<void>;
  /** Refreshes the profile. */
  refreshProfile(): Promise<void>;
  /** Call when the popup opens: counts that, and refreshes the profile or, without a session, begins a metrics flow. */
  popupOpened(): Promise<void>;
  /** Records whether the browser sends DNT or GPC. */
  setDntGpc(objects: boolean): Promise<void>;
  /** The metrics switch. Turning it off deletes all counts here and at the companion. */
  setMetrics(on: boolean): Promise<void>;
  /** Sets whether to sign in in a tab. */
  preferTab(inTab: boolean): Promise<void>;
  /** Call when the policy or the browser's consent has changed. */
  policyChanged(): Promise<void>;
  /** Dismisses the failure of the last attempt. */
  dismissProblem(): Promise<void>;
  /** Call repeatedly while a page shows an attempt or unsaved data: fails a dead attempt, and retries the write. */
  wake(): Promise<void>;
  /** Call when the attempt's alarm fires (attempt.ts). */
  watch(): Promise<void>;
  /** Profile writes; with a uid, only for that account. Errors: profile.ts. */
  changeDisplayName(name: string, uid?: string): Promise<void>;
  changeAvatar(image: Blob | Uint8Array<ArrayBuffer>, uid?: string): Promise<void>;
  /**
   * A fresh access token, for code in the background that calls an API. Never send it to a page. After a 401, call
   * again with the refused token; the new one is of the same account. Errors: access-token.ts.
   */
  accessToken(scope: string, refused?: string | Pick<BoundToken, 'token' | 'uid'>): Promise<BoundToken>;
  /** The key of a scope, for code in the background. Errors: scoped-keys.ts. */
  scopedKey(scope: string): Promise<BoundKey>;
  /** Records that the session may have ended, and why, and asks Mozilla accounts at once; only its answer counts. */
  suspectEnd(suspectedEnd: SuspectedEnd): Promise<void>;
  /** Tests whether the browser keeps a key for this extension. */
  keepsKeys(): Promise<boolean>;
  /** Sets whether sessions end with the browser, including the live one. */
  setSessionOnly(sessionOnly: boolean): Promise<void>;
  /** Replaces the record if it can't be read, and destroys the grants it names. */
  reset(): Promise<void>;
  /** Call once when the background starts, before anything else: fails attempts that died. No network. */
  recover(): Promise<void>;
  /** Destroys the grants and tokens that are due, and schedules the rest. */
  drainOutbox(): Promise<void>;
  /** Call at every wake: does whatever is due of polls, refreshes, uploads and revocations. */
  runMaintenance(options?: MaintenanceOptions): Promise<void>;
  windowCreated(windowId: number): Promise<void>;
  windowRemoved(windowId: number): Promise<void>;
  tabUpdated(tabId: number, url: string): Promise<void>;
  tabRemoved(tabId: number): Promise<void>;
  permissionAdded(): Promise<void>;
}
