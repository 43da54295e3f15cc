// What pages may see: the record without grants, ids and reasons that are nobody's business.
import type { FxaErrorCode, Reason } from '../fxa/errors.ts';
import { currentOwners, type StoredRecord } from './record.ts';
import { settled, type Account, type Phase, type Problem, type Session } from './state.ts';

/** Who the popup shows. The address is the person's own; there is never a token. */
export interface AccountView {
  readonly uid: string;
  readonly email?: string;
  readonly displayName?: string;
  /** Absent while there is only the default picture: the popup then draws a letter. */
  readonly avatar?: string;
  readonly metricsEnabled: boolean;
}

export interface View {
  readonly version: 1;
  readonly status: Session['status'];
  readonly account?: AccountView;
  readonly problem?: Problem;
  /** Why the session ended, while it waits for a new sign-in. */
  readonly ended?: Problem;
  /** Where a running attempt is. */
  readonly phase?: Phase;
  /** Grants that could not be destroyed at the first try, and are still to be. */
  readonly pendingRevocations: number;
}

export function project(record: StoredRecord): View {
  const base = settled(record.session);
  const account = base.status === 'signedOut' ? undefined : accountView(base.account);
  // A new attempt is an answer to the last problem: no need to look at it while it runs.
  const problem = record.session.status === 'signingIn' ? undefined : base.problem;
  const owners = currentOwners(record.session);
  return {
    version: 1,
    status: record.session.status,
    ...(account && { account }),
    ...(problem && { problem }),
    ...(base.status === 'needsReauth' && { ended: base.ended }),
    ...(record.session.status === 'signingIn' && { phase: record.session.attempt.phase }),
    pendingRevocations: record.outbox.filter(
      ({ owner, attempts }) => attempts > 0 && (owner === undefined || !owners.includes(owner)),
    ).length,
  };
}

/** The view when the record itself cannot be read: signed out as far as anybody can tell, and why. */
export function unreadable(code: FxaErrorCode, at: number, reason?: Reason): View {
  return {
    version: 1,
    status: 'signedOut',
    problem: { code, at, ...(reason && { reason }) },
    pendingRevocations: 0,
  };
}

function accountView({ subject, profile }: Account): AccountView {
  return {
    uid: profile?.uid ?? subject,
    ...(profile?.email !== undefined && { email: profile.email }),
    ...(profile?.displayName !== undefined && { displayName: profile.displayName }),
    ...(profile?.avatar !== undefined && profile.avatarDefault !== true && { avatar: profile.avatar }),
    // A missing answer is a no (FxA: integration requirements).
    metricsEnabled: profile?.metricsEnabled === true,
  };
}
