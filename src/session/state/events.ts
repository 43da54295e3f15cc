// What can happen to a session: the events of its state machine.
import type { Reason } from '../../fxa/errors.ts';
import type { Profile } from '../../fxa/profile.ts';
import type { Account, Attempt, SuspectedEnd, Phase, Problem, SealedSecrets, StoredGrant } from './states.ts';

/** Why a session ended in signedOut. */
export type SignOutReason = Extract<
  Reason,
  'by_user' | 'key_lost' | 'keys_not_kept' | 'session_only' | 'environment_changed' | 'account_deleted'
>;

export type SessionEvent =
  | { readonly type: 'signInStarted'; readonly attempt: Attempt }
  | { readonly type: 'phaseReached'; readonly attemptId: string; readonly phase: Phase }
  | { readonly type: 'movedToTab'; readonly attemptId: string }
  | { readonly type: 'signInFailed'; readonly attemptId: string; readonly attemptError: Problem }
  | {
      readonly type: 'signInCompleted';
      readonly attemptId: string;
      readonly account: Account;
      readonly grant: StoredGrant;
      readonly profileError?: Problem;
      readonly at: number;
    }
  | {
      readonly type: 'profileFetched';
      readonly sessionId: string;
      readonly profile: Profile;
      readonly at: number;
    }
  /** The companion says that the account opted out of metrics; the profile may not say so yet. */
  | { readonly type: 'metricsClosed'; readonly sessionId: string }
  | { readonly type: 'profileFetchFailed'; readonly sessionId: string; readonly profileError: Problem }
  | { readonly type: 'problemDismissed' }
  | {
      readonly type: 'secretsMoved';
      readonly sessionId: string;
      readonly sealed?: SealedSecrets | undefined;
      readonly keyNotKept?: true | undefined;
    }
  | { readonly type: 'endSuspected'; readonly sessionId: string; readonly suspectedEnd: SuspectedEnd }
  /** A refresh of a grant that rotates is about to be sent. */
  | { readonly type: 'refreshSent'; readonly sessionId: string }
  /** The server refused it, so the refresh token is still the same. */
  | { readonly type: 'refreshRefused'; readonly sessionId: string }
  /** The next refresh token came; only its id and where it is kept change. */
  | {
      readonly type: 'grantRotated';
      readonly sessionId: string;
      readonly grant: Omit<StoredGrant, 'scope' | 'rotating'>;
    }
  /** Mozilla accounts still accepts the grant, so a suspected end was wrong. */
  | { readonly type: 'grantConfirmed'; readonly sessionId: string }
  /** `rotationLost`: the answer to an earlier refresh may have been lost, and with it the next token. */
  | {
      readonly type: 'grantRejected';
      readonly sessionId: string;
      readonly rotationLost?: boolean;
      readonly at: number;
    }
  /** The companion says why a session ended, after Mozilla accounts rejected its grant. */
  | {
      readonly type: 'endExplained';
      readonly sessionId: string;
      readonly reason: SuspectedEnd;
      readonly at: number;
    }
  | {
      readonly type: 'signedOut';
      readonly reason: SignOutReason;
      /** Applies to this session only; without it, to whichever there is. */
      readonly sessionId?: string | undefined;
      readonly forceLogin?: boolean | undefined;
      readonly at: number;
    };
