// The commands that pages send to the background, and the form of their texts. State does not travel this way: pages
// watch the `view` in storage. No command takes or returns a token or an email address.
import type { FxaErrorCode } from '../fxa/errors.ts';

export interface Commands {
  /** Resolves when the sign-in has started; the view shows its progress. */
  signIn(): void;
  /** As `signIn`, in a tab, once the permission for the return page is granted. */
  signInInTab(): void;
  /** As `signIn`, but asks for account and password even if Mozilla accounts has a session. */
  useAnotherAccount(): void;
  cancelSignIn(): void;
  /** Ends an attempt that died and saves unsaved data; sent by pages that show either. */
  wake(): void;
  /** Hides the problem of the last attempt. */
  dismissProblem(): void;
  /** False when there is no window or tab to show (not open yet, or closed). */
  showWindow(): boolean;
  signOut(): void;
  /** Signs out; the next sign-in asks for account and password. */
  signOutAndAsk(): void;
  /** The popup opened: refreshes the profile, or prepares a sign-in when signed out. */
  popupOpened(): void;
  /** Whether the browser sends a tracking objection (DNT, GPC): `objects` or `silent`. */
  dntGpc(objection: string): void;
  /** Turns metrics on in this extension. */
  allowMetrics(): void;
  refuseMetrics(): void;
  /** Signs in in tabs from now on. */
  preferTab(): void;
  preferWindow(): void;
  /** Changes the display name. The text comes from `textFor`, so that no other account is changed. */
  changeName(name: string): void;
  /** Changes the picture: a PNG or JPEG as a data URL, through `textFor`. */
  changePicture(dataUrl: string): void;
  /**
   * Tester builds only: signs out and restarts with another server. JSON of a `ServerConfig`; empty: the built-in one.
   */
  switchServer(config: string): void;
  /** Tester builds only: has requests meet a fault (simulated-faults.ts), by name; empty: none. */
  simulateFault(name: string): void;
  /** Whether the background can store keys, which a sign-in needs to survive a browser restart. */
  keepsKeys(): boolean;
  /** Sessions end with the browser from now on. */
  endWithBrowser(): void;
  /** Sessions survive a browser restart from now on. */
  outliveBrowser(): void;
  /** Deletes unreadable stored data; does nothing otherwise. */
  reset(): void;
}

/** A command takes at most one text and returns nothing or a boolean; everything else is in the view. */
// oxlint-disable-next-line typescript/no-invalid-void-type -- `() => string` would pass for `() => void`
type Plain<T extends { [Name in keyof T]: (text: string) => undefined | boolean | void }> = T;

export type CommandName = keyof Plain<Commands>;

/** Characters; pictures are the longest texts. */
export const LONGEST_TEXT = 8_000_000;

/** Prefixes a text with the account that the page shows, since another may be signed in when it is read. */
export function textFor(uid: string, text: string): string {
  return `${uid} ${text}`;
}

/** Splits a text made by `textFor`. */
export function readTextFor(text: string): { readonly uid: string; readonly text: string } {
  const end = text.indexOf(' ');
  return { uid: text.slice(0, Math.max(0, end)), text: text.slice(end + 1) };
}

/** The message to the background. */
export interface Command {
  readonly command: CommandName;
  readonly text?: string;
}

/** The response: the result, or an error code. */
export type Reply = { readonly result: boolean | null } | { readonly error: FxaErrorCode };
