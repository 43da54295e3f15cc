// Every view of the popup, by name.
import { FXA_ERROR_CODES, type FxaErrorCode, type Reason } from '../../../src/fxa/errors.ts';
import { METRICS_BLOCKERS } from '../../../src/session/metrics/consent.ts';
import type { Phase } from '../../../src/session/state/states.ts';
import { unreadableView, type View } from '../../../src/session/state/view.ts';
import { ADA, minutesAgo, NOW, popup, popupOf, type Shown } from './shown.ts';

/** These are of a record that cannot be read. */
const UNREADABLE: readonly FxaErrorCode[] = ['storage_newer', 'storage_corrupt', 'storage_unavailable'];

const REASONS: Readonly<Partial<Record<FxaErrorCode, Reason>>> = {
  bad_response: 'id_token_expired',
  unsupported: 'tab_not_allowed',
  misconfigured: 'client_disabled',
};

const failed = (code: FxaErrorCode): Shown => {
  const name = `error-${code}`;
  if (UNREADABLE.includes(code)) return popup(name, unreadableView(code, NOW));
  const reason = REASONS[code];
  const problem = {
    code,
    at: NOW,
    ...(reason && { reason }),
    ...(code === 'rate_limited' && { retryAfter: 240 }),
  };
  return popup(name, { status: 'signedOut', problem });
};

const ENDED_HERE: readonly Reason[] = [
  'by_user',
  'session_only',
  'key_lost',
  'keys_not_kept',
  'record_lost',
  'environment_changed',
  'account_deleted',
];

const endedHere = (reason: Reason): Shown => {
  const endReason = { code: 'signed_out', reason, at: minutesAgo(12) } as const;
  const lastChange = { at: endReason.at, from: 'signedIn', to: 'signedOut', why: reason } as const;
  return popup(`ended-${reason}`, { status: 'signedOut', endReason, lastChange });
};

const endedThere = (reason: Reason, name: string = reason, more: Partial<View> = {}): Shown => {
  const endReason = { code: 'reauth_required', reason, at: minutesAgo(40) } as const;
  const lastChange = { at: endReason.at, from: 'signedIn', to: 'needsReauth', why: reason } as const;
  return popup(`reauth-${name}`, { status: 'needsReauth', account: ADA, endReason, lastChange, ...more });
};

const PHASES: readonly Phase[] = ['checking', 'window', 'finishing'];
const signingIn = PHASES.flatMap((phase) =>
  (['window', 'tab'] as const).map((via) =>
    popup(`signing-in-${phase}-${via}`, { status: 'signingIn', phase, via }),
  ),
);

const KNOWN = { uid: ADA.uid, metricsEnabled: true };

const SIGNED_IN: readonly Shown[] = [
  popupOf('signed-in'),
  { ...popupOf('signed-in-unfolded'), unfolded: true },
  popupOf('signed-in-picture', { ...ADA, avatar: '/icons/icon-128.png' }),
  popupOf('signed-in-picture-missing', { ...ADA, avatar: '/icons/none.png' }),
  popupOf('signed-in-address-only', { ...KNOWN, email: 'ada@example.com' }),
  popupOf('signed-in-nothing-but-uid', KNOWN),
  popupOf('signed-in-long', {
    ...ADA,
    displayName: 'Maximiliane-Wilhelmine von und zu Hohenstaufen-Sigmaringen-Ebersdorf the younger',
    email: 'maximiliane.wilhelmine.von.und.zu.hohenstaufen.sigmaringen@a-very-long-company-name.example.com',
  }),
  popupOf('signed-in-rtl-name', { ...ADA, displayName: 'فاطمة الفهرية', email: 'fatima@example.com' }),
  popupOf('signed-in-awaited', { ...KNOWN, metricsEnabled: false, profilePending: true }),
  popupOf('signed-in-subscriptions', {
    ...ADA,
    subscriptions: ['mdn_plus', 'vpn', 'relay-premium', 'a-capability-with-a-rather-long-name'],
  }),
  popupOf('signed-in-revocations', ADA, { pendingRevocations: 3 }),
  popupOf('signed-in-unfinished', ADA, { unfinished: true, problem: { code: 'interrupted', at: NOW } }),
  popupOf('signed-in-no-news', ADA, { problem: { code: 'offline', at: NOW } }),
  popupOf('signed-in-replaced-other', ADA, { replacedOther: true }),
  popupOf('signed-in-metrics-on', ADA, { metrics: { on: true, blockedBy: [] } }),
  popupOf('signed-in-session-only', ADA, { sessionOnly: 'chosen' }),
  popupOf('signed-in-session-only-by-policy', ADA, { sessionOnly: 'by_policy' }),
  popupOf('signed-in-session-only-by-browser', ADA, { sessionOnly: 'by_browser' }),
  popupOf('signed-in-unsaved', ADA, { unsaved: true }),
  popupOf('signed-in-tokens-refused', ADA, {
    problem: { code: 'rate_limited', reason: 'tokens_refused', retryAfter: 3600, at: NOW },
  }),
  ...METRICS_BLOCKERS.map((why) =>
    popupOf(
      `signed-in-metrics-closed-${why}`,
      { ...ADA, metricsEnabled: why !== 'account' },
      {
        metrics: { on: why !== 'switch', blockedBy: [why] },
      },
    ),
  ),
];

export const POPUP_VIEWS: readonly Shown[] = [
  popup('signed-out', { status: 'signedOut' }),
  popup('signed-out-domain', { status: 'signedOut', emailDomain: 'example.com', sessionOnly: 'by_policy' }),
  popup('signed-out-in-tab', { status: 'signedOut', inTab: true, sessionOnly: 'chosen' }),
  popup('signed-out-revocation', { status: 'signedOut', pendingRevocations: 1 }),
  popup('signed-out-by-browser', { status: 'signedOut', sessionOnly: 'by_browser' }),
  popup('signed-out-unsaved', { status: 'signedOut', unsaved: true }),
  ...signingIn,
  popup('signing-in-again', { status: 'signingIn', phase: 'window', via: 'window', account: ADA }),
  ...SIGNED_IN,
  endedThere('grant_revoked'),
  endedThere('password_changed'),
  endedThere('grant_revoked', 'cancelled', { problem: { code: 'cancelled', at: NOW } }),
  endedThere('password_changed', 'offline', { problem: { code: 'offline', at: NOW } }),
  endedThere('grant_revoked', 'by-browser', { sessionOnly: 'by_browser' }),
  ...ENDED_HERE.map(endedHere),
  ...FXA_ERROR_CODES.map(failed),
];
