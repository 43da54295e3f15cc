// What must hold at every moment of a history, checked where it would break: at each request and at each write of the
// record.
import type { StoredRecord } from '../../src/session/state/record.ts';
import { liveSession, baseState } from '../../src/session/state/states.ts';
import { idOf } from './grant-tracker.ts';
import type { FaultHarness } from './harness.ts';

export interface Flights {
  readonly around: (fetch: typeof globalThis.fetch, context: number) => typeof globalThis.fetch;
  /** A dead context has no pending requests. */
  land(context: number): void;
  /** Ids of grants that were delivered to a context. */
  readonly delivered: Map<string, number>;
}

/** Reports two simultaneous refreshes of one scope. */
export function watchFlights(wrong: (what: string) => void): Flights {
  const flights = new Map<string, number>();
  const delivered = new Map<string, number>();
  return {
    delivered,
    land(context) {
      for (const [scope, by] of flights) if (by === context) flights.delete(scope);
    },
    around: (fetch, context) => async (url, init) => {
      const form = new URLSearchParams(typeof init?.body === 'string' ? init.body : '');
      const scope = form.get('grant_type') === 'refresh_token' ? (form.get('scope') ?? '') : undefined;
      if (scope !== undefined) {
        if (flights.has(scope)) wrong(`two refreshes for ${scope} at the same time`);
        flights.set(scope, context);
      }
      try {
        const answer = await fetch(url, init);
        if (form.get('grant_type') === 'authorization_code') await note(answer.clone(), context);
        return answer;
      } finally {
        if (scope !== undefined && flights.get(scope) === context) flights.delete(scope);
      }
    },
  };

  async function note(answer: Response, context: number): Promise<void> {
    const body = (await answer.json().catch(() => ({}))) as { refresh_token?: string };
    if (body.refresh_token !== undefined) delivered.set(idOf(body.refresh_token), context);
  }
}

/** What user and browser have done so far: the only other reasons for a session to end. */
export interface UserActions {
  signOuts: number;
  browserRestarts: number;
}

/** Checks an ending: a session may end by a rejected grant, a command, or with the browser. Returns what is wrong. */
export function wrongEnding(
  { era, mock }: FaultHarness,
  userActions: UserActions,
  before: StoredRecord | undefined,
  after: StoredRecord,
): string | undefined {
  const live = before && liveSession(before.session);
  if (!live || liveSession(after.session)?.id === live.id) return undefined;
  const { refreshTokenId } = live.grant;
  const alive = mock.store.tokens.refreshTokenById(refreshTokenId) !== undefined;
  const named = after.outbox.some((entry) => entry.refreshTokenId === refreshTokenId);
  const base = baseState(after.session);
  if (base.status === 'signedIn') {
    const asked = before.session.status === 'signingIn' && before.session.attempt.id === base.id;
    if (!asked) return 'a session took the place of another unasked';
    return named ? undefined : 'a grant was replaced and not put into the outbox';
  }
  const reason: string = base.endReason?.reason ?? 'nothing';
  switch (reason) {
    case 'grant_revoked':
    case 'password_changed':
    case 'account_deleted':
      return alive ? `the session ended by ${reason}, and its grant lives` : undefined;
    // Using the last refresh token again ends the grant, there alone.
    case 'rotation_lost':
      return alive || era !== 'next' ? 'the session ended by rotation_lost, and no token was' : undefined;
    case 'by_user':
      if (userActions.signOuts === 0) return 'the session ended by_user without a sign-out';
      return named ? undefined : 'a grant was signed out and not put into the outbox';
    case 'session_only':
      if (live.grant.sealed || userActions.browserRestarts === 0) return 'the browser has not ended';
      return named ? undefined : 'a grant was lost and not put into the outbox';
    default:
      return `the session ended by ${reason}`;
  }
}
