// What each error code means for the user, which problems are shown, and for how long; for pages and toolbar alike.
import type { FxaErrorCode, Reason } from '../fxa/errors.ts';
import { JITTER, LONGEST_BACK_OFF } from '../session/constants.ts';
import type { Problem, Status } from '../session/state/states.ts';
import type { View } from '../session/state/view.ts';

/** Who can fix it. `mild`: nothing is wrong. */
export type Severity = 'mild' | 'waiting' | 'person' | 'fault' | 'storage';

/** The action of the main button; all but the last three sign in. */
export type Action = 'signIn' | 'tryAgain' | 'continue' | 'tab' | 'otherAccount' | 'doctor' | 'reset';

/** As in pages/shared/icon.tsx. */
type ProblemIcon = 'account' | 'waiting' | 'fault' | 'offline' | 'ended' | 'storage';

type ErrorInfo = readonly [severity: Severity, icon: ProblemIcon, action: Action];

const ERROR_INFO: Record<FxaErrorCode, ErrorInfo> = {
  cancelled: ['mild', 'account', 'signIn'],
  busy: ['waiting', 'waiting', 'tryAgain'],
  interrupted: ['person', 'waiting', 'continue'],
  unanswered: ['fault', 'fault', 'tryAgain'],
  offline: ['waiting', 'offline', 'tryAgain'],
  server_unavailable: ['waiting', 'waiting', 'tryAgain'],
  rate_limited: ['waiting', 'waiting', 'tryAgain'],
  signed_out: ['person', 'ended', 'signIn'],
  reauth_required: ['person', 'ended', 'signIn'],
  account_changed: ['person', 'account', 'tryAgain'],
  step_up_required: ['person', 'account', 'tryAgain'],
  token_rejected: ['fault', 'fault', 'tryAgain'],
  scope_denied: ['fault', 'fault', 'doctor'],
  bad_response: ['fault', 'fault', 'tryAgain'],
  state_mismatch: ['person', 'fault', 'tryAgain'],
  misconfigured: ['fault', 'fault', 'doctor'],
  invalid_request: ['fault', 'fault', 'doctor'],
  unsupported: ['person', 'fault', 'tab'],
  account_unverified: ['person', 'account', 'tryAgain'],
  account_disabled: ['person', 'account', 'otherAccount'],
  storage_newer: ['storage', 'storage', 'reset'],
  storage_corrupt: ['storage', 'storage', 'reset'],
  storage_unavailable: ['storage', 'storage', 'tryAgain'],
  internal: ['fault', 'fault', 'tryAgain'],
};

/** Treats unknown codes, which newer versions may have stored, as `internal`. Pure. */
export function errorInfo(code: FxaErrorCode): { severity: Severity; icon: ProblemIcon; action: Action } {
  const [severity, icon, action] = Object.hasOwn(ERROR_INFO, code) ? ERROR_INFO[code] : ERROR_INFO.internal;
  return { severity, icon, action };
}

const MINUTE_MS = 60_000;
/** How long temporary problems are assumed to last, and other news are shown. */
export const NEWS_MS = 60 * MINUTE_MS;
/** The longest time that a problem is shown. */
export const LONGEST_SHOWN_MS = 7 * 24 * NEWS_MS;
const LONGEST_BACK_OFF_MS = LONGEST_BACK_OFF * 1000;

/** The problem if it should still be shown; `now` in milliseconds. Pure. */
export function isCurrent(problem: Problem | undefined, status: Status, now: number): Problem | undefined {
  if (!problem) return undefined;
  // Absolute, in case the clock was set back.
  const age = Math.abs(now - problem.at);
  if (problem.code === 'cancelled') return age < MINUTE_MS ? problem : undefined;
  if (status === 'signedIn') return age < 5 * MINUTE_MS ? problem : undefined;
  const { severity, action } = errorInfo(problem.code);
  const passing = severity === 'waiting' && minutesLeft(problem, now) === 0;
  if (passing) return isNews(problem.at, now) ? problem : undefined;
  // Storage stays unreadable until it is reset.
  return action === 'reset' || age < LONGEST_SHOWN_MS ? problem : undefined;
}

/** Whether the end of a session should still be shown. Pure. */
export function isRecent({ at }: Problem, now: number): boolean {
  return Math.abs(now - at) < LONGEST_SHOWN_MS;
}

/** Whether something that happened at `at` should still be shown. Milliseconds. Pure. */
export function isNews(at: number, now: number): boolean {
  return Math.abs(now - at) < NEWS_MS;
}

/**
 * Whole minutes until a rate-limiting server accepts requests again, or 0. A time beyond the longest back-off comes
 * from a clock that was wrong, and counts as 0. Pure.
 */
export function minutesLeft({ code, at, retryAfter = 0 }: Problem, now: number): number {
  const left = at + retryAfter * 1000 - now;
  if (code !== 'rate_limited' || left > LONGEST_BACK_OFF_MS * (1 + JITTER)) return 0;
  return Math.max(0, Math.ceil(Math.min(left, retryAfter * 1000, LONGEST_BACK_OFF_MS) / MINUTE_MS));
}

export interface SignInProblem {
  /** The last problem, while it should be shown. */
  readonly current: Problem | undefined;
  /** The same, unless cancelled: its action comes first. */
  readonly blocking: Problem | undefined;
  /** How the last session ended, unless the user ended it. */
  readonly endReason: Problem | undefined;
}

/** What to show to a signed-out user, and how prominently; `now` in milliseconds. Pure. */
export function signInProblem({ status, problem, endReason: ended }: View, now: number): SignInProblem {
  const current = isCurrent(problem, status, now);
  return {
    current,
    blocking: current?.code === 'cancelled' ? undefined : current,
    endReason: ended && ended.reason !== 'by_user' && isRecent(ended, now) ? ended : undefined,
  };
}

/** Ends of a session that need no notification, because the user caused them or already knows. */
const EXPECTED: readonly (Reason | undefined)[] = [
  'by_user',
  'session_only',
  'keys_not_kept',
  'environment_changed',
];

/** Whether the user expects the end of a session. Pure. */
export function isExpected(reason: Reason | undefined): boolean {
  return EXPECTED.includes(reason);
}
