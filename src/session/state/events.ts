// What can happen to a session: the events of its state machine.
import type { Reason } from '../../fxa/errors.ts';
import type { Profile } from '../../fxa/profile.ts';
import type { Account, Attempt, SuspectedEnd, Phase, Problem, SealedSecrets, StoredGrant } from './states.ts';

/** Why a session ended in signedOut. */
export type SignOutReason = Extract<
  Reason,
  'by_user' | 'key_lost' | 'keys_not_kept' | 'session_only' | 'environment_changed' | 'account_deleted'
>;

type OfAttempt<Type, Members = unknown> = {
  readonly type: Type;
  readonly attemptId: string;
} & Readonly<Members>;
type OfSession<Type, Members = unknown> = {
  readonly type: Type;
  readonly sessionId: string;
} & Readonly<Members>;

export type SessionEvent =
  | { readonly type: 'signInStarted'; readonly attempt: Attempt }
  | OfAttempt<'phaseReached', { phase: Phase; via?: Attempt['via'] }>
  | OfAttempt<'signInFailed', { attemptError: Problem }>
  | OfAttempt<'signInCompleted', { account: Account; grant: StoredGrant; profileError?: Problem; at: number }>
  | OfSession<'profileFetched', { profile: Profile; at: number }>
  /** The companion says that the account opted out of metrics; the profile may not say so yet. */
  | OfSession<'metricsClosed'>
  | OfSession<'profileFetchFailed', { profileError: Problem }>
  | { readonly type: 'problemDismissed' }
  | OfSession<'secretsMoved', { sealed?: SealedSecrets | undefined; keyNotKept?: true | undefined }>
  | OfSession<'endSuspected', { suspectedEnd: SuspectedEnd }>
  /** A refresh of a grant that rotates is about to be sent. */
  | OfSession<'refreshSent'>
  /** The server refused it, so the refresh token is still the same. */
  | OfSession<'refreshRefused'>
  /** The next refresh token came; only its id and where it is kept change. */
  | OfSession<'grantRotated', { grant: Omit<StoredGrant, 'scope' | 'rotating'> }>
  /** Mozilla accounts still accepts the grant, so a suspected end was wrong. */
  | OfSession<'grantConfirmed'>
  /** `rotationLost`: the answer to an earlier refresh may have been lost, and with it the next token. */
  | OfSession<'grantRejected', { rotationLost?: boolean; at: number }>
  /** The companion says why a session ended, after Mozilla accounts rejected its grant. */
  | OfSession<'endExplained', { reason: SuspectedEnd; at: number }>
  | {
      readonly type: 'signedOut';
      readonly reason: SignOutReason;
      /** Applies to this session only; without it, to whichever there is. */
      readonly sessionId?: string | undefined;
      readonly forceLogin?: boolean | undefined;
      readonly at: number;
    };
