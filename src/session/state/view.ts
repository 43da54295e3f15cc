// The view: what pages may see of the record, without grants and internal ids.
import type { FxaErrorCode } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import { blockedBy, switchedOn, type MetricsBlocker, type Environment } from '../metrics/consent.ts';
import { isInUse, waitsForSession } from '../sign-out/outbox-entries.ts';
import { currentOwners, type JournalEntry, type StoredRecord } from './record.ts';
import type { Policy } from '../policy.ts';
import {
  liveSession,
  baseState,
  uidOf,
  type Account,
  type Attempt,
  type Phase,
  type Problem,
  type Status,
} from './states.ts';

/** The account as pages show it. Never contains a token. */
export interface AccountView {
  readonly uid: string;
  readonly email?: string;
  readonly displayName?: string;
  /** Absent for the default picture; the popup draws a letter instead. */
  readonly avatar?: string;
  readonly metricsEnabled: boolean;
  /** Capabilities of the account for this client; absent if there are none. */
  readonly subscriptions?: readonly string[];
  /** True until the first profile was fetched. */
  readonly profilePending?: true;
  /** Profile fields this grant may edit. */
  readonly mayChange?: readonly (keyof typeof WRITES)[];
}

export type { Problem };

export const VIEW_VERSION = 4;
export const SESSION_ONLY = ['off', 'chosen', 'by_policy', 'by_browser'] as const;

export interface View {
  readonly version: typeof VIEW_VERSION;
  readonly status: Status;
  readonly account?: AccountView;
  /** How the last attempt failed or, without that, why the profile couldn't be fetched. */
  readonly problem?: Problem;
  /** True when another attempt failed during a live session, and the user hasn't dismissed that yet. */
  readonly unfinished?: true;
  /** How the last session ended; until the next begins or the user dismisses it. */
  readonly endReason?: Problem;
  /** When the session began, in milliseconds. */
  readonly since?: number;
  /** True when the account replaced another, whose data was removed. */
  readonly replacedOther?: true;
  /** The phase of a running attempt, and whether it uses a window or a tab. */
  readonly phase?: Phase;
  readonly via?: Attempt['via'];
  /** Whether sessions end with the browser, and why. */
  readonly sessionOnly: (typeof SESSION_ONLY)[number];
  /** The email domain that the browser's administrator expects. */
  readonly emailDomain?: string;
  /** Grants whose destruction failed at least once and is still pending. */
  readonly pendingRevocations: number;
  /** Grants that are destroyed when the session ends, because it may share them; absent if there are none. */
  readonly heldRevocations?: number;
  /** The local switch, and everything that blocks metrics; empty when they are allowed. */
  readonly metrics: { readonly on: boolean; readonly blockedBy: readonly MetricsBlocker[] };
  /** The origin of Mozilla accounts; absent when the record can't be read. */
  readonly issuer?: string;
  /** True when the build can sign in in a tab. */
  readonly tab?: true;
  /** True when the user prefers to sign in in a tab. */
  readonly inTab?: true;
  /** The last change of state, and why. */
  readonly lastChange?: JournalEntry;
  /** True while the disk refuses writes: what is shown is only in memory, and lost when the browser closes. */
  readonly unsaved?: true;
}

/** What pages may see of a record. Pure. */
export function projectView(record: StoredRecord, environment: Environment): View {
  const { session, settings } = record;
  const { policy, consent } = environment;
  const lastChange = record.journal.at(-1);
  const base = baseState(session);
  const dismissed = base.status === 'signedOut' && base.endDismissed === true;
  const endReason = base.status === 'signedIn' || dismissed ? undefined : base.endReason;
  const scope = base.status === 'signedIn' ? base.grant.scope : '';
  const account = base.status === 'signedOut' ? undefined : accountView(base.account, scope, policy);
  // A running attempt supersedes the last one's failure.
  const failed = session.status === 'signingIn' ? undefined : base.attemptError;
  const problem = failed ?? (session.status === 'signedIn' ? session.profileError : undefined);
  const unfinished = base.status === 'signedIn' && failed !== undefined && failed.code !== 'cancelled';
  const owners = currentOwners(session);
  const unused = record.outbox.filter((entry) => !isInUse(entry, owners));
  const waiting = unused.filter((entry) => waitsForSession(session, entry));
  return {
    version: VIEW_VERSION,
    status: session.status,
    ...(account && { account }),
    ...(problem && { problem }),
    ...(unfinished && { unfinished }),
    ...(endReason && { endReason }),
    ...(base.status === 'signedIn' && { since: base.since }),
    ...(base.status === 'signedIn' && base.replacedOther && { replacedOther: true }),
    ...(session.status === 'signingIn' && { phase: session.attempt.phase, via: session.attempt.via }),
    sessionOnly: endsWithBrowser(record, environment),
    ...(policy.emailDomain !== undefined && { emailDomain: policy.emailDomain }),
    pendingRevocations: unused.filter((entry) => entry.attempts > 0 && !waiting.includes(entry)).length,
    ...(waiting.length > 0 && { heldRevocations: waiting.length }),
    metrics: { on: switchedOn(record, consent), blockedBy: blockedBy(record, environment) },
    issuer: environment.issuer,
    ...(environment.tab && { tab: true }),
    ...(settings.inTab && { inTab: true }),
    ...(lastChange && { lastChange }),
  };
}

/**
 * `by_browser`: it keeps no keys, so the setting makes no difference. A session that is sealed already still outlives
 * it.
 */
function endsWithBrowser(
  { session, settings }: StoredRecord,
  { policy, keepsKeys }: Environment,
): View['sessionOnly'] {
  if (policy.sessionOnly) return 'by_policy';
  const grant = liveSession(session)?.grant;
  const kept = grant ? grant.keyNotKept !== true && (grant.sealed !== undefined || keepsKeys) : keepsKeys;
  if (!kept) return 'by_browser';
  return settings.sessionOnly ? 'chosen' : 'off';
}

/** The view when the record can't be read: signed out, with the reason. */
export function unreadableView(code: FxaErrorCode, at: number): View {
  return { ...EMPTY_VIEW, problem: { code, at } };
}

/** The view before anything is stored. */
export const EMPTY_VIEW: View = {
  version: VIEW_VERSION,
  status: 'signedOut',
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, blockedBy: ['account'] },
};

function accountView(account: Account, scope: string, policy: Policy): AccountView {
  const { profile } = account;
  const mayChange = (['name', 'picture'] as const).filter((what) => grantedCovers(scope, WRITES[what]));
  return {
    uid: uidOf(account),
    ...(profile?.email !== undefined && { email: profile.email }),
    ...(profile?.displayName !== undefined && { displayName: profile.displayName }),
    ...(profile?.avatar !== undefined && profile.avatarDefault !== true && { avatar: profile.avatar }),
    // FxA: a missing answer is a no (integration requirements).
    metricsEnabled: profile?.metricsEnabled === true && !policy.metricsOff,
    ...(profile?.subscriptions?.length && { subscriptions: profile.subscriptions }),
    ...(!profile && { profilePending: true }),
    ...(mayChange.length > 0 && { mayChange }),
  };
}

/** FxA: the scope `profile` includes neither. */
const WRITES = { name: 'profile:display_name:write', picture: 'profile:avatar:write' };
