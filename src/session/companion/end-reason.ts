// Why a grant is gone: Mozilla accounts never says, the companion may know, or come to know.
import { companionApi, type Gone } from './client.ts';
import { dropSeat, lastSeatOf, seatOf, vacateSeat, type Seat } from './session-store.ts';
import type { Context } from '../context.ts';
import { settled, type Hint, type Session, type SignedIn } from '../state/states.ts';

/** Milliseconds: the person waits, and can live without. */
const PATIENCE = 3000;

/** FxA: the broker's queue gives an event up after a week. Milliseconds. */
const EVENTS_COME_MS = 7 * 86_400_000;

export function hintOf(gone: Gone['gone']): Hint | undefined {
  return gone === 'password_changed' || gone === 'account_deleted' ? gone : undefined;
}

/** To be asked when the proof is there and nobody has said why. Never rejects. */
export async function reasonFor(context: Context, { id, hint }: SignedIn): Promise<Hint | undefined> {
  if (hint || !context.config.companion) return hint;
  try {
    const seat = await seatOf(context, id);
    if (seat?.origin !== context.config.companion.origin) return undefined;
    const news = await companionApi(seat.origin, { ...context.http(), timeout: PATIENCE }).state(
      seat.session,
    );
    return news && 'gone' in news ? hintOf(news.gone) : undefined;
  } catch {
    return undefined;
  }
}

/** The ended session whose reason may still be heard of; undefined when there is none, or nothing more will come. Pure. */
export function awaitingReason(session: Session, now: number): string | undefined {
  const base = settled(session);
  if (base.status !== 'needsReauth' || now - base.ended.at > EVENTS_COME_MS) return undefined;
  return base.sessionId;
}

/** How long ago the session ended, in milliseconds. */
export function endedSince(session: Session, now: number): number {
  const base = settled(session);
  return base.status === 'needsReauth' ? Math.max(0, now - base.ended.at) : 0;
}

/** The companion session that may tell; undefined when this build's companion never sold one, or has said all it knows. */
export async function seatToAsk(context: Context, sessionId: string): Promise<Seat | undefined> {
  const seat = await lastSeatOf(context, sessionId);
  return seat?.origin === context.config.companion?.origin && seat?.gone !== true ? seat : undefined;
}

/**
 * Asks the companion why a session ended that is proved to be over, and acts on the answer: a deleted account is erased, a new
 * password is the reason that is shown.
 *
 * @throws FxaError as the companion's calls.
 */
export async function askWhyItEnded(context: Context, sessionId: string, seat: Seat): Promise<void> {
  const news = await companionApi(seat.origin, context.http()).state(seat.session);
  if (!news || !('gone' in news)) return;
  const reason = hintOf(news.gone);
  if (reason) await context.store.step({ type: 'endExplained', sessionId, reason, at: context.ports.now() });
  // After a new password the account may still be deleted; after anything else nothing more will be told.
  if (reason === 'account_deleted') await dropSeat(context, sessionId);
  else if (seat.gone !== reason) await vacateSeat(context, sessionId, reason);
}
