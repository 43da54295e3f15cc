// Finds out why a grant is gone: Mozilla accounts doesn't say, but the companion may know, now or later.
import { companionApi, type SessionRejected } from './client.ts';
import {
  getAnyCompanionSession,
  getCompanionSession,
  invalidateCompanionSession,
  type CompanionSession,
} from './session-store.ts';
import type { Context } from '../context.ts';
import { baseState, type SuspectedEnd, type Session, type SignedIn } from '../state/states.ts';

/** Milliseconds. The user is waiting, and the reason is optional. */
const TIMEOUT = 3000;

/** FxA: the event broker drops undelivered events after a week. Milliseconds. */
const EVENT_LIFETIME_MS = 7 * 86_400_000;

/** The rejection as a suspected end of the sign-in; undefined when it says nothing about the account. Pure. */
export function suspectedEndFrom(rejected: SessionRejected['rejected']): SuspectedEnd | undefined {
  return rejected === 'password_changed' || rejected === 'account_deleted' ? rejected : undefined;
}

/** The reason a revoked grant ended, as already suspected or as the companion says now. Never rejects. */
export async function findEndReason(
  context: Context,
  { id, suspectedEnd }: SignedIn,
): Promise<SuspectedEnd | undefined> {
  if (suspectedEnd || !context.config.companion) return suspectedEnd;
  try {
    const known = await getCompanionSession(context, id);
    if (!known) return undefined;
    const api = companionApi(known.origin, { ...context.http(), timeout: TIMEOUT });
    const answer = await api.state(known.session);
    return 'rejected' in answer ? suspectedEndFrom(answer.rejected) : undefined;
  } catch {
    return undefined;
  }
}

/** The ended session whose reason may still arrive; undefined without one, or when it is too late. Pure. */
export function unexplainedSessionId(session: Session, now: number): string | undefined {
  const base = baseState(session);
  if (base.status !== 'needsReauth' || now - base.endReason.at > EVENT_LIFETIME_MS) return undefined;
  return base.sessionId;
}

/** A session that ended for an unknown reason, and the companion session that may explain it. */
interface UnexplainedEnd {
  readonly id: string;
  readonly companionSession: CompanionSession;
}

/** Undefined without one at this build's companion, or when it has told all. */
export async function findUnexplainedEnd(context: Context): Promise<UnexplainedEnd | undefined> {
  const id = unexplainedSessionId((await context.store.read()).session, context.ports.now());
  const companionSession = id === undefined ? undefined : await getAnyCompanionSession(context, id);
  if (id === undefined || !companionSession || companionSession.gone === true) return undefined;
  return companionSession.origin === context.config.companion?.origin ? { id, companionSession } : undefined;
}

/**
 * Asks the companion why a session ended, after Mozilla accounts rejected its grant. A deleted account is erased; a
 * changed password becomes the reason shown. Resolves with the seconds to wait before asking again.
 *
 * @throws FxaError as the companion's calls.
 */
export async function fetchEndReason(
  context: Context,
  { id, companionSession: { origin, session } }: UnexplainedEnd,
): Promise<number> {
  const answer = await companionApi(origin, context.http()).state(session);
  if (!('rejected' in answer)) return answer.pollAfter;
  const reason = suspectedEndFrom(answer.rejected);
  if (reason)
    await context.store.dispatch({ type: 'endExplained', sessionId: id, reason, at: context.ports.now() });
  // A changed password may still be followed by a deleted account; no other reason is followed by anything.
  await invalidateCompanionSession(context, id, reason);
  return 0;
}
