// Why a grant is gone: Mozilla accounts never says, the companion may know, or come to know.
import { companionApi, type SessionRejected } from './client.ts';
import {
  deleteCompanionSession,
  getAnyCompanionSession,
  getCompanionSession,
  invalidateCompanionSession,
  type CompanionSession,
} from './session-store.ts';
import type { Context } from '../context.ts';
import { baseState, type SuspectedEnd, type Session, type SignedIn } from '../state/states.ts';

/** Milliseconds: the person waits, and can live without. */
const TIMEOUT = 3000;

/** FxA: the broker's queue gives an event up after a week. Milliseconds. */
const EVENT_LIFETIME_MS = 7 * 86_400_000;

export function suspectedEndFrom(gone: SessionRejected['rejected']): SuspectedEnd | undefined {
  return gone === 'password_changed' || gone === 'account_deleted' ? gone : undefined;
}

/** To be asked when the proof is there and nobody has said why. Never rejects. */
export async function findEndReason(
  context: Context,
  { id, hint }: SignedIn,
): Promise<SuspectedEnd | undefined> {
  if (hint || !context.config.companion) return hint;
  try {
    const companionSession = await getCompanionSession(context, id);
    if (companionSession?.origin !== context.config.companion.origin) return undefined;
    const news = await companionApi(companionSession.origin, { ...context.http(), timeout: TIMEOUT }).state(
      companionSession.session,
    );
    return news && 'rejected' in news ? suspectedEndFrom(news.rejected) : undefined;
  } catch {
    return undefined;
  }
}

/** The ended session whose reason may still be heard of; undefined when there is none, or nothing more will come. Pure. */
export function unexplainedSessionId(session: Session, now: number): string | undefined {
  const base = baseState(session);
  if (base.status !== 'needsReauth' || now - base.ended.at > EVENT_LIFETIME_MS) return undefined;
  return base.sessionId;
}

/** How long ago the session ended, in milliseconds. */
export function timeSinceEnd(session: Session, now: number): number {
  const base = baseState(session);
  return base.status === 'needsReauth' ? Math.max(0, now - base.ended.at) : 0;
}

/** The companion session that may tell; undefined when this build's companion never sold one, or has said all it knows. */
export async function companionSessionToAsk(
  context: Context,
  sessionId: string,
): Promise<CompanionSession | undefined> {
  const companionSession = await getAnyCompanionSession(context, sessionId);
  return companionSession?.origin === context.config.companion?.origin && companionSession?.gone !== true
    ? companionSession
    : undefined;
}

/**
 * Asks the companion why a session ended that is proved to be over, and acts on the answer: a deleted account is erased, a new
 * password is the reason that is shown.
 *
 * @throws FxaError as the companion's calls.
 */
export async function fetchEndReason(
  context: Context,
  sessionId: string,
  companionSession: CompanionSession,
): Promise<void> {
  const news = await companionApi(companionSession.origin, context.http()).state(companionSession.session);
  if (!news || !('rejected' in news)) return;
  const reason = suspectedEndFrom(news.rejected);
  if (reason)
    await context.store.dispatch({ type: 'endExplained', sessionId, reason, at: context.ports.now() });
  // After a new password the account may still be deleted; after anything else nothing more will be told.
  if (reason === 'account_deleted') await deleteCompanionSession(context, sessionId);
  else if (companionSession.gone !== reason) await invalidateCompanionSession(context, sessionId, reason);
}
