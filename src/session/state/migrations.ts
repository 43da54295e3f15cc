// Migrates records of earlier versions, one version at a time. A released step never changes: its fixtures are frozen.
import type { StoredRecord } from './record.ts';
import type { Account, Problem } from './states.ts';

/** The record of version 1, as far as the step to version 2 needs it. */
interface RecordV1 {
  readonly version: 1;
  readonly deployment: string;
  readonly session: BaseStateV1 | SigningInV1;
  readonly outbox: StoredRecord['outbox'];
  readonly journal: StoredRecord['journal'];
}

type BaseStateV1 =
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
      readonly endReason: Problem;
      readonly problem?: Problem;
    };

interface SigningInV1 {
  readonly status: 'signingIn';
  readonly attempt: { readonly id: string; readonly startedAt: number; readonly phase: 'checking' };
  readonly previous: BaseStateV1;
}

interface RecordV2 extends Pick<RecordV1, 'deployment' | 'outbox' | 'journal'> {
  readonly version: 2;
  readonly session: SessionV2;
  readonly settings: object;
}

/** With the members that version 3 renames at any depth that has some. */
interface SessionV2 {
  readonly status: string;
  readonly ended?: Problem;
  readonly trouble?: Problem;
  readonly attempt?: object;
  readonly grant?: object;
  readonly previous?: SessionV2;
}

/** Version 2 adds how a session ended, settings, and sessions whose secrets end with the browser. */
export function toVersion2({ session, ...record }: RecordV1): RecordV2 {
  return {
    ...record,
    version: 2,
    session: sessionToVersion2(session),
    settings: { sessionOnly: false },
  };
}

function sessionToVersion2(session: RecordV1['session']): SessionV2 {
  if (session.status !== 'signingIn') return baseStateToVersion2(session);
  return {
    ...session,
    attempt: { ...session.attempt, via: 'window' },
    previous: baseStateToVersion2(session.previous),
  };
}

function baseStateToVersion2(session: BaseStateV1): SessionV2 {
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

const RENAMED: Readonly<Record<string, string>> = {
  problem: 'attemptError',
  askWho: 'forceLogin',
  ended: 'endReason',
  hint: 'suspectedEnd',
  trouble: 'profileError',
  notKept: 'keyNotKept',
  objection: 'dntGpc',
};

const renamed = (members: object) =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [RENAMED[name] ?? name, value as unknown]),
  );

/** Version 3 renames members. */
export function toVersion3({ session, settings, ...record }: RecordV2) {
  return { ...record, version: 3, session: sessionToVersion3(session), settings: renamed(settings) };
}

function sessionToVersion3({ attempt, grant, previous, ...session }: SessionV2): object {
  return {
    ...renamed(session),
    ...(attempt && { attempt: renamed(attempt) }),
    ...(grant && { grant: renamed(grant) }),
    ...(previous && { previous: sessionToVersion3(previous) }),
  };
}

const STEPS: Readonly<Record<number, (record: never) => { readonly version: number }>> = {
  1: toVersion2,
  2: toVersion3,
};

/**
 * Migrates a record as far as there are steps. Unknown input is returned unchanged or throws; the caller checks the
 * result.
 */
export function migrate(stored: { readonly version: number }): { readonly version: number } {
  const step = STEPS[stored.version];
  return step ? migrate(step(stored as never)) : stored;
}
