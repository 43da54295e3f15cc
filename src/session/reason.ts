// Why a grant is gone: Mozilla accounts never says, the companion may know.
import { companionApi, type Gone } from './companion-api.ts';
import { seatOf } from './companion-seats.ts';
import type { Context } from './context.ts';
import type { Hint, SignedIn } from './state.ts';

/** Milliseconds: the person waits, and can live without. */
const PATIENCE = 3000;

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
