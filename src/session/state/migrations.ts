// Records of earlier versions, one step to the next. A step, once released, is never changed: its fixtures are frozen.
import type { StoredRecord } from './record.ts';
import type { Account, Problem, Session, BaseState } from './states.ts';

/** The record of version 1, as far as a step to version 2 must know it. */
interface RecordV1 {
  readonly version: 1;
  readonly deployment: string;
  readonly session: SettledV1 | SigningInV1;
  readonly outbox: StoredRecord['outbox'];
  readonly journal: StoredRecord['journal'];
}

type SettledV1 =
  | { readonly status: 'signedOut'; readonly problem?: Problem }
  | {
      readonly status: 'signedIn';
      readonly id: string;
      readonly since: number;
      readonly account: Account;
      readonly grant: { readonly refreshTokenId: string; readonly sealed: string; readonly scope: string };
      readonly problem?: Problem;
    }
  | {
      readonly status: 'needsReauth';
      readonly account: Account;
      readonly ended: Problem;
      readonly problem?: Problem;
    };

interface SigningInV1 {
  readonly status: 'signingIn';
  readonly attempt: { readonly id: string; readonly startedAt: number; readonly phase: 'checking' };
  readonly previous: SettledV1;
}

/** Version 2 says how a session ended, keeps settings, and knows sessions whose secrets end with the browser. */
function toVersion2({ session, ...record }: RecordV1): StoredRecord {
  return {
    ...record,
    version: 2,
    session: sessionToVersion2(session),
    settings: { sessionOnly: false },
  };
}

function sessionToVersion2(session: RecordV1['session']): Session {
  if (session.status !== 'signingIn') return settledToVersion2(session);
  return {
    ...session,
    attempt: { ...session.attempt, via: 'window' },
    previous: settledToVersion2(session.previous),
  };
}

function settledToVersion2(session: SettledV1): BaseState {
  switch (session.status) {
    case 'signedIn': {
      const { problem, ...rest } = session;
      const { sealed, ...grant } = rest.grant;
      // Version 1 did not tell a sign-in that had failed from a profile that could not be had; the latter was the rule.
      return {
        ...rest,
        grant: { ...grant, sealed: { refreshToken: sealed } },
        ...(problem && { trouble: problem }),
      };
    }
    case 'signedOut': {
      // Version 1 kept the end of a session among the problems.
      const { problem } = session;
      return problem?.code === 'signed_out' ? { status: 'signedOut', ended: problem } : session;
    }
    case 'needsReauth':
      return session;
  }
}

const STEPS: Readonly<Record<number, (record: never) => { readonly version: number }>> = { 1: toVersion2 };

/**
 * The record at the newest version its steps lead to. What is not understood comes back as it was, or throws: the caller
 * checks the result.
 */
export function migrate(stored: { readonly version: number }): { readonly version: number } {
  const step = STEPS[stored.version];
  return step ? migrate(step(stored as never)) : stored;
}
