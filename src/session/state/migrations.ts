// Migrates records of earlier versions, one version at a time. A released step never changes: its fixtures are frozen.
import type { StoredRecord } from './record.ts';
import type { Account, Problem, Session, BaseState } from './states.ts';

/** The record of version 1, as far as the step to version 2 needs it. */
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

/** Version 2 adds how a session ended, settings, and sessions whose secrets end with the browser. */
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
      // Version 1 didn't distinguish a failed sign-in from a failed profile fetch, which was far more common.
      return {
        ...rest,
        grant: { ...grant, sealed: { refreshToken: sealed } },
        ...(problem && { trouble: problem }),
      };
    }
    case 'signedOut': {
      // Version 1 stored the end of a session as a problem.
      const { problem } = session;
      return problem?.code === 'signed_out' ? { status: 'signedOut', ended: problem } : session;
    }
    case 'needsReauth':
      return session;
  }
}

const STEPS: Readonly<Record<number, (record: never) => { readonly version: number }>> = { 1: toVersion2 };

/**
 * Migrates a record as far as there are steps. Unknown input is returned unchanged or throws; the caller checks the
 * result.
 */
export function migrate(stored: { readonly version: number }): { readonly version: number } {
  const step = STEPS[stored.version];
  return step ? migrate(step(stored as never)) : stored;
}
