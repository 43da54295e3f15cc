// What pages may see: the record without grants, ids and reasons that are nobody's business.
import type { FxaErrorCode, Reason } from '../../fxa/errors.ts';
import { grantedCovers } from '../../fxa/scopes.ts';
import { blockedBy, switchedOn, type MetricsBlocker, type Environment } from '../metrics/consent.ts';
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
  type Session,
} from './states.ts';

/** Who the popup shows. The address is the person's own; there is never a token. */
export interface AccountView {
  readonly uid: string;
  readonly email?: string;
  readonly displayName?: string;
  /** Absent while there is only the default picture: the popup then draws a letter. */
  readonly avatar?: string;
  readonly metricsEnabled: boolean;
  /** Capabilities the account has here; absent without any. */
  readonly subscriptions?: readonly string[];
  /** True until a profile has arrived. */
  readonly awaited?: true;
  /** What of the account the grant allows to change from here. */
  readonly mayChange?: readonly Changeable[];
}

export type Changeable = 'name' | 'picture';

/** What the person is told about metrics. */
export interface MetricsView {
  /** The local switch. */
  readonly on: boolean;
  /** All that keeps them from being taken; nothing: they are. */
  readonly closedBy: readonly MetricsBlocker[];
}

export const VIEW_VERSION = 3;

export interface View {
  readonly version: typeof VIEW_VERSION;
  readonly status: Session['status'];
  readonly account?: AccountView;
  /** How the last attempt failed, or else what went wrong when news were looked for. */
  readonly problem?: Problem;
  /** True when somebody is signed in all the same, and an attempt on top of that failed: they have yet to be told. */
  readonly unfinished?: true;
  /** How the last session ended, until the next begins. */
  readonly ended?: Problem;
  /** Since when somebody is signed in, in milliseconds. */
  readonly since?: number;
  /** True when another account took the place of the one before, whose data is gone from here. */
  readonly replacedOther?: true;
  /** Where a running attempt is, and in what. */
  readonly phase?: Phase;
  readonly via?: Attempt['via'];
  /** Whether sessions end with the browser, and who has decided that. */
  readonly sessionOnly: 'off' | 'chosen' | 'by_policy' | 'by_browser';
  /** The domain of the addresses that whoever administers this browser expects. */
  readonly emailDomain?: string;
  /** Grants that could not be destroyed at the first try, and are still to be. */
  readonly pendingRevocations: number;
  readonly metrics: MetricsView;
  /** The origin of Mozilla accounts; absent while nothing is known. */
  readonly issuer?: string;
  /** True where people can sign in in a tab. */
  readonly tab?: true;
  /** True when the person would rather sign in in a tab. */
  readonly inTab?: true;
  /** The last change of state, and why. */
  readonly lastChange?: JournalEntry;
  /** True while the disk takes nothing: what is shown is kept in memory, and lost when the browser ends. */
  readonly unsaved?: true;
}

export function projectView(record: StoredRecord, environment: Environment): View {
  const { session, settings } = record;
  const { policy, consent } = environment;
  const lastChange = record.journal.at(-1);
  const base = baseState(session);
  const dismissed = base.status === 'signedOut' && base.endDismissed === true;
  const ended = base.status === 'signedIn' || dismissed ? undefined : base.ended;
  const scope = base.status === 'signedIn' ? base.grant.scope : '';
  const account = base.status === 'signedOut' ? undefined : accountView(base.account, scope, policy);
  // A new attempt is an answer to the last problem: no need to look at it while it runs.
  const failed = session.status === 'signingIn' ? undefined : base.problem;
  const problem = failed ?? (session.status === 'signedIn' ? session.trouble : undefined);
  const unfinished = base.status === 'signedIn' && failed !== undefined && failed.code !== 'cancelled';
  const owners = currentOwners(session);
  return {
    version: VIEW_VERSION,
    status: session.status,
    ...(account && { account }),
    ...(problem && { problem }),
    ...(unfinished && { unfinished }),
    ...(ended && { ended }),
    ...(base.status === 'signedIn' && { since: base.since }),
    ...(base.status === 'signedIn' && base.replacedOther && { replacedOther: true }),
    ...(session.status === 'signingIn' && { phase: session.attempt.phase, via: session.attempt.via }),
    sessionOnly: endsWithBrowser(record, environment),
    ...(policy.emailDomain !== undefined && { emailDomain: policy.emailDomain }),
    pendingRevocations: record.outbox.filter(
      ({ owner, attempts }) => attempts > 0 && (owner === undefined || !owners.includes(owner)),
    ).length,
    metrics: { on: switchedOn(record, consent), closedBy: blockedBy(record, environment) },
    issuer: environment.issuer,
    ...(environment.tab && { tab: true }),
    ...(settings.inTab && { inTab: true }),
    ...(lastChange && { lastChange }),
  };
}

/** `by_browser`: it keeps no keys, so what is chosen makes no difference. A session that is sealed outlives it all the same. */
function endsWithBrowser(
  { session, settings }: StoredRecord,
  { policy, keepsKeys }: Environment,
): View['sessionOnly'] {
  if (policy.sessionOnly) return 'by_policy';
  const grant = liveSession(session)?.grant;
  const kept = grant ? grant.notKept !== true && (grant.sealed !== undefined || keepsKeys) : keepsKeys;
  if (!kept) return 'by_browser';
  return settings.sessionOnly ? 'chosen' : 'off';
}

/** The view when the record itself cannot be read: signed out as far as anybody can tell, and why. */
export function unreadableView(code: FxaErrorCode, at: number, reason?: Reason): View {
  return {
    version: VIEW_VERSION,
    status: 'signedOut',
    problem: { code, at, ...(reason && { reason }) },
    sessionOnly: 'off',
    pendingRevocations: 0,
    metrics: { on: false, closedBy: ['account'] },
  };
}

function accountView(account: Account, scope: string, policy: Policy): AccountView {
  const { profile } = account;
  const mayChange = (['name', 'picture'] as const).filter((what) => grantedCovers(scope, WRITES[what]));
  return {
    uid: uidOf(account),
    ...(profile?.email !== undefined && { email: profile.email }),
    ...(profile?.displayName !== undefined && { displayName: profile.displayName }),
    ...(profile?.avatar !== undefined && profile.avatarDefault !== true && { avatar: profile.avatar }),
    // A missing answer is a no (FxA: integration requirements).
    metricsEnabled: profile?.metricsEnabled === true && !policy.metricsOff,
    ...(profile?.subscriptions?.length && { subscriptions: profile.subscriptions }),
    ...(!profile && { awaited: true }),
    ...(mayChange.length > 0 && { mayChange }),
  };
}

/** FxA: neither is in `profile`. */
const WRITES: Record<Changeable, string> = {
  name: 'profile:display_name:write',
  picture: 'profile:avatar:write',
};
