// All words that a report may contain. The compiler checks these tables against the types of session.
import { FXA_ERROR_CODES, FXA_REASONS } from '../../../fxa/errors.ts';
import type { MetricsBlocker } from '../../../session/metrics/consent.ts';
import type { Attempt, Phase, Session } from '../../../session/state/states.ts';
import type { SessionEvent } from '../../../session/state/transition.ts';
import type { View } from '../../../session/state/view.ts';
import { keys } from './pick.ts';

export const STATUSES = keys<Session['status']>({
  signedOut: true,
  signingIn: true,
  signedIn: true,
  needsReauth: true,
});

export const PHASES = keys<Phase>({ checking: true, window: true, finishing: true });

export const VIAS = keys<Attempt['via']>({ window: true, tab: true });

export const SESSION_ONLY = keys<View['sessionOnly']>({
  off: true,
  chosen: true,
  by_policy: true,
  by_browser: true,
});

export const CLOSED = keys<MetricsBlocker>({
  nowhere: true,
  policy: true,
  account: true,
  switch: true,
  browser: true,
  objection: true,
});

/**
 * Why the journal says that a state changed: an event's name, a code or a reason (whyOf in session/transition.ts), or
 * what became of the record (session/lifecycle.ts, session/sign-out/outbox-entries.ts).
 */
export const WHYS: readonly string[] = [
  'sign_in',
  'reset',
  'revocations_too_many',
  'revocations_too_old',
  ...keys<SessionEvent['type']>({
    signInStarted: true,
    phaseReached: true,
    movedToTab: true,
    signInFailed: true,
    signInCompleted: true,
    profileFetched: true,
    metricsClosed: true,
    profileFetchFailed: true,
    problemDismissed: true,
    secretsMoved: true,
    endSuspected: true,
    grantConfirmed: true,
    grantRejected: true,
    endExplained: true,
    signedOut: true,
  }),
  ...FXA_ERROR_CODES,
  ...FXA_REASONS,
];

/** From `runtime.getBrowserInfo` or the user agent. */
export const BROWSERS = ['Firefox', 'Chromium', 'Chrome', 'Edge', 'Opera', 'Brave'] as const;

/** `runtime.PlatformOs` */
export const PLATFORMS = ['mac', 'win', 'android', 'cros', 'linux', 'openbsd', 'fuchsia'] as const;
