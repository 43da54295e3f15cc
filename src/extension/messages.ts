// The contract between pages and background: commands as functions, types only. State never travels this way; pages
// watch the `view` in storage. No command takes or returns a token.
import type { FxaErrorCode } from '../fxa/errors.ts';

export interface Commands {
  /** Answers when the sign-in has begun; how it goes is in the view. */
  signIn(): void;
  /** The same in a tab, as soon as the permission for the return page is there. */
  signInInTab(): void;
  /** The same, and whoever is signed in at Mozilla accounts is asked for account and password. */
  useAnotherAccount(): void;
  cancelSignIn(): void;
  /** Has the background put in order what one before it left behind; for pages that are open while an attempt runs. */
  wake(): void;
  /** The person has seen how their last attempt failed. */
  dismissProblem(): void;
  /** False when there is no window or tab to show (not yet, or no more). */
  showWindow(): boolean;
  signOut(): void;
  /** Signs out, and has the next sign-in ask for account and password. */
  signOutAndAsk(): void;
  /** Asks the background to look for news about the account; they arrive in the view. */
  lookForNews(): void;
  /** From now on sessions end with the browser. */
  endWithBrowser(): void;
  /** From now on sessions outlive the browser. */
  outliveBrowser(): void;
  /** Starts anew where what is stored cannot be read; otherwise nothing happens. */
  reset(): void;
}

/** A command takes nothing, and answers nothing or yes or no: whatever else there is to tell is told in the view. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- `() => string` would pass for `() => void`
type Plain<T extends { [Name in keyof T]: () => undefined | boolean | void }> = T;

export type CommandName = keyof Plain<Commands>;

/** What travels to the background. */
export interface Command {
  readonly command: CommandName;
}

/** What comes back: the result, or the code of what went wrong. */
export type Reply = { readonly result: boolean | null } | { readonly error: FxaErrorCode };
