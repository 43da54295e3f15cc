// The contract between pages and background: commands as functions, types only. State never travels this way; pages
// watch the `view` in storage. No command takes or returns a token, nor the address of a person.
import type { FxaErrorCode } from '../fxa/errors.ts';

export interface Commands {
  /** Answers when the sign-in has begun; how it goes is in the view. */
  signIn(): void;
  /** The same in a tab, as soon as the permission for the return page is there. */
  signInInTab(): void;
  /** The same, and whoever is signed in at Mozilla accounts is asked for account and password. */
  useAnotherAccount(): void;
  cancelSignIn(): void;
  /** Has the background end an attempt that died, and write what is unsaved; for pages that show one of them. */
  wake(): void;
  /** The person has seen how their last attempt failed. */
  dismissProblem(): void;
  /** False when there is no window or tab to show (not yet, or no more). */
  showWindow(): boolean;
  signOut(): void;
  /** Signs out, and has the next sign-in ask for account and password. */
  signOutAndAsk(): void;
  /** The popup is on show: looks for news, and makes ready for a sign-in where nobody is signed in. */
  popupOpened(): void;
  /** Whether the browser tells pages that the person objects to being measured (DNT, GPC): `objects`, or `silent`. */
  objection(told: string): void;
  /** Turns the local switch of metrics. */
  allowMetrics(): void;
  refuseMetrics(): void;
  /** From now on the person signs in in a tab, or in the browser's own window. */
  preferTab(): void;
  preferWindow(): void;
  /** Changes the name the account is shown by. The text is made by `textFor`: no other account is changed. */
  changeName(name: string): void;
  /** Changes the picture: a PNG or JPEG as a data URL, by `textFor`. */
  changePicture(dataUrl: string): void;
  /** Tester builds only: signs out, and starts anew for another server. JSON of a `ServerConfig` (server-config.ts); empty: the build's own. */
  switchServer(choice: string): void;
  /** Whether the browser keeps keys where the background runs, without which no sign-in outlives it. */
  keepsKeys(): boolean;
  /** From now on sessions end with the browser. */
  endWithBrowser(): void;
  /** From now on sessions outlive the browser. */
  outliveBrowser(): void;
  /** Starts anew where what is stored cannot be read; otherwise nothing happens. */
  reset(): void;
}

/** A command takes a text at most, and answers nothing or yes or no: whatever else there is to tell is told in the view. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- `() => string` would pass for `() => void`
type Plain<T extends { [Name in keyof T]: (text: string) => undefined | boolean | void }> = T;

export type CommandName = keyof Plain<Commands>;

/** Characters. A picture is the longest text there is. */
export const LONGEST_TEXT = 8_000_000;

/** The text of a command for the account a page shows: by the time it is read, another may be signed in. */
export function textFor(uid: string, text: string): string {
  return `${uid} ${text}`;
}

/** The parts of such a text. */
export function readTextFor(text: string): { readonly uid: string; readonly text: string } {
  const end = text.indexOf(' ');
  return { uid: text.slice(0, Math.max(0, end)), text: text.slice(end + 1) };
}

/** What travels to the background. */
export interface Command {
  readonly command: CommandName;
  readonly text?: string;
}

/** What comes back: the result, or the code of what went wrong. */
export type Reply = { readonly result: boolean | null } | { readonly error: FxaErrorCode };
