// One thing that can happen in a history.
import type { Browser } from './browser.ts';

export interface Action {
  readonly name: string;
  /** Weight among the other actions. */
  readonly weight: number;
  readonly possible?: (browser: Browser) => boolean;
  /** May return a word for the trace. */
  readonly act: (browser: Browser) => string | undefined;
}

export const EMAILS = ['ada@example.com', 'lin@example.com', 'noor@example.com'] as const;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** The email addresses whose accounts still exist. */
export const accounts = ({ harness }: Browser) =>
  EMAILS.filter((email) => harness.mock.store.accounts.byEmail(email));
